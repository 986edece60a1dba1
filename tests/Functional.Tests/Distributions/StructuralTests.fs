// Tests of what the distribution laws do not say of distributions made of others: special cases, limits and what is refused.
// Run with the whole suite.
module internal Functional.Tests.StructuralTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private isFinite (message: string) (tensor: Tensor) =
    Expect.isFalse (tensor.hasinfnan ()) message

// ---- mixtures ----

let private oneComponent (draw: Draw) =
    let mean, scale = draw.Tensor([| 3; 1 |], -2.0, 2.0), draw.Tensor([| 3; 1 |], 0.5, 2.0)
    let mixture = Mixture(Categorical.FromLogits(float64 [ 0.3 ]), Normal(mean, scale))
    let normal = Normal(mean.squeeze -1, scale.squeeze -1)
    let values = draw.Tensor([| 5; 3 |], -3.0, 3.0)
    isClose 1e-12 "LogProb" (mixture.LogProb values) (normal.LogProb values)
    isClose 1e-12 "Cdf" (mixture.Cdf values) (normal.Cdf values)
    isClose 1e-12 "Mean" mixture.Mean normal.Mean
    isClose 1e-12 "Variance" mixture.Variance normal.Variance
    Expect.isTrue mixture.HasRSample "a pathwise gradient"

let private listedIsStacked (draw: Draw) =
    let logits = draw.Tensor([| 3 |], -1.0, 1.0)
    let mean, scale = draw.Tensor([| 2; 3; 2 |], -2.0, 2.0), draw.Tensor([| 2; 3; 2 |], 0.5, 2.0)
    let stacked = Mixture(Categorical.FromLogits logits, Normal.diagonal mean scale)
    let parts = [ for k in 0..2 -> Normal.diagonal mean.[*, k] scale.[*, k] ]
    let listed = Mixture.Of(Categorical.FromLogits logits, parts)
    let values = draw.Tensor([| 5; 2; 2 |], -3.0, 3.0)
    isClose 1e-12 "LogProb" (listed.LogProb values) (stacked.LogProb values)
    isClose 1e-12 "Mean" listed.Mean stacked.Mean
    isClose 1e-12 "Variance" listed.Variance stacked.Variance
    isClose 1e-12 "LogResponsibilities" (listed.LogResponsibilities values) (stacked.LogResponsibilities values)
    let draws = [ for mixture in [ listed; stacked ] -> Random.withSeed 1 (fun () -> mixture.RSample [ 4 ]) ]
    Expect.equal draws[0].shape draws[1].shape "the shape of samples"

let private disjointUniforms () =
    let logDensity (parameters: Tensor list) =
        let mixture = Mixture(Categorical.FromLogits parameters[0], Uniform(parameters[1], parameters[2]))
        mixture.LogProb(float64 [ 0.5; 2.5; 1.5; 7.0 ])

    let parameters = [ float64 [ 0.0; 0.0 ]; float64 [ 0.0; 2.0 ]; float64 [ 1.0; 3.0 ] ]
    isClose 1e-12 "LogProb" (logDensity parameters) (float64 [ log 0.5; log 0.5; -infinity; -infinity ])

    for place in 0..2 do
        let gradient = gradientIn place (fun parameters -> (logDensity parameters).[0..1].sum()) parameters
        isFinite $"the gradient in parameter {place}" gradient

    isClose
        1e-12
        "the gradient in the logits"
        (gradientIn 0 (fun parameters -> (logDensity parameters).[0]) parameters)
        (float64 [ 0.5; -0.5 ])

    isFinite
        "the gradient where the density is zero"
        (gradientIn
            1
            (fun parameters -> (dsharp.where ((logDensity parameters).isinf(), float64 0.0, logDensity parameters)).sum())
            parameters)

