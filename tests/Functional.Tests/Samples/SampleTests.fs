// Tests of the samples as a user runs them: in F# Interactive or as C# programs, on a tiny MNIST, and with arguments that are wrong.
// Run with the whole suite, after the library is built.
module internal Functional.Tests.SampleTests

open System
open System.Diagnostics
open System.IO
open System.Text.RegularExpressions
open System.Threading.Tasks
open System.Xml.Linq
open Expecto
open Functional.Tests.Testing
open Functional.Tests.FileTesting

type private Outcome = { ExitCode: int; Output: string list; Error: string }

/// Runs `test` with a copy of the samples beside the library that was built: their artifacts stay out of the repository.
let private withSamples (test: string -> 'T) : 'T =
    inFolder (fun folder ->
        let samples = Path.Combine(repository, "samples")

        for path in Directory.EnumerateFiles(samples, "*.fsx", SearchOption.AllDirectories) do
            let copy = Path.Combine(folder, "samples", Path.GetRelativePath(samples, path))
            Directory.CreateDirectory(Path.GetDirectoryName copy) |> ignore
            File.Copy(path, copy)

        Directory.CreateSymbolicLink(Path.Combine(folder, "src"), Path.Combine(repository, "src")) |> ignore
        test folder)

let private dotnet (folder: string) (arguments: string list) : Task<Outcome> =
    task {
        let start =
            ProcessStartInfo(
                "dotnet",
                arguments,
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            )

        start.Environment["FUNCTIONAL_ARTIFACTS"] <- Path.Combine(folder, "artifacts")
        use running = Process.Start start
        let output, error = running.StandardOutput.ReadToEndAsync(), running.StandardError.ReadToEndAsync()
        let! output = output
        let! error = error
        do! running.WaitForExitAsync()

        return
            { ExitCode = running.ExitCode
              Output = output.Split([| '\r'; '\n' |], StringSplitOptions.RemoveEmptyEntries) |> List.ofArray
              Error = error.Trim() }
    }

let private interactive (folder: string) (sample: string) (arguments: string list) : Task<Outcome> =
    dotnet folder ([ "fsi"; Path.Combine("samples", sample) ] @ arguments)

/// A C# sample, which the build has made.
let private program (folder: string) (sample: string) (arguments: string list) : Task<Outcome> =
    dotnet folder (Path.Combine(repository, "samples", sample, "bin", "Release", "net10.0", $"{sample}.dll") :: arguments)

let private mnist (folder: string) (name: string) (spoil: string * byte[] -> string * byte[]) : string =
    let data = Path.Combine(folder, name)
    Directory.CreateDirectory data |> ignore
    MnistTesting.files 1 256 128 28 |> List.map spoil |> MnistTesting.write data
    data

let private isPng (path: string) (width: int) (height: int) =
    let bytes = File.ReadAllBytes path

    let number (at: int) =
        Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(ReadOnlySpan(bytes, at, 4))

    Expect.equal bytes[..3] [| 137uy; 80uy; 78uy; 71uy |] $"{path} is a PNG file"
    Expect.equal (number 16, number 20) (width, height) $"{path}: width and height"

let private hasLine (pattern: string) (outcome: Outcome) =
    let all = String.Join("\n", outcome.Output)

    Expect.isTrue
        (outcome.Output |> List.exists (fun line -> Regex.IsMatch(line, $"^{pattern}$")))
        $"a line like {pattern} in\n{all}\n"

let private trains folder =
    let data = mnist folder "mnist" id
    let outcome = (interactive folder "vae-mnist.fsx" [ "--data"; data; "--epochs"; "1" ]).Result
    Expect.equal (outcome.ExitCode, outcome.Error) (0, "") "it succeeds"
    hasLine @"epoch 1  train elbo -\d+\.\d\d  test elbo -\d+\.\d\d  \d+\.\d s" outcome
    hasLine @"test nll \d+\.\d\d nats \(100 importance samples, 128 images\)" outcome
    let artifacts = Path.Combine(folder, "artifacts", "vae-mnist")
    hasLine (Regex.Escape $"pictures and weights: {artifacts}") outcome
    isPng (Path.Combine(artifacts, "samples.png")) (16 * 28) (8 * 28)
    isPng (Path.Combine(artifacts, "reconstructions.png")) (16 * 28) (8 * 28)
    Expect.isTrue (File.Exists(Path.Combine(artifacts, "vae.safetensors"))) "the weights"

/// The samples of other autoencoders: an epoch on a tiny MNIST, the figures that they end with, and their pictures of 28 x 28 pixels a digit.
let private trainsOthers folder =
    let data = mnist folder "mnist" id

    let start sample (options: string list) =
        interactive folder $"{sample}.fsx" ([ "--data"; data; "--epochs"; "1" ] @ options)

    let finish sample (running: Task<Outcome>) (figures: string list) (pictures: (string * int) list) =
        let outcome = running.Result
        Expect.equal (outcome.ExitCode, outcome.Error) (0, "") $"{sample} succeeds"

        for figure in figures do
            hasLine figure outcome

        for picture, rows in pictures do
            isPng (Path.Combine(folder, "artifacts", sample, picture)) (16 * 28) (rows * 28)

    let semiSupervised = start "ssvae-mnist" [ "--code-epochs"; "1" ]
    let mixture = start "gmvae-mnist" [ "--code-epochs"; "1"; "--clusters"; "7" ]
    let hierarchical = start "hvae-mnist" [ "--samples"; "5" ]
    let diffusion = start "ddpm-mnist" [ "--channels"; "8"; "--digits"; "128"; "--steps"; "2"; "--flow"; "1" ]
    finish "ssvae-mnist" semiSupervised [ @"test accuracy with 100 labels: \d+\.\d\d %" ] [ "digits.png", 10 ]

    finish
        "gmvae-mnist"
        mixture
        [ @"test nll: \d+\.\d\d nats"; @"accuracy of the digit of the cluster, 7 clusters: \d+\.\d\d %" ]
        [ "clusters.png", 7 ]

    finish
        "hvae-mnist"
        hierarchical
        [ for name in [ "one layer"; "two layers"; "ladder of two" ] -> $@"test nll, {name}: \d+\.\d\d nats" ]
        [ for name in [ "one-layer"; "two-layers"; "ladder-of-two" ] -> $"{name}.png", 8 ]

    finish
        "ddpm-mnist"
        diffusion
        [ @"bits per dimension by the bound: \d+\.\d+ bits"
          @"bits per dimension by the flow: \d+\.\d+ bits \(1 images\)"
          @"ratio of distances: \d+\.\d\d" ]
        [ "samples.png", 8 ]

/// The samples that need no data: short runs of them, the line that they end with, and the picture that they draw.
let private computes folder =
    let run sample (steps: int) line picture width height =
        let outcome = (interactive folder $"{sample}.fsx" [ "--steps"; string steps ]).Result
        Expect.equal (outcome.ExitCode, outcome.Error) (0, "") $"{sample} succeeds"
        hasLine line outcome
        isPng (Path.Combine(folder, "artifacts", sample, picture)) width height

    run "spirals" 60 @"held-out accuracy: [01]\.\d\d\d" "decision.png" 160 160
    run "pendulum" 20 @"cost: \d+\.\d+ after, \d+\.\d+ before" "after.png" 304 101
    run "flow-matching-2d" 5 @"checkerboard, truth, log-likelihood: -2.079 nats" "moons-density.png" 100 100

/// The samples that compare models on MNIST: an epoch on a tiny set, the figures that they end with, and a picture.
let private compares folder =
    let data = mnist folder "mnist" id

    let runs =
        [ for sample, figures, picture, (width, height), more in
              [ "iwae-mnist", [ @"gain: -?\d+\.\d\d nats" ], "samples-5.png", (16 * 28, 8 * 28), [ "--samples"; "10" ]
                "cvae-mnist", [ @"gain: -?\d+\.\d %" ], "completions.png", (16 * 28, 9 * 28), [ "--samples"; "10" ]
                "inpaint-mnist",
                [ @"lower half, repaint, squared error: \d+\.\d\d\d"; @"scattered, guided, accuracy: \d+\.\d %" ],
                "middle.png",
                (16 * 28, 5 * 28),
                [ "--images"; "16"; "--steps"; "2"; "--resamplings"; "1"; "--channels"; "8" ]
                "beta-vae", [ @"beta 4, kl: \d+\.\d\d nats" ], "traversals-4.png", (11 * 28, 10 * 28), [] ] do
              let arguments = [ "--data"; data; "--epochs"; "1" ] @ more
              sample, figures, picture, width, height, interactive folder $"{sample}.fsx" arguments ]

    for sample, figures, picture, width, height, run in runs do
        let outcome = run.Result
        Expect.equal (outcome.ExitCode, outcome.Error) (0, "") $"{sample} succeeds"

        for figure in figures do
            hasLine figure outcome

        isPng (Path.Combine(folder, "artifacts", sample, picture)) width height

/// The adversarial samples: a few rounds, the figures that they end with, and their pictures.
let private plays folder =
    let data = mnist folder "mnist" id
    let gan = interactive folder "gan-mnist.fsx" [ "--data"; data; "--epochs"; "1" ]
    let cycle = interactive folder "cyclegan-toy.fsx" [ "--steps"; "3" ]

    for sample, running, figures in
        [ "gan-mnist",
          gan,
          [ @"variance ratio: \d+\.\d\d"; @"digits drawn: \d+ of 10"; @"share of the rarest digit: \d+\.\d % \(.*\)" ]
          "cyclegan-toy", cycle, [ @"paired error: \d+\.\d\d\d"; @"error there and back: \d+\.\d\d\d" ] ] do
        let outcome = running.Result
        Expect.equal (outcome.ExitCode, outcome.Error) (0, "") $"{sample} succeeds"

        for figure in figures do
            hasLine figure outcome

    isPng (Path.Combine(folder, "artifacts", "gan-mnist", "samples.png")) (16 * 28) (8 * 28)
    let drawn = XDocument.Load(Path.Combine(folder, "artifacts", "cyclegan-toy", "translations.svg"))
    Expect.isFalse ((string drawn).Contains "NaN") "every number is one"

let private tours folder =
    let outcome = (interactive folder "distributions.fsx" [ "--steps"; "100" ]).Result
    Expect.equal (outcome.ExitCode, outcome.Error) (0, "") "it succeeds"
    hasLine @"Normal \|\| Normal +0\.4431   0\.4\d\d\d \+- 0\.00\d\d" outcome
    hasLine @"step  100  nll \d\.\d{4} nats" outcome
    hasLine @"held-out nll: \d\.\d{4} nats .*" outcome

    for picture, panels in [ "families.svg", 6; "transform.svg", 3; "vectors.svg", 3; "mixture.svg", 1 ] do
        let drawn = XDocument.Load(Path.Combine(folder, "artifacts", "distributions", picture))
        let groups = drawn.Root.Elements() |> Seq.filter (fun element -> element.Name.LocalName = "g")
        Expect.equal (Seq.length groups) panels $"{picture}: its panels"
        Expect.isFalse ((string drawn).Contains "NaN") $"{picture}: every number is one"

// mclust and scikit-learn find the same likelihood for three Gaussians with full covariances on the irises: -180.186.
let private clusters folder =
    let outcome = (interactive folder "gmm.fsx" []).Result
    Expect.equal (outcome.ExitCode, outcome.Error) (0, "") "it succeeds"
    hasLine @"log-likelihood decreased: 0 times" outcome
    hasLine @"ELBO decreased: 0 times" outcome
    hasLine @"EM log-likelihood: -180\.18\d nats" outcome
    hasLine @"EM accuracy: 0\.967 of flowers among their own species" outcome
    let drawn = XDocument.Load(Path.Combine(folder, "artifacts", "gmm", "clusters.svg"))
    Expect.isFalse ((string drawn).Contains "NaN") "every number is one"

let private scores folder =
    let outcome = (interactive folder "swiss-roll.fsx" [ "--steps"; "20"; "--batch"; "64" ]).Result
    Expect.equal (outcome.ExitCode, outcome.Error) (0, "") "it succeeds"

    for name in [ "implicit"; "sliced"; "denoising" ] do
        hasLine $@"{name} score error: \d+\.\d\d\d of the score's square" outcome

    hasLine @"p-value: [01]\.\d\d\d" outcome
    hasLine @"at the level 1%: (not )?rejected" outcome
    let drawn = XDocument.Load(Path.Combine(folder, "artifacts", "swiss-roll", "scores.svg"))
    Expect.isFalse ((string drawn).Contains "NaN") "every number is one"

/// A game for each divergence of the table, and for one that is made of f alone.
let private playsDivergences folder =
    let outcome = (interactive folder "fgan-mixture.fsx" [ "--steps"; "2" ]).Result
    Expect.equal (outcome.ExitCode, outcome.Error) (0, "") "it succeeds"

    for divergence in "triangular" :: [ for divergence in Functional.FDivergence.all -> divergence.Name ] do
        hasLine $@"{divergence}: \d modes of 8, \d+\.\d %% within 3 sigma, \d+ s" outcome

    let drawn = XDocument.Load(Path.Combine(folder, "artifacts", "fgan-mixture", "samples.svg"))
    Expect.isFalse ((string drawn).Contains "NaN") "every number is one"

/// The samples in C#: an epoch on a tiny MNIST or a short run, the figures that they end with, their pictures and weights.
let private runsInCSharp folder =
    let data = mnist folder "mnist" id

    let file sample name =
        Path.Combine(folder, "artifacts", sample, name)

    let diffusion = Path.Combine(folder, "artifacts", "diffusion-console")
    let trained = [ "--data"; data; "--epochs"; "1" ]

    for sample, running, figures in
        [ "DiffusionConsole",
          program folder "DiffusionConsole" (trained @ [ "--channels"; "8"; "--steps"; "2" ]),
          [ @"epoch 1  simple loss \d+\.\d\d  \d+\.\d s"
            @"bits per dimension by the bound: \d+\.\d\d\d bits"
            Regex.Escape $"pictures and weights: {diffusion}" ]
          "VaeConsole",
          program folder "VaeConsole" trained,
          [ @"epoch 1  train elbo -\d+\.\d\d  test elbo -\d+\.\d\d  \d+\.\d s"
            @"test nll \d+\.\d\d nats \(100 importance samples, 128 images\)" ]
          "EightSchools",
          program folder "EightSchools" [ "--steps"; "500"; "--particles"; "2"; "--samples"; "1000" ],
          [ @"step 500  elbo -\d+\.\d\d"; @"log evidence, exact: -\d+\.\d\d\d nats" ] ] do
        let outcome = running.Result
        Expect.equal (outcome.ExitCode, outcome.Error) (0, "") $"{sample} succeeds"

        for figure in figures do
            hasLine figure outcome

    isPng (file "diffusion-console" "samples.png") (16 * 28) (10 * 28)
    isPng (file "vae-console" "samples.png") (16 * 28) (8 * 28)
    isPng (file "vae-console" "reconstructions.png") (16 * 28) (8 * 28)

    for weights in [ file "diffusion-console" "diffusion.safetensors"; file "vae-console" "vae.safetensors" ] do
        Expect.isTrue (File.Exists weights) weights

/// Arguments that are wrong, and parts of the sentence that they are answered with.
let private wrong (folder: string) : (string list * string list) list =
    let empty = Path.Combine(folder, "empty")
    Directory.CreateDirectory empty |> ignore

    let cutOff =
        mnist folder "cut-off" (fun (name, bytes) ->
            name, (if name.StartsWith "train-images" then Array.truncate 5_000 bytes else bytes))

    [ [ "--data"; empty ], [ empty; "train-images-idx3-ubyte"; "--data" ]
      [ "--data"; cutOff ], [ cutOff; "at byte 5000"; "damaged" ]
      [ "--epochs"; "x" ], [ "--epochs takes a whole number"; "'x'" ] ]

let private refuses folder =
    let outcomes = [ for arguments, parts in wrong folder -> arguments, parts, interactive folder "vae-mnist.fsx" arguments ]

    for arguments, parts, outcome in outcomes do
        let what, outcome = String.Join(" ", arguments), outcome.Result
        Expect.equal outcome.ExitCode 1 $"{what}: the exit code"
        says outcome.Error parts
        Expect.isFalse (outcome.Error.Contains "\n") $"{what}: one line, and no stack trace, was\n{outcome.Error}\n"
        Expect.equal outcome.Output [] $"{what}: nothing else is printed"

let private refusesInCSharp folder =
    let runs =
        [ for arguments, parts in
              [ [ "--epochs"; "x" ], [ "--epochs takes a whole number"; "'x'" ]
                [ "--data"; Path.Combine(folder, "none") ], [ "none" ]
                [ "--depth"; "3" ], [ "'--depth'"; "--epochs VALUE" ] ] -> parts, program folder "DiffusionConsole" arguments ]

    for parts, running in runs do
        let outcome = running.Result
        Expect.equal (outcome.ExitCode, outcome.Output) (1, []) "the exit code, and nothing else is printed"
        says outcome.Error parts
        Expect.isFalse (outcome.Error.Contains "\n") $"one line, and no stack trace, was\n{outcome.Error}\n"

[<Tests>]
let tests =
    testList
        "Samples"
        [ testCase "vae-mnist trains, reports and draws" (fun () -> withSamples trains)
          testCase "the other autoencoders train, report and draw" (fun () -> withSamples trainsOthers)
          testCase "spirals, pendulum and flow-matching-2d compute, report and draw" (fun () -> withSamples computes)
          testCase "iwae-mnist, cvae-mnist and beta-vae compare models and draw" (fun () -> withSamples compares)
          testCase "fgan-mixture plays a game for each divergence, reports and draws" (fun () -> withSamples playsDivergences)
          testCase "gan-mnist and cyclegan-toy play, report and draw" (fun () -> withSamples plays)
          testCase "distributions tours, fits and draws" (fun () -> withSamples tours)
          testCase "gmm fits, reports and draws" (fun () -> withSamples clusters)
          testCase "swiss-roll learns scores, reports and draws" (fun () -> withSamples scores)
          testCase "the samples in C# train, report and draw" (fun () -> inFolder runsInCSharp)
          testCase "wrong arguments end a sample in C# with exit code 1 and one sentence" (fun () -> inFolder refusesInCSharp)
          testCase "wrong arguments end vae-mnist with exit code 1 and one sentence" (fun () -> withSamples refuses) ]
