// Tests of relaxations: gradients of samples, straight-through values, low temperatures.
// Run with the whole suite; what holds for every family is tested by the distribution laws.
module internal Functional.Tests.RelaxedTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private slopes (draw: Draw) (make: Tensor -> Distribution) (logits: Tensor) (weights: Tensor) =
    dsharp.grad (fun logits -> Random.withSeed draw.Seed (fun () -> ((make logits).RSample [ 50 ] * weights).sum())) logits

let private carriesGradients (draw: Draw) =
    let logits, weights = draw.Tensor([| 2; 4 |], -1.0, 1.0), draw.Tensor([| 4 |], -1.0, 1.0)

    let makers: (Tensor -> Distribution) list =
        [ (fun logits -> RelaxedOneHotCategorical.FromLogits(0.5, logits))
          (fun logits -> RelaxedBernoulli.FromLogits(0.5, logits)) ]

    for make in makers do
        let gradient = numbers (slopes draw make logits weights)
        Expect.all gradient (fun slope -> Double.IsFinite slope && slope <> 0.0) "every logit has a gradient"

// The value is discrete, the gradient that of the relaxed sample of the same noise.
let private straightThrough (draw: Draw) =
    let logits, weights = draw.Tensor([| 2; 4 |], -1.0, 1.0), draw.Tensor([| 4 |], -1.0, 1.0)

    let makers: ((Tensor -> Distribution) * (Tensor -> Distribution)) list =
        [ (fun logits -> StraightThroughOneHotCategorical.FromLogits(0.7, logits)),
          (fun logits -> RelaxedOneHotCategorical.FromLogits(0.7, logits))
          (fun logits -> StraightThroughBernoulli.FromLogits(0.7, logits)),
          (fun logits -> RelaxedBernoulli.FromLogits(0.7, logits)) ]

    for hard, soft in makers do
        let values = (hard logits).RSample [ 100 ]
        Expect.isTrue (((hard logits).Support.Contains values).all().toBool()) "values are exactly discrete"
        isClose 1e-12 "the gradient" (slopes draw hard logits weights) (slopes draw soft logits weights)

let private followsDiscrete (draw: Draw) =
    let logits = draw.Tensor([| 3 |], -1.0, 1.0)
    let hard, discrete = StraightThroughOneHotCategorical.FromLogits(0.3, logits), OneHotCategorical.FromLogits logits
    let mean, error = meanAndError (hard.Sample [ 20_000 ])
    isWithin "the share of each category" mean error discrete.Mean
    let value = discrete.Sample [ 7 ]
    isClose 1e-12 "LogProb" (hard.LogProb value) (discrete.LogProb value)

// At a temperature of 0.1 most float32 samples are rounded to a corner; their log-density is finite all the same.
let private cold (draw: Draw) =
    let logits = (draw.Tensor([| 6 |], -5.0, 5.0)).float32()

    let distributions: Distribution list =
        [ RelaxedOneHotCategorical.FromLogits(0.1, logits); RelaxedBernoulli.FromLogits(0.1, logits) ]

    for relaxed in distributions do
        let value, logDensity = relaxed.SampleAndLogProb [ 2_000 ]
        Expect.all (numbers value) Double.IsFinite $"values of {relaxed.Name}"
        Expect.all (numbers logDensity) Double.IsFinite $"log-densities of {relaxed.Name} with their values"
        Expect.all (numbers (relaxed.LogProb value)) Double.IsFinite $"log-densities of rounded values of {relaxed.Name}"

// p(x_k is the largest) = p_k at any temperature.
let private argmaxFollows (draw: Draw) =
    let logits, temperature = draw.Tensor([| 4 |], -1.0, 1.0), draw.Float(0.1, 3.0)
    let relaxed = RelaxedOneHotCategorical.FromLogits(temperature, logits)
    let largest = (relaxed.Sample [ 20_000 ]).argmax -1
    let hits = (largest.unsqueeze -1).eq(dsharp.arange (4, dtype = Dtype.Int64)).cast Dtype.Float64
    let share, error = meanAndError hits
    isWithin "the share of each category" share error (logits.softmax -1)

// Two categories are the binary case: x_0 is a RelaxedBernoulli with the difference of the logits.
let private twoCategories (draw: Draw) =
    let logits, temperature = draw.Tensor([| 5; 2 |], -1.0, 1.0), draw.Float(0.5, 2.0)
    let pair = RelaxedOneHotCategorical.FromLogits(temperature, logits)
    let single = RelaxedBernoulli.FromLogits(temperature, logits.[*, 0] - logits.[*, 1])
    let value = single.Sample [ 3 ]
    let both = Tensor.stack ([ value; 1.0 - value ], -1)
    isClose 1e-9 "LogProb" (pair.LogProb both) (single.LogProb value)

[<Tests>]
let tests =
    testList
        "Relaxed families"
        [ holds "relaxed samples carry gradients to every logit" 3 carriesGradients
          holds "straight-through values are discrete, with the gradient of the relaxed sample" 3 straightThrough
          holds "straight-through samples follow the discrete distribution" 3 followsDiscrete
          holds "log-densities at a temperature of 0.1 are finite in float32" 3 cold
          holds "the largest element of a relaxed categorical follows the categorical" 3 argmaxFollows
          holds "a relaxed categorical of two categories is a relaxed Bernoulli" 3 twoCategories

          testCase "probabilities of 0 and 1 cannot be relaxed" (fun () ->
              let p = float64 [ 0.0; 1.0 ]

              says
                  (messageOf<ArgumentException, _>(fun () -> RelaxedBernoulli.FromProbabilities(1.0, p)))
                  [ "RelaxedBernoulli"; "positive" ]

              says
                  (messageOf<ArgumentException, _>(fun () -> StraightThroughOneHotCategorical.FromProbabilities(1.0, p)))
                  [ "StraightThroughOneHotCategorical"; "positive" ]) ]