// Correlated elements: E[x_1 x_2] of a mixture of independent vectors depends on all parameters.
let private vectorPathwise (draw: Draw) =
    let copies = 200

    let logits, mean, scale =
        draw.Tensor([| 3 |], -1.0, 1.0), draw.Tensor([| 3; 3 |], -1.5, 1.5), draw.Tensor([| 3; 3 |], 0.6, 1.5)

    let mixture (p: Tensor list) =
        Mixture(Categorical.FromLogits p[0], Normal.diagonal p[1] p[2])

    let parameters = [ logits; mean; scale ]
    let wide = [ for tensor in parameters -> tensor.expand(Array.append [| copies |] tensor.shape).clone() ]

    let product (x: Tensor) =
        x.[*, *, 0] * x.[*, *, 2] + x.[*, *, 1] * x.[*, *, 2]

    let sampled (p: Tensor list) =
        (product ((mixture p).RSample [ 300 ])).sum() / 300.0

    let exact (p: Tensor list) =
        let w = p[0].softmax -1
        (w * (p[1].[*, 0] * p[1].[*, 2] + p[1].[*, 1] * p[1].[*, 2])).sum()

    for place in 0..2 do
        let estimate, error = meanAndError (gradientIn place sampled wide)
        isWithin $"the gradient in parameter {place}" estimate error (gradientIn place exact parameters)

let private withoutPathwise () =
    let weights = Categorical.FromLogits(float64 [ 0.0; 0.0 ])
    let bernoulli = Mixture(weights, Bernoulli.FromLogits(float64 [ 0.0; 1.0 ]))
    says (messageOf<NotReparameterizableException, _>(fun () -> bernoulli.RSample())) [ "Mixture" ]

    let identity = dsharp.eye(2, dtype = Dtype.Float64).expand [| 2; 2; 2 |]
    let dense = Mixture(weights, MultivariateNormal.FromScaleTril(float64 [ [ 0.0; 1.0 ]; [ 2.0; 3.0 ] ], identity))
    Expect.isFalse dense.HasRSample "no distribution function, no pathwise gradient"
    Expect.equal (dense.Sample [ 3 ]).shape [| 3; 2 |] "samples all the same"

let private zeroWeight () =
    let weights = Categorical.FromLogits(float64 [ 0.0; -infinity ])
    let mixture = Mixture(weights, Normal(float64 [ 0.0; 5.0 ], float64 [ 1.0; 1.0 ]))
    isClose 1e-12 "LogProb" (mixture.LogProb(float64 5.0)) (Normal(float64 0.0, float64 1.0).LogProb(float64 5.0))

// ---- truncation ----

let private wholeLine (draw: Draw) =
    let normal = Normal(draw.Tensor([| 3 |], -1.0, 1.0), draw.Tensor([| 3 |], 0.5, 1.5))
    let truncated = Truncated(normal, low = float64 -100.0, high = float64 100.0)
    let values = draw.Tensor([| 4; 3 |], -3.0, 3.0)
    isClose 1e-12 "LogProb" (truncated.LogProb values) (normal.LogProb values)
    isClose 1e-9 "Icdf" (truncated.Icdf(normal.Cdf values)) values

let private uniformPart () =
    let truncated = Truncated(Uniform(float64 0.0, float64 4.0), low = float64 1.0, high = float64 3.0)
    isClose 1e-12 "LogProb" (truncated.LogProb(float64 [ 0.5; 1.5; 3.5 ])) (float64 [ -infinity; -(log 2.0); -infinity ])
    let samples = truncated.Sample [ 1000 ]
    Expect.isTrue ((samples.ge 1.0).logicalAnd(samples.le 3.0).all().toBool()) "samples lie between the bounds"

// ---- masks, repetitions, points ----

