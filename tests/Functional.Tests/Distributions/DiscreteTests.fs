// Tests of discrete families: special cases, limits and known values.
// Run with the whole suite; what holds for every family is tested by the distribution laws.
module internal Functional.Tests.DiscreteTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private counts (last: int) : Tensor = float64 [ for k in 0..last -> float k ]

let private wide (number: float) (like: Tensor) : Tensor = like.fullLike number

let private oneTrial (draw: Draw) =
    let logits = draw.Tensor([| 4 |], -3.0, 3.0)
    let bernoulli, binomial = Bernoulli.FromLogits logits, Binomial.FromLogits(1, logits)
    let value = bernoulli.Sample [ 5 ]
    isClose 1e-12 "LogProb" (binomial.LogProb value) (bernoulli.LogProb value)
    isClose 1e-12 "the mean" binomial.Mean bernoulli.Mean
    isClose 1e-12 "the variance" binomial.Variance bernoulli.Variance
    isClose 1e-12 "the entropy" (binomial.Entropy()) (bernoulli.Entropy())
    isClose 1e-12 "the values" (binomial.EnumerateSupport()) (bernoulli.EnumerateSupport())

let private uniformPrior (draw: Draw) =
    let total = draw.Int(1, 9)
    let value = counts total
    let flat = BetaBinomial(total, float64 1.0, float64 1.0)
    isClose 1e-12 "every count is as likely" (flat.LogProb value) (wide (-log(float (total + 1))) value)

let private sharpPrior (draw: Draw) =
    let total, p = draw.Int(1, 9), draw.Float(0.1, 0.9)
    let value = counts total
    let sharp = BetaBinomial(total, float64 (1e9 * p), float64 (1e9 * (1.0 - p)))
    isClose 1e-5 "the binomial" (sharp.LogProb value) ((Binomial.FromProbabilities(total, float64 p)).LogProb value)

let private marginal (draw: Draw) =
    let total, logits = draw.Int(1, 4), draw.Tensor([| 3 |], -1.0, 1.0)
    let multinomial = Multinomial.FromLogits(total, logits)
    let values = multinomial.EnumerateSupport()
    let probabilities = (multinomial.LogProb values).exp()
    let binomial = Binomial.FromProbabilities(total, (logits.softmax -1)[0])

    for k in 0..total do
        let isK: Tensor = (values.[*, 0].eq(float k)).cast Dtype.Float64
        isClose 1e-12 $"P(x_0 = {k})" ((probabilities * isK).sum()) ((binomial.LogProb(float64 (float k))).exp())

let private oneDraw (draw: Draw) =
    let logits = draw.Tensor([| 2; 4 |], -1.0, 1.0)
    let one, multinomial = OneHotCategorical.FromLogits logits, Multinomial.FromLogits(1, logits)
    let value = one.Sample [ 6 ]
    isClose 1e-12 "LogProb" (multinomial.LogProb value) (one.LogProb value)
    isClose 1e-12 "the entropy" (multinomial.Entropy()) (one.Entropy())
    isClose 1e-12 "the variance" multinomial.Variance one.Variance

let private oneFailure (draw: Draw) =
    let logits = draw.Tensor([| 4 |], -2.0, 2.0)
    let negative, geometric = NegativeBinomial.FromLogits(1.0, logits), Geometric.FromLogits(-logits)
    let value = geometric.Sample [ 5 ]
    isClose 1e-12 "LogProb" (negative.LogProb value) (geometric.LogProb value)
    isClose 1e-12 "the mean" negative.Mean geometric.Mean
    isClose 1e-12 "the variance" negative.Variance geometric.Variance

// Gamma(r) rates in place of one: E[Poisson(k; λ)] over λ of concentration r and rate (1 - p)/p.
let private gammaPoisson (draw: Draw) =
    let total, logit = draw.Float(1.5, 5.0), draw.Float(-1.0, 1.0)
    let rates = float64 [ for i in 1..40_000 -> 0.0025 * float i ]
    let scale = exp logit
    let logDensity = rates.log () * (total - 1.0) - rates / scale - total * log scale - (float64 total).lgamma()
    let value = (counts 6).unsqueeze 1
    let value = value.expand [ 7; 40_000 ]
    let mixture = ((Poisson rates).LogProb value + logDensity).exp().sum 1 * 0.0025
    let negative = NegativeBinomial.FromLogits(total, float64 logit)
    isClose 1e-4 "the mixture" ((negative.LogProb(counts 6)).exp()) mixture

let private rareEvents (draw: Draw) =
    let rate = draw.Float(0.5, 5.0)
    let value = counts 8
    let binomial = Binomial.FromProbabilities(100_000_000, float64 (rate / 1e8))
    isClose 1e-6 "the Poisson limit" (binomial.LogProb value) ((Poisson(float64 rate)).LogProb value)

let private gate (draw: Draw) =
    let rate = draw.Float(0.5, 3.0)
    let poisson = Poisson(float64 rate)
    let value = counts 5

    let mixed (g: float) =
        ZeroInflated.FromProbabilities(float64 g, poisson)

    isClose 1e-12 "a gate that is never shut" ((mixed 0.0).LogProb value) (poisson.LogProb value)

    isClose
        1e-12
        "a gate that is always shut"
        ((mixed 1.0).LogProb value)
        (float64 [ 0.0; -infinity; -infinity; -infinity; -infinity; -infinity ])

    for g, slope in [ 0.0, exp rate - 1.0; 1.0, 1.0 - exp -rate ] do
        let gradient = dsharp.grad (fun g -> (ZeroInflated.FromProbabilities(g, poisson)).LogProb(float64 0.0)) (float64 g)
        isClose 1e-10 $"the gradient at {g}" gradient (float64 slope)

