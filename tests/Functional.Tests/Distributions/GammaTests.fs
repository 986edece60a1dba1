// Gamma, InverseGamma, Chi2, Beta, Dirichlet and StudentT: what the laws do not say of them.
// Run with the whole suite.
module internal Functional.Tests.GammaTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private same (p: Distribution) (q: Distribution) (value: Tensor) =
    isClose 1e-10 "the log-density" (p.LogProb value) (q.LogProb value)
    isClose 1e-10 "the distribution function" (p.Cdf value) (q.Cdf value)
    isClose 1e-10 "the entropy" (p.Entropy()) (q.Entropy())
    isClose 1e-10 "the mode" p.Mode q.Mode

let private number (value: float) = float64 value

let private specialCases =
    [ holds "a gamma distribution of concentration 1 is exponential" 3 (fun draw ->
          let rate = draw.Tensor([| 3 |], 0.5, 2.0)
          same (Gamma(rate.onesLike (), rate)) (Exponential rate) (draw.Tensor([| 5; 3 |], 0.1, 4.0)))
      holds "chi-squared with 2 degrees of freedom is exponential" 3 (fun draw ->
          same (Chi2(float64 [ 2.0; 2.0 ])) (Exponential(float64 [ 0.5; 0.5 ])) (draw.Tensor([| 5; 2 |], 0.1, 4.0)))
      holds "Student's t with 1 degree of freedom is Cauchy" 3 (fun draw ->
          let location, scale = draw.Tensor([| 3 |], -1.0, 1.0), draw.Tensor([| 3 |], 0.5, 2.0)
          same (StudentT(number 1.0, location, scale)) (Cauchy(location, scale)) (draw.Tensor([| 5; 3 |], -20.0, 20.0)))
      holds "a flat beta distribution is uniform" 3 (fun draw ->
          let p, q, value = Beta(number 1.0, number 1.0), Uniform(number 0.0, number 1.0), draw.Tensor([| 5 |], 0.0, 1.0)
          isClose 1e-10 "the log-density" (p.LogProb value) (q.LogProb value)
          isClose 1e-10 "the distribution function" (p.Cdf value) (q.Cdf value)
          isClose 1e-10 "the mode" p.Mode (number 0.5))
      holds "a Dirichlet distribution of two is a beta distribution" 3 (fun draw ->
          let a, x = draw.Tensor([| 2 |], 0.5, 3.0), draw.Tensor([| 5 |], 0.05, 0.95)
          let both = Tensor.stack ([ x; 1.0 - x ], -1)
          isClose 1e-10 "the log-density" ((Dirichlet a).LogProb both) (Beta(a[0], a[1]).LogProb x)
          isClose 1e-10 "the entropy" ((Dirichlet a).Entropy()) (Beta(a[0], a[1]).Entropy()))
      testCase "moments that do not exist are infinite or NaN" (fun () ->
          let t = StudentT(float64 [ 0.5; 1.5; 3.0 ], number 1.0, number 2.0)
          Expect.equal (Array.map string (numbers t.Mean)) [| "NaN"; "1"; "1" |] "Student's mean"
          Expect.equal (Array.map string (numbers t.Variance)) [| "NaN"; string infinity; "12" |] "Student's variance"
          let inverse = InverseGamma(float64 [ 0.5; 1.5; 3.0 ], number 2.0)
          Expect.equal (numbers inverse.Mean) [| infinity; 4.0; 1.0 |] "the mean of InverseGamma"
          Expect.equal (numbers inverse.Variance) [| infinity; infinity; 1.0 |] "the variance of InverseGamma")
      testCase "the mode of a beta distribution is where its density is highest" (fun () ->
          let mode = Beta(float64 [ 3.0; 1.0; 0.5; 1.0; 2.0; 0.5 ], float64 [ 2.0; 2.0; 1.0; 0.5; 0.5; 0.5 ]).Mode
          Expect.equal (Array.map string (numbers mode)) (Array.map string [| 2.0 / 3.0; 0.0; 0.0; 1.0; 1.0; nan |]) "the modes")
      testCase "the mode of a gamma distribution with a pole is the pole" (fun () ->
          isClose 0.0 "the mode" (Gamma(float64 [ 0.5; 1.0; 3.0 ], number 2.0)).Mode (float64 [ 0.0; 0.0; 1.0 ])) ]

// ---- tiny concentrations ----

let private finite (message: string) (value: Tensor) =
    Expect.all (numbers value) Double.IsFinite message