let private maskedFacts () =
    let mask = dsharp.tensor [ true; false; true ]
    let mean = float64 [ 0.0; 1.0; 2.0 ]

    let logDensity (mean: Tensor) =
        Masked(Normal(mean, float64 1.0), mask).LogProb(float64 [ 0.5; nan; 0.5 ])

    let whole = Normal(mean, float64 1.0).LogProb(float64 [ 0.5; 0.0; 0.5 ])
    isClose 1e-12 "0 where the mask is false, whatever the value" (logDensity mean) (whole * float64 [ 1.0; 0.0; 1.0 ])
    let gradient = gradientIn 0 (fun p -> (logDensity p.[0]).sum()) [ mean ]
    isClose 1e-12 "no gradient there" gradient (float64 [ 0.5; 0.0; -1.5 ])
    isClose 1e-12 "the mask widens the batch" (Masked(Normal(0.0, 1.0), mask).Mean.float64()) (float64 [ 0.0; 0.0; 0.0 ])

    let vectors = Masked(Normal.diagonal (float64 [ [ 0.0; 0.0 ]; [ 1.0; 1.0 ] ]) (float64 1.0), dsharp.tensor [ true; false ])
    isClose 1e-12 "of vectors" (vectors.LogProb(float64 [ [ 0.0; 0.0 ]; [ nan; 1.0 ] ])) (float64 [ -(log (2.0 * Math.PI)); 0.0 ])

    says (messageOf<ArgumentException, _>(fun () -> Masked(Normal(0.0, 1.0), float64 [ 1.0 ]))) [ "Masked(Normal)"; "Bool" ]

let private expandedFacts (draw: Draw) =
    let parameters = draw.Tensor([| 3; 1; 1; 2 |], -2.0, 2.0)
    let inner = Independent(Normal(parameters, float64 1.0), 1)
    let expanded = Expanded(inner, [ 2; 3; 4; 5 ])
    let whole = Independent(Normal(parameters.expand [| 2; 3; 4; 5; 2 |], float64 1.0), 1)
    let values = draw.Tensor([| 7; 2; 3; 4; 5; 2 |], -3.0, 3.0)
    isClose 1e-12 "LogProb" (expanded.LogProb values) (whole.LogProb values)
    isClose 1e-12 "LogProb of one value" (expanded.LogProb values[0].[0].[0].[0].[0]) (whole.LogProb values[0].[0].[0].[0].[0])
    isClose 1e-12 "Mean" expanded.Mean whole.Mean
    isClose 1e-12 "Entropy" (expanded.Entropy()) (whole.Entropy())
    let samples = expanded.Sample [ 2000 ]
    Expect.equal samples.shape [| 2000; 2; 3; 4; 5; 2 |] "the shape of samples"
    let mean, error = meanAndError samples
    isWithin "the mean of samples" mean error whole.Mean
    let one = numbers samples[0]
    Expect.equal (Array.distinct one).Length 240 "draws are independent"
    let values, together = expanded.SampleAndLogProb [ 2 ]
    isClose 1e-12 "SampleAndLogProb" together (whole.LogProb values)

    says (messageOf<ArgumentException, _>(fun () -> expanded.Expand [| 2; 2 |])) [ "Expanded"; "[2; 2]" ]
    says (messageOf<ArgumentException, _>(fun () -> Expanded(inner, [ 2; 1; 1 ]))) [ "[3; 1; 1]"; "[2; 1; 1]" ]

let private deltaFacts () =
    let value = float64 [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ]
    let delta = Delta(value, 1)
    isClose 0.0 "LogProb" (delta.LogProb(float64 [ [ 1.0; 2.0 ]; [ 3.0; 4.5 ] ])) (float64 [ 0.0; -infinity ])
    isClose 0.0 "Sample" (delta.Sample()) value

    isClose
        0.0
        "the gradient of samples"
        (gradientIn 0 (fun p -> (Delta(p[0], 1).RSample [ 3 ]).sum()) [ value ])
        (value * 0.0 + 3.0)

    isClose 0.0 "a log-density of its own" (Delta(float64 1.0, logDensity = float64 0.5).LogProb(float64 1.0)) (float64 0.5)

