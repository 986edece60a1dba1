// Relaxations of discrete families, and distributions of images: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.RelaxedFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

// ---- relaxations ----

let private unit (draw: Draw) (batch: Shape) : Tensor = (between -2.0 2.0 draw batch).sigmoid()

let private relaxedBernoulliFromLogits =
    family
        "RelaxedBernoulli from logits"
        (elementwise [ between 1.5 3.0; between -1.5 1.5 ])
        (two (fun (temperature: Tensor) logits -> RelaxedBernoulli.FromLogits(temperature, logits)))
    |> withExtremes (fun () ->
        let cold = float 0.1f

        [ [ float64 [ cold; cold; 1.0; 1.0; cold ]; float64 [ 100.0; -100.0; 100.0; -100.0; 0.0 ] ],
          float64 [ float 1e-30f; 0.5; 0.25; float 1e-3f; 1.0 - 1.0 / 16777216.0 ] ])

let private relaxedBernoulliFromProbabilities =
    family
        "RelaxedBernoulli from probabilities"
        (elementwise [ between 1.5 3.0; unit ])
        (two (fun (temperature: Tensor) p -> RelaxedBernoulli.FromProbabilities(temperature, p)))

let private categories (parameter: Tensor -> Tensor) (low: float) (high: float) (sizes: Draw) =
    let count = sizes.Int(2, 3)

    fun (draw: Draw) (batch: Shape) ->
        [ between low high draw batch; parameter (between -1.0 1.0 draw (Array.append batch [| count |])) ]

let private relaxedOneHotFromLogits =
    family
        "RelaxedOneHotCategorical from logits"
        (categories id 1.5 3.0)
        (two (fun (temperature: Tensor) logits -> RelaxedOneHotCategorical.FromLogits(temperature, logits)))
    |> withExtremes (fun () ->
        [ [ float64 [ float 0.1f; 1.0; 2.0 ]
            float64 [ [ 100.0; -100.0; 0.0 ]; [ 100.0; -100.0; 0.0 ]; [ 0.0; 1.0; 2.0 ] ] ],
          float64 [ [ 0.5; 0.25; 0.25 ]; [ float 1e-30f; 0.5; 0.5 ]; [ 1.0; float 1e-30f; float 1e-30f ] ] ])

let private relaxedOneHotFromProbabilities =
    family
        "RelaxedOneHotCategorical from probabilities"
        (categories (fun numbers -> numbers.softmax -1) 1.5 3.0)
        (two (fun (temperature: Tensor) p -> RelaxedOneHotCategorical.FromProbabilities(temperature, p)))

let private straightThroughBernoulli =
    family
        "StraightThroughBernoulli"
        (elementwise [ between 0.3 2.0; between -2.0 2.0 ])
        (two (fun (temperature: Tensor) logits -> StraightThroughBernoulli.FromLogits(temperature, logits)))
    |> withoutLaw "pathwise gradients" "the gradient of a straight-through sample is biased"

let private straightThroughOneHot =
    family
        "StraightThroughOneHotCategorical"
        (categories id 0.3 2.0)
        (two (fun (temperature: Tensor) logits -> StraightThroughOneHotCategorical.FromLogits(temperature, logits)))
    |> withoutLaw "pathwise gradients" "the gradient of a straight-through sample is biased"

// ---- images ----

let private discretizedLogistic (name: string) (levels: int) (scale: float * float) =
    family
        name
        (elementwise [ between -1.2 1.2; positiveBetween (fst scale) (snd scale) ])
        (two (fun location scale -> DiscretizedLogistic(location, scale, levels)))
    |> withExtremes (fun () ->
        let step = 2.0 / float (levels - 1)
        let tiny = float 1e-8f

        // three parameters for each of the first, an inner and the last level
        [ for location, scale in [ 0.0, tiny; 100.0, 1.0; -1e4, 1.0; 0.25, 1e4 ] do
              let all (number: float) = float64 [ number; number; number ]
              [ all location; all scale ], (float64 [ -1.0; 1.0 - step; 1.0 ]).float32().cast Dtype.Float64 ])

let private discretizedLogisticMixture =
    let start (sizes: Draw) =
        let count = sizes.Int(1, 3)

        fun (draw: Draw) (batch: Shape) ->
            let shape = Array.append batch [| count |]
            [ between -1.0 1.0 draw shape; between -1.2 1.2 draw shape; positiveBetween 0.15 1.0 draw shape ]

    family
        "DiscretizedLogisticMixture"
        start
        (three (fun logits location scale -> DiscretizedLogisticMixture(logits, location, scale, 9)))
    |> withExtremes (fun () ->
        [ [ float64 [ [ 100.0; -100.0 ] ]; float64 [ [ -0.5; 0.5 ] ]; float64 [ [ float 1e-3f; 1.0 ] ] ], float64 [ 0.5 ] ])

let private quantizedNormal =
    family
        "Quantized Normal"
        (elementwise [ between -1.0 6.0; between 0.5 3.0 ])
        (two (fun mean scale -> Quantized(Normal(mean, scale), 0, 5)))
    |> withExtremes (fun () -> [ [ float64 [ 2.5; 1e4; -100.0 ]; float64 [ 1.0; 1.0; 1.0 ] ], float64 [ 2.0; 5.0; 0.0 ] ])
    |> withoutLaw "an axis of length one" "the base refuses its parameters by its own name"

let private quantizedUniform =
    family
        "Quantized Uniform"
        (elementwise [ between -0.9 -0.1; between 2.1 2.9 ])
        (two (fun low high -> Quantized(Uniform(low, high), 0, 3)))
    |> withoutLaw "an axis of length one" "the base refuses its parameters by its own name"

let all: FamilyEntry list =
    [ relaxedBernoulliFromLogits
      relaxedBernoulliFromProbabilities
      relaxedOneHotFromLogits
      relaxedOneHotFromProbabilities
      straightThroughBernoulli
      straightThroughOneHot
      discretizedLogistic "DiscretizedLogistic" 9 (0.15, 1.0)
      discretizedLogistic "DiscretizedLogistic of 256 levels" 256 (0.1, 0.6)
      discretizedLogisticMixture
      quantizedNormal
      quantizedUniform ]
