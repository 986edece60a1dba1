// Families of discrete values: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.DiscreteFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private bernoulliFromLogits =
    family "Bernoulli from logits" (elementwise [ between -3.0 3.0 ]) (fun parameters -> Bernoulli.FromLogits parameters[0])
    |> withExtremes (fun () -> crossed [ -1e4; -100.0; -20.0; -1e-3; 0.0; 20.0; 100.0; 1e4 ] [ 0.0; 1.0 ])

let private bernoulliFromProbabilities =
    let nearOne = 1.0 - 1.0 / 16777216.0

    family "Bernoulli from probabilities" (elementwise [ between 0.05 0.95 ]) (fun parameters ->
        Bernoulli.FromProbabilities parameters[0])
    |> withExtremes (fun () ->
        crossed [ float 1e-30f; 0.5; nearOne ] [ 0.0; 1.0 ] @ [ [ float64 [ 0.0; 1.0 ] ], float64 [ 0.0; 1.0 ] ])

let private categories (draw: Draw) (next: int -> Draw -> Shape -> Tensor) =
    let count = draw.Int(2, 5)
    fun (draw: Draw) (batch: Shape) -> [ next count draw (Array.append batch [| count |]) ]

let private categoricalFromLogits =
    family "Categorical from logits" (fun draw -> categories draw (fun _ -> between -2.0 2.0)) (fun parameters ->
        Categorical.FromLogits parameters[0])
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

let private oneHotFromLogits =
    family
        "OneHotCategorical from logits"
        (fun draw -> categories draw (fun _ -> between -2.0 2.0))
        (one (fun parameter -> OneHotCategorical.FromLogits parameter))
    |> withExtremes (fun () ->
        [ for size in [ 5.0; 100.0; 1e4 ] do
              [ float64 [ for _ in 1..2 -> [ size; -size; 0.0 ] ] ], float64 [ [ 1.0; 0.0; 0.0 ]; [ 0.0; 1.0; 0.0 ] ]
          [ float64 [ [ 0.0; -infinity; 1.0 ] ] ], float64 [ [ 0.0; 0.0; 1.0 ] ] ])

let private oneHotFromProbabilities =
    family
        "OneHotCategorical from probabilities"
        (fun draw -> categories draw (fun _ draw shape -> (between -2.0 2.0 draw shape).softmax -1))
        (one (fun parameter -> OneHotCategorical.FromProbabilities parameter))
    |> withExtremes (fun () ->
        [ [ float64 [ [ 1.0; 0.0; 0.0 ]; [ 0.5; 0.0; 0.5 ] ] ], float64 [ [ 1.0; 0.0; 0.0 ]; [ 0.0; 0.0; 1.0 ] ] ])

/// The same total for all, beside other parameters.
let private withTotal (totals: float list) (rest: (Draw -> Shape -> Tensor) list) (sizes: Draw) =
    let total = sizes.Pick totals

    fun (draw: Draw) (batch: Shape) ->
        dsharp.full (batch, total, dtype = Dtype.Float64) :: [ for parameter in rest -> parameter draw batch ]

let private trials = [ 1.0 .. 6.0 ]

// 10⁶ trials, whose logarithms of factorials no float32 holds.
let private many = 1e6

let private binomialFromLogits =
    family
        "Binomial from logits"
        (withTotal trials [ between -2.0 2.0 ])
        (two (fun (total: Tensor) logits -> Binomial.FromLogits(total, logits)))
    |> withExtremes (fun () ->
        [ [ float64 [ many; many; many ]; float64 [ 0.0; -100.0; 100.0 ] ], float64 [ 500_500.0; 1.0; many - 1.0 ]
          [ float64 [ 0.0; 3.0; 20.0; 20.0 ]; float64 [ 1.0; 100.0; -100.0; 1e4 ] ], float64 [ 0.0; 3.0; 20.0; 10.0 ] ])

let private binomialFromProbabilities =
    family
        "Binomial from probabilities"
        (withTotal trials [ between 0.05 0.95 ])
        (two (fun (total: Tensor) p -> Binomial.FromProbabilities(total, p)))
    |> withExtremes (fun () ->
        [ [ float64 [ many; many ]; float64 [ 0.5; float 1e-6f ] ], float64 [ 499_000.0; 3.0 ]
          [ float64 [ 4.0; 4.0; 4.0 ]; float64 [ 0.0; 1.0; float 1e-30f ] ], float64 [ 0.0; 4.0; 4.0 ] ])

let private betaBinomial =
    family
        "BetaBinomial"
        (withTotal trials [ positiveBetween 0.4 4.0; positiveBetween 0.4 4.0 ])
        (three (fun (total: Tensor) concentration1 concentration0 -> BetaBinomial(total, concentration1, concentration0)))
    |> withExtremes (fun () ->
        let tiny = float 1e-3f

        [ [ float64 [ many; many; many ]; float64 [ 1e6; tiny; tiny ]; float64 [ 1e6; tiny; 1e6 ] ],
          float64 [ 500_100.0; 3.0; 1.0 ]
          [ float64 [ 20.0; 20.0 ]; float64 [ tiny; 1e6 ]; float64 [ 1e6; tiny ] ], float64 [ 20.0; 0.0 ] ])