// 0 · log 0 = 0, and finite gradients, at probabilities of exactly 0 and 1.
let private certain =
    let p = float64 [ 0.0; 1.0 ]

    [ "Binomial", (fun p -> (Binomial.FromProbabilities(3, p)).LogProb(float64 [ 0.0; 3.0 ])), p
      "Bernoulli", (fun p -> (Bernoulli.FromProbabilities p).LogProb(float64 [ 0.0; 1.0 ])), p
      "OneHotCategorical", (fun p -> (OneHotCategorical.FromProbabilities p).LogProb p), p
      "Multinomial", (fun p -> (Multinomial.FromProbabilities(3, p)).LogProb(p * 3.0)), p
      "Geometric", (fun p -> (Geometric.FromProbabilities p).LogProb(float64 0.0)), float64 1.0
      "NegativeBinomial", (fun p -> (NegativeBinomial.FromProbabilities(3.0, p)).LogProb(float64 0.0)), float64 0.0
      "Poisson", (fun rate -> (Poisson rate).LogProb(float64 0.0)), float64 0.0 ]
    |> List.map (fun (name, logProb: Tensor -> Tensor, certain) ->
        testCase $"what is certain has log-probability 0 and a finite gradient: {name}" (fun () ->
            let found = logProb certain
            isClose 1e-12 "LogProb" found (found.zerosLike ())
            let gradient = dsharp.grad (fun p -> Validation.off (fun () -> (logProb p).sum())) certain
            Expect.all (numbers gradient) Double.IsFinite "the gradient"))

let private invalid: (string * (unit -> Distribution) * string list) list =
    [ "half a trial",
      (fun () -> Binomial.FromLogits(float64 2.5, float64 0.0)),
      [ "Binomial: total must be a non-negative integer"; "2.5" ]
      "a negative number of trials", (fun () -> BetaBinomial(-1, float64 1.0, float64 1.0)), [ "BetaBinomial: total"; "-1" ]
      "a multinomial of nothing",
      (fun () -> Multinomial.FromLogits(3, dsharp.zeros [ 2; 0 ])),
      [ "Multinomial has no categories" ]
      "a negative rate", (fun () -> Poisson -1.0), [ "Poisson: rate must be non-negative"; "-1" ]
      "a success that never comes",
      (fun () -> Geometric.FromProbabilities(float64 0.0)),
      [ "Geometric: probabilities must be positive" ]
      "a failure that never comes",
      (fun () -> NegativeBinomial.FromProbabilities(1.0, float64 1.0)),
      [ "NegativeBinomial: 1 - probabilities must be positive" ]
      "zeros among vectors",
      (fun () -> ZeroInflated.FromLogits(float64 0.0, OneHotCategorical.FromLogits(dsharp.zeros 2))),
      [ "discrete one of numbers" ]
      "a gate beyond 1",
      (fun () -> ZeroInflated.FromProbabilities(float64 1.5, Poisson(float64 1.0))),
      [ "gate must be between 0 and 1" ] ]

let private isRefused (what: string, make: unit -> Distribution, parts: string list) =
    testCase $"{what} is refused" (fun () ->
        let message =
            try
                make () |> ignore
                failtest "nothing was raised"
            with
            | :? ArgumentException
            | :? NotSupportedException as error -> error.Message

        says message parts)

[<Tests>]
let tests =
    testList
        "Discrete families"
        [ holds "a binomial of one trial is a Bernoulli" 3 oneTrial
          holds "a beta-binomial under a flat prior is uniform" 3 uniformPrior
          holds "a beta-binomial under a sharp prior is a binomial" 3 sharpPrior
          holds "one element of a multinomial is binomial" 3 marginal
          holds "a multinomial of one draw is a one-hot categorical" 3 oneDraw
          holds "a negative binomial of one failure is geometric" 3 oneFailure
          holds "a negative binomial is a Poisson of gamma-distributed rate" 3 gammaPoisson
          holds "a binomial of many unlikely trials is a Poisson" 3 rareEvents
          holds "a zero-inflated distribution goes from its base to a zero, smoothly" 3 gate

          testCase "totals may differ over a batch, except for a list of values" (fun () ->
              let binomial = Binomial.FromLogits(float64 [ 2.0; 5.0 ], float64 [ 0.5; 0.5 ])

              let apart = Tensor.stack [ for total in [ 2; 5 ] -> (Binomial.FromLogits(total, float64 0.5)).Entropy() ]

              isClose 1e-12 "the entropy" (binomial.Entropy()) apart
              says (messageOf<ArgumentException, _> binomial.EnumerateSupport) [ "Binomial.EnumerateSupport"; "totals differ" ]

              says
                  (messageOf<ArgumentException, _>(fun () -> binomial.LogProb(float64 [ 3.0; 3.0 ])))
                  [ "Binomial.LogProb"; "3" ])

          testCase "draws from the ends of the parameters' ranges are finite" (fun () ->
              let tiny = float64 1e-3

              let distributions: Distribution list =
                  [ BetaBinomial(10, tiny, tiny)
                    NegativeBinomial.FromLogits(tiny, float64 5.0)
                    Geometric.FromProbabilities(float64 1.0) ]

              for distribution in distributions do
                  let draws = numbers (distribution.Sample [ 2_000 ])
                  Expect.all draws (fun value -> Double.IsFinite value && value >= 0.0) distribution.Name)

          yield! certain
          yield! List.map isRefused invalid ]