let private tiny (dtype: Dtype) : Tensor =
    dsharp.full ([| 2_000 |], 1e-3, dtype = dtype)

let private extremes =
    [ for dtype in [ Dtype.Float32; Dtype.Float64 ] do
          testCase $"concentrations of 0.001 leave {dtype} samples and log-densities finite" (fun () ->
              Random.withSeed 1 (fun () ->
                  let check (name: string) (make: Tensor -> Distribution) (concentration: Tensor) =
                      let value, logDensity = (make concentration).SampleAndLogProb()
                      Expect.equal value.dtype dtype $"{name}: the type"
                      finite $"{name}: samples" value
                      finite $"{name}: log-densities" logDensity

                      let gradient =
                          dsharp.grad
                              (fun concentration ->
                                  let value, logDensity = (make concentration).SampleAndLogProb()
                                  value.sum () + (logDensity * 1e-3).sum())
                              concentration

                      finite $"{name}: gradients" gradient
                      value

                  let positive = check "Gamma" (fun a -> Gamma(a, a.scalarLike 1.0)) (tiny dtype)
                  Expect.isTrue ((positive.gt 0.0).all().toBool()) "no gamma sample is zero"
                  let shares = check "Beta" (fun a -> Beta(a, a)) (tiny dtype)
                  Expect.isTrue ((Support.UnitInterval.Contains shares).all().toBool()) "shares lie between 0 and 1"
                  let vectors = check "Dirichlet" (fun a -> Dirichlet(a.view [ 500; 4 ])) (tiny dtype)
                  Expect.isTrue ((Support.Simplex.Contains vectors).all().toBool()) "vectors lie in the simplex"))
      testCase "a beta sample of tiny concentrations is as often near 0 as near 1" (fun () ->
          Random.withSeed 2 (fun () ->
              let samples = Beta(tiny Dtype.Float32, tiny Dtype.Float32).Sample()
              let mean, error = meanAndError (samples.cast Dtype.Float64)
              isWithin "the mean" mean error (number 0.5))) ]

// ---- pathwise gradients ----

// A sample is the quantile of a fixed share of the mass, so its gradient is that of the quantile.
let private follows (name: string) (make: Tensor list -> Distribution) (draw: Draw) (parameters: Tensor list) =
    for place in 0 .. parameters.Length - 1 do
        let sampled (parameters: Tensor list) : Tensor =
            Random.withSeed draw.Seed (fun () -> (make parameters).RSample())

        let sample = (sampled parameters).noDiff()
        let share = ((make parameters).Cdf sample).noDiff()
        let isInner = (share.gt 1e-6).logicalAnd(share.lt (1.0 - 1e-6))

        let chosen (gradient: Tensor) =
            dsharp.where (isInner, gradient, gradient.zerosLike ())

        isClose
            1e-6
            $"{name}, parameter {place}"
            (chosen (gradientIn place (sampled >> _.sum()) parameters))
            (chosen (gradientIn place (fun parameters -> ((make parameters).Icdf share).sum()) parameters))

let private positive (draw: Draw) (low: float) (high: float) =
    (draw.Tensor([| 30 |], log low, log high)).exp()

let private gradients =
    [ holds "gradients of gamma samples are those of quantiles" 4 (fun draw ->
          let concentration, rate = positive draw 0.05 100.0, positive draw 0.5 2.0
          follows "Gamma" (fun p -> Gamma(p[0], p[1])) draw [ concentration; rate ]
          follows "InverseGamma" (fun p -> InverseGamma(p[0], p[1])) draw [ concentration + 1.0; rate ]
          follows "Chi2" (fun p -> Chi2 p[0]) draw [ concentration ])
      holds "gradients of beta samples are those of quantiles" 4 (fun draw ->
          follows "Beta" (fun p -> Beta(p[0], p[1])) draw [ positive draw 0.3 50.0; positive draw 0.3 50.0 ])
      testCase "a huge concentration moves a sample by itself" (fun () ->
          // Gamma(a) ≈ a + √a z, Beta(a, a) ≈ 1/2 + z/√(8 a)
          let sampled (concentration: Tensor) =
              Random.withSeed 3 (fun () -> (Gamma(concentration, number 1.0)).RSample())

          isClose 1e-2 "the gradient" (dsharp.grad sampled (number 1e6)) (number 1.0)) ]

[<Tests>]
let tests =
    testList
        "Gamma and what is made of it"
        [ testList "special cases" specialCases
          testList "tiny concentrations" extremes
          testList "pathwise gradients" gradients ]