let private empiricalFacts () =
    let samples = float64 [ 1.0; 2.0; 2.0; 5.0 ]
    let empirical = Empirical samples

    isClose
        1e-12
        "LogProb adds up equal samples"
        (empirical.LogProb(float64 [ 1.0; 2.0; 3.0 ]))
        (float64 [ log 0.25; log 0.5; -infinity ])

    isClose 1e-12 "Mode" empirical.Mode (float64 2.0)
    isClose 1e-12 "Mean" empirical.Mean (float64 2.5)
    isClose 1e-12 "Entropy" (empirical.Entropy()) (float64 (1.5 * log 2.0))
    isClose 1e-12 "Cdf" (empirical.Cdf(float64 2.0)) (float64 0.75)
    let weighted = Empirical(samples, logWeights = float64 [ 0.0; -infinity; -infinity; log 3.0 ])
    isClose 1e-12 "weights" (weighted.LogProb(float64 [ 1.0; 2.0; 5.0 ])) (float64 [ log 0.25; -infinity; log 0.75 ])
    Expect.isFalse (((weighted.Sample [ 100 ]).eq 2.0).any().toBool()) "a weight of zero is never drawn"
    says (messageOf<ArgumentException, _>(fun () -> Empirical(float64 1.0))) [ "Empirical"; "first axis" ]

    let vectors = Empirical(float64 [ [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ]; [ [ 5.0; 6.0 ]; [ 7.0; 8.0 ] ] ], eventRank = 1)
    Expect.isTrue ((vectors.Support.Contains(vectors.Sample [ 3 ])).all().toBool()) "samples lie in the support"
    let other = vectors.Support.Contains(float64 [ [ 1.0; 2.0 ]; [ 5.0; 6.0 ] ])
    Expect.equal (other.toArray1D<bool>()) [| true; false |] "each list is of its own batch element"

// ---- joints and products ----

let private jointSplits (draw: Draw) =
    let matrix = Independent(Normal(draw.Tensor([| 4; 2; 3 |], -1.0, 1.0), float64 1.0), 2)
    let number = Uniform(float64 -1.0, float64 2.0)
    let label = Categorical.FromLogits(draw.Tensor([| 4; 3 |], -1.0, 1.0))
    let joint = Joint [ matrix; number; label ]
    Expect.equal (joint.BatchShape, joint.EventShape) ([| 4 |], [| 8 |]) "shapes"
    let samples = joint.Sample [ 5 ]
    Expect.equal samples.shape [| 5; 4; 8 |] "the shape of samples"

    match joint.Split samples with
    | [ first; second; third ] ->
        Expect.equal (first.shape, second.shape, third.shape) ([| 5; 4; 2; 3 |], [| 5; 4 |], [| 5; 4 |]) "the shapes of parts"
        let sum = matrix.LogProb first + number.LogProb second + label.LogProb third
        isClose 1e-12 "LogProb is the sum" (joint.LogProb samples) sum
        Expect.isGreaterThan (Array.distinct (numbers second)).Length 19 "a part without batch is drawn for each of the batch"
    | parts -> failtest $"{parts.Length} parts"

    Expect.isFalse joint.HasRSample "a label has no pathwise gradient"
    let wide = joint.Expand [| 2; 4 |]
    Expect.equal (wide.Sample [ 3 ]).shape [| 3; 2; 4; 8 |] "expanded"
    says (messageOf<ArgumentException, _>(fun () -> Joint [])) [ "Joint" ]
    says (messageOf<ArgumentException, _>(fun () -> joint.LogProb(samples * 0.0 + 0.5))) [ "an integer from 0 to 2" ]