let private multinomial
    (name: string)
    (ofNumbers: Tensor -> Tensor)
    (make: Tensor -> Tensor -> Distribution)
    (extremes: unit -> (Tensor list * Tensor) list)
    =
    let start (sizes: Draw) =
        let count, total = sizes.Int(2, 3), float (sizes.Int(1, 4))

        fun (draw: Draw) (batch: Shape) ->
            [ dsharp.full (batch, total, dtype = Dtype.Float64)
              ofNumbers (between -2.0 2.0 draw (Array.append batch [| count |])) ]

    family name start (two make) |> withExtremes extremes

let private multinomialFromLogits =
    multinomial "Multinomial from logits" id (fun total logits -> Multinomial.FromLogits(total, logits)) (fun () ->
        [ [ float64 [ many ]; float64 [ [ 0.0; 0.0; 1.0 ] ] ], float64 [ [ 2e5; 2e5; 6e5 ] ]
          [ float64 [ 5.0; 5.0 ]; float64 [ [ 100.0; -100.0 ]; [ 0.0; -infinity ] ] ], float64 [ [ 3.0; 2.0 ]; [ 5.0; 0.0 ] ] ])

let private multinomialFromProbabilities =
    multinomial
        "Multinomial from probabilities"
        (fun numbers -> numbers.softmax -1)
        (fun total p -> Multinomial.FromProbabilities(total, p))
        (fun () -> [ [ float64 [ 5.0; 5.0 ]; float64 [ [ 1.0; 0.0 ]; [ 0.5; 0.5 ] ] ], float64 [ [ 5.0; 0.0 ]; [ 3.0; 2.0 ] ] ])

let private poisson =
    family "Poisson" (elementwise [ positiveBetween 0.3 8.0 ]) (one (fun rate -> Poisson rate))
    |> withExtremes (fun () ->
        [ yield! crossed [ float 1e-3f; 1.0; 1e6 ] [ 0.0; 1.0; 10.0; 999_000.0; 1e6 ]
          [ float64 [ 0.0 ] ], float64 [ 0.0 ] ])

let private geometricFromLogits =
    family "Geometric from logits" (elementwise [ between -1.0 2.0 ]) (one (fun parameter -> Geometric.FromLogits parameter))
    |> withExtremes (fun () -> crossed [ -100.0; -10.0; 0.0; 10.0; 80.0 ] [ 0.0; 1.0; 1e6 ])

let private geometricFromProbabilities =
    family
        "Geometric from probabilities"
        (elementwise [ between 0.3 0.95 ])
        (one (fun parameter -> Geometric.FromProbabilities parameter))
    |> withExtremes (fun () ->
        [ yield! crossed [ float 1e-6f; 0.5; 1.0 - 1.0 / 16777216.0 ] [ 0.0; 1.0; 1e6 ]
          [ float64 [ 1.0 ] ], float64 [ 0.0 ] ])

let private negativeBinomialFromLogits =
    family
        "NegativeBinomial from logits"
        (withTotal [ 0.5; 1.0; 3.5 ] [ between -2.0 0.3 ])
        (two (fun (total: Tensor) logits -> NegativeBinomial.FromLogits(total, logits)))
    |> withExtremes (fun () ->
        let tiny = float 1e-3f

        [ [ float64 [ tiny; tiny; 1e6; 1e6 ]; float64 [ 0.0; 100.0; -100.0; 0.0 ] ], float64 [ 3.0; 1e6; 0.0; 1_001_000.0 ] ])

let private negativeBinomialFromProbabilities =
    family
        "NegativeBinomial from probabilities"
        (withTotal [ 0.5; 1.0; 3.5 ] [ between 0.1 0.6 ])
        (two (fun (total: Tensor) p -> NegativeBinomial.FromProbabilities(total, p)))
    |> withExtremes (fun () -> [ [ float64 [ 2.0; 1e6 ]; float64 [ 0.0; 0.5 ] ], float64 [ 0.0; 1e6 ] ])

let private zeroInflatedPoisson =
    family
        "ZeroInflated Poisson from logits"
        (elementwise [ between -2.0 2.0; positiveBetween 0.3 6.0 ])
        (two (fun gate rate -> ZeroInflated.FromLogits(gate, Poisson rate)))
    |> withExtremes (fun () ->
        [ [ float64 [ -100.0; -100.0; 100.0; 0.0 ]; float64 [ 1e6; float 1e-3f; 1.0; 1e6 ] ], float64 [ 0.0; 0.0; 3.0; 1e6 ] ])

let private zeroInflatedBernoulli =
    family
        "ZeroInflated Bernoulli from probabilities"
        (elementwise [ between 0.1 0.9; between -2.0 2.0 ])
        (two (fun gate logits -> ZeroInflated.FromProbabilities(gate, Bernoulli.FromLogits logits)))
    |> withExtremes (fun () ->
        [ [ float64 [ 0.0; 1.0; 0.0; 0.5 ]; float64 [ 1.0; 1.0; 100.0; 100.0 ] ], float64 [ 0.0; 0.0; 1.0; 1.0 ] ])

let all: FamilyEntry list =
    [ bernoulliFromLogits
      bernoulliFromProbabilities
      categoricalFromLogits
      categoricalFromProbabilities
      oneHotFromLogits
      oneHotFromProbabilities
      binomialFromLogits
      binomialFromProbabilities
      betaBinomial
      multinomialFromLogits
      multinomialFromProbabilities
      poisson
      geometricFromLogits
      geometricFromProbabilities
      negativeBinomialFromLogits
      negativeBinomialFromProbabilities
      zeroInflatedPoisson
      zeroInflatedBernoulli ]
