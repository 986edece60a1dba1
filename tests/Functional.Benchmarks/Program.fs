// `build/run bench [NAME]`: runs one benchmark or all of them, and fails when a ratio is higher than promised.
// People run it; CI does not, for its machines are too busy to time anything.
module Functional.Benchmarks.Program

let private benchmarks =
    [ "vae-step", VaeStep.run
      "gan", GanStep.run
      "diffusion", DiffusionStep.run
      "programs", ProgramLayer.run
      "svi", SviStep.run
      "ops", Ops.run
      "distributions", Distributions.run ]

let private names = benchmarks |> List.map fst |> String.concat ", "

let private run (chosen: (string * (unit -> Comparison list)) list) =
    let comparisons = chosen |> List.collect (fun (_, benchmark) -> benchmark ())
    comparisons |> List.iter Comparison.print

    if comparisons |> List.forall (fun comparison -> comparison.Ratio <= comparison.AtMost) then
        0
    else
        1

[<EntryPoint>]
let main arguments =
    match arguments with
    | [||] -> run benchmarks
    | [| name |] when List.exists (fst >> (=) name) benchmarks -> run (benchmarks |> List.filter (fst >> (=) name))
    | _ ->
        eprintfn $"Which benchmark? There are: {names}"
        1
