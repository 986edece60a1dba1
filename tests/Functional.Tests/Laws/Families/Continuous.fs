// Families of real numbers: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.ContinuousFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private normal =
    family
        "Normal"
        (elementwise [ between -3.0 3.0; (fun draw batch -> (between -1.5 1.0 draw batch).exp()) ])
        (two (fun mean scale -> Normal(mean, scale)))
    |> withExtremes (fun () ->
            let scales = [ 1.0; 0.125; 1e-8; 1e4 ] |> List.map (fun scale -> float (float32 scale))
            let points = List.allPairs [ 0.0; 1e4 ] (List.allPairs scales [ -1e4; 0.0; 1e4 ])
            let mean, scale = points |> List.map fst, points |> List.map (snd >> fst)
            [ [ float64 mean; float64 scale ], float64 (points |> List.map (snd >> snd)) ])

let private uniform (name: string) (low: float * float) (high: float * float) =
    family
        name
        (elementwise [ between (fst low) (snd low); between (fst high) (snd high) ])
        (two (fun low high -> Uniform(low, high)))
    |> withExtremes (fun () ->
            let low, high, value = [ -1e4; 0.0; 1.0; 0.0 ], [ 1e4; 1e-10; 1.0 + 1.0 / 1024.0; 1.0 ], [ 1e4; 0.0; 1.0; 1.0 ]
            let single = List.map (fun (x: float) -> float (float32 x)) >> float64
            [ [ single low; single high ], single value ])

let all: FamilyEntry list =
    [ normal
      uniform "Uniform" (-1.0, 0.0) (0.2, 1.2)
      uniform "Uniform on wide intervals" (-3.0, -1.1) (1.3, 3.0) ]