let private expertsAreProducts (draw: Draw) =
    let experts = [ for _ in 1..3 -> Normal(draw.Tensor([| 2 |], -1.0, 1.0), draw.Tensor([| 2 |], 0.5, 2.0)) ]
    let product = ProductOfExperts.normals experts
    let grid = Grid.over product
    let densities = [ for expert in experts -> expert.LogProb grid.Points ] |> List.reduce (+) |> _.exp()
    let normalizer = (grid.Weights * densities).sum 0
    isClose 1e-9 "the renormalised product" ((product.LogProb grid.Points).exp()) (densities / normalizer)

    let withPrior = ProductOfExperts.withStandardPrior experts
    let prior = Normal(float64 0.0, float64 1.0)
    isClose 1e-12 "the prior is one more expert" withPrior.Mean (ProductOfExperts.normals (prior :: experts)).Mean
    isClose 1e-12 "the prior alone" ((ProductOfExperts.withStandardPrior []).Variance.float64()) (float64 1.0)

    let independents = ProductOfExperts.independents [ for expert in experts -> Independent(expert, 1) ]
    isClose 1e-12 "of vectors" (independents.LogProb(float64 [ 0.5; 1.0 ])) ((product.LogProb(float64 [ 0.5; 1.0 ])).sum())

    says (messageOf<ArgumentException, _>(fun () -> ProductOfExperts.independents [ Uniform(0.0, 1.0) ])) [ "Uniform" ]
    says (messageOf<ArgumentException, _>(fun () -> ProductOfExperts.normals [])) [ "no experts" ]

let private refusals: (string * (unit -> Distribution) * string list) list =
    let weights () =
        Categorical.FromLogits(float64 [ 0.0; 0.0 ])

    let normal (n: int) =
        Normal(float64 (List.replicate n 0.0), float64 1.0)

    [ "another number of components", (fun () -> Mixture(weights (), normal 3)), [ "2 components"; "Normal"; "[3]"; "Mixture.Of" ]
      "another number of listed components", (fun () -> Mixture.Of(weights (), [ normal 3 ])), [ "2 components"; "there are 1" ]
      "components of other shapes",
      (fun () -> Mixture.Of(weights (), [ normal 3; normal 2 ])),
      [ "Normal(batch [2]"; "do not line up" ]
      "a mixture of numbers and labels",
      (fun () -> Mixture.Of(weights (), [ Normal(0.0, 1.0); Bernoulli.FromLogits(dsharp.scalar 0.0) ])),
      [ "Normal and Bernoulli"; "no common support" ]
      "bounds that hold no mass",
      (fun () -> Truncated(Uniform(float64 0.0, float64 1.0), low = float64 2.0)),
      [ "Truncated(Uniform)"; "mass between the bounds"; "positive" ]
      "bounds of a discrete distribution",
      (fun () -> Truncated(Bernoulli.FromLogits(float64 0.0), 0.0, 1.0)),
      [ "Truncated"; "Bernoulli" ]
      "no bounds", (fun () -> Truncated(normal 2)), [ "Truncated(Normal)"; "low, high or both" ] ]

[<Tests>]
let tests =
    testList
        "Structural distributions"
        [ holds "a mixture of one component is the component" 3 oneComponent
          holds "a mixture of a list is one of a stack" 3 listedIsStacked
          testCase "a mixture of Uniforms with disjoint supports has finite gradients" disjointUniforms
          holds "a mixture of vectors has pathwise gradients through all of its elements" 2 vectorPathwise
          testCase "a mixture without distribution functions has no pathwise gradient" withoutPathwise
          testCase "a component of weight zero does not count" zeroWeight
          holds "a truncation far out changes nothing" 3 wholeLine
          testCase "a truncated Uniform is a Uniform" uniformPart
          testCase "a mask takes elements out, whatever their values" maskedFacts
          holds "Expanded stretches axes of length one with independent draws" 2 expandedFacts
          testCase "a Delta has all of its mass in one point" deltaFacts
          testCase "an Empirical distribution weighs its samples" empiricalFacts
          holds "a Joint splits into its parts" 2 jointSplits
          holds "a product of experts is the renormalised product of densities" 3 expertsAreProducts
          for name, make, parts in refusals do
              testCase $"{name}: refused" (fun () ->
                  try
                      make () |> ignore
                      failtest "nothing was raised"
                  with :? ArgumentException as refusal ->
                      says refusal.Message parts) ]
