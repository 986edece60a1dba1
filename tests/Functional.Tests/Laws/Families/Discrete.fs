// Families of discrete values: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.DiscreteFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private bernoulliFromLogits =
    family
        "Bernoulli from logits"
        (elementwise [ between -3.0 3.0 ])
        (fun parameters -> Bernoulli.FromLogits parameters[0])
    |> withExtremes (fun () -> crossed [ -1e4; -100.0; -20.0; -1e-3; 0.0; 20.0; 100.0; 1e4 ] [ 0.0; 1.0 ])

let private bernoulliFromProbabilities =
    let nearOne = 1.0 - 1.0 / 16777216.0

    family
        "Bernoulli from probabilities"
        (elementwise [ between 0.05 0.95 ])
        (fun parameters -> Bernoulli.FromProbabilities parameters[0])
    |> withExtremes (fun () -> crossed [ float 1e-30f; 0.5; nearOne ] [ 0.0; 1.0 ] @ [ [ float64 [ 0.0; 1.0 ] ], float64 [ 0.0; 1.0 ] ])

let private categories (draw: Draw) (next: int -> Draw -> Shape -> Tensor) =
    let count = draw.Int(2, 5)
    fun (draw: Draw) (batch: Shape) -> [ next count draw (Array.append batch [| count |]) ]

let private categoricalFromLogits =
    family
        "Categorical from logits"
        (fun draw -> categories draw (fun _ -> between -2.0 2.0))
        (fun parameters -> Categorical.FromLogits parameters[0])
    |> withExtremes (fun () ->
            // At 20, say, a log-softmax in float32 is right to 1e-7, not relative to a log-probability of -2e-9.
            [ for size in [ 5.0; 100.0; 1e4 ] do
                  [ float64 [ for _ in 1..3 -> [ size; -size; 0.0 ] ] ], float64 [ 0.0; 1.0; 2.0 ] ])

let private categoricalFromProbabilities =
    family
        "Categorical from probabilities"
        (fun draw -> categories draw (fun _ draw shape -> (between -2.0 2.0 draw shape).softmax -1))
        (fun parameters -> Categorical.FromProbabilities parameters[0])
    |> withExtremes (fun () ->
            [ [ float64 [ [ 1.0; 0.0; 0.0 ]; [ 0.5; 0.0; 0.5 ] ] ], float64 [ 0.0; 2.0 ]
              [ float64 [ [ 1.0; float 1e-30f ] ] ], float64 [ 1.0 ] ])

let all: FamilyEntry list =
    [ bernoulliFromLogits
      bernoulliFromProbabilities
      categoricalFromLogits
      categoricalFromProbabilities ]
