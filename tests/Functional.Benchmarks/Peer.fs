// The PyTorch side of a benchmark: a script kept running, which does one round of work when asked and answers with its time.
// Every benchmark alternates its own rounds with a peer's, so that both see the same machine.
namespace Functional.Benchmarks

open System
open System.Diagnostics
open System.Globalization
open System.IO

/// Debian's python3 with one of the scripts beside this program.
type Peer(script: string, arguments: string list) =

    let python = "/usr/bin/python3"

    let start =
        let info = ProcessStartInfo(python, RedirectStandardInput = true, RedirectStandardOutput = true)
        info.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Peers", script))
        arguments |> List.iter info.ArgumentList.Add
        info

    let running = Process.Start start

    /// The milliseconds that one unit of work took in a round.
    member _.Round(request: string) : float =
        running.StandardInput.WriteLine request
        running.StandardInput.Flush()

        match running.StandardOutput.ReadLine() with
        | null -> failwith $"{script} ended early; run it by hand to see why: {python} {script}"
        | answer -> Double.Parse(answer, CultureInfo.InvariantCulture)

    interface IDisposable with
        member _.Dispose() =
            running.StandardInput.Close()
            running.WaitForExit()
            running.Dispose()
