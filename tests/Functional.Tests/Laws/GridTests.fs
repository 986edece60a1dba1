// Tests of the quadrature that the laws rest on: densities with known masses, one for every support.
// Run with the whole suite; a law that fails for a family whose support passes here speaks of the family.
module internal Functional.Tests.GridTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// A density as a function; its samples only say where the mass lies, roughly.
type private Plain(support: Support, event: Shape, ofNoise: Tensor -> Tensor, density: Tensor -> Tensor) =
    inherit Distribution()
    override _.Name = "Plain"
    override _.BatchShape = [||]
    override _.EventShape = event
    override _.Support = support
    override _.Parameters = []

    override _.Draw shape =
        ofNoise (dsharp.randn (Array.append shape event, dtype = Dtype.Float64))

    override _.LogDensity value = density value
    override this.Expand _ = this

let private lgamma (x: float) = (float64 x).lgamma().toDouble()

let private logBeta a b = lgamma a + lgamma b - lgamma (a + b)

/// A mass in closed form, and where the density is not smooth.
let private numbers': (string * Distribution * Tensor list) list =
    let plain name support ofNoise density =
        name, Plain(support, [||], ofNoise, density) :> Distribution, []

    let gamma a (x: Tensor) = x.log () * (a - 1.0) - x - lgamma a

    let beta a b (x: Tensor) =
        x.log () * (a - 1.0) + (-x).log1p() * (b - 1.0) - logBeta a b

    let zero, one = float64 0.0, float64 1.0

    [ plain "normal" Support.Real id (fun x -> x.square () * -0.5 - 0.5 * log (2.0 * Math.PI))
      plain "cauchy" Support.Real id (fun x -> -(x.square().log1p()) - log Math.PI)
      plain "log of gamma" Support.Real id (fun x -> x * 0.5 - x.exp () - lgamma 0.5)
      plain "gamma, singular" Support.Positive (fun z -> z.square () * 0.5) (gamma 0.5)
      plain "gamma, very singular" Support.Positive (fun z -> (z * 7.0).exp()) (gamma 0.1)
      plain "gamma, narrow" Support.NonNegative (fun z -> 400.0 + z * 20.0) (gamma 400.0)
      plain "pareto" (Support.AtLeast(float64 2.0)) (fun z -> 2.0 + (z * 1.5).exp()) (fun x ->
          log 1.1 + 1.1 * log 2.0 - x.log () * 2.1)
      plain "beta, singular" Support.UnitInterval _.sigmoid() (beta 0.6 0.7)
      plain "beta, narrow" (Support.Interval(zero, one)) (fun z -> 0.5 + z * 0.01) (beta 1250.0 1250.0)
      "laplace", Plain(Support.Real, [||], (fun z -> z * 3.0 + 0.3), (fun x -> -(x - 0.3).abs() / 2.0 - log 4.0)), [ float64 0.3 ]
      plain "poisson" Support.NonNegativeIntegers (fun z -> (z * 5.0 + 30.0).round()) (fun x ->
          x * log 30.0 - 30.0 - (x + 1.0).lgamma())
      plain "uniform integers" (Support.Integers(float64 -2.0, float64 4.0)) (fun z -> z.round ()) (fun x -> x * 0.0 - log 7.0) ]

let private arrays: (string * Distribution * Tensor list) list =
    let plain name support event ofNoise density =
        name, Plain(support, event, ofNoise, density) :> Distribution, []

    let eye = float64 [ [ 1.0; 0.0 ]; [ 0.0; 1.0 ] ]

    let triangle (z: Tensor) =
        z.tril () * (1.0 - eye) + (z * 0.4).exp() * 1.5 * eye

    let positive (z: Tensor) =
        let l = triangle z in l.matmul (l.transpose (-2, -1))

    let unitRows (z: Tensor) =
        let l = triangle z in l / (l.square().sum(-1, keepDim = true)).sqrt()

    // Wishart with 5 degrees of freedom and unit scale
    let wishart (x: Tensor) =
        let logDet = (x.cholesky().diagonal(0, -2, -1)).log().sum -1 * 2.0
        let trace = (x.diagonal (0, -2, -1)).sum -1
        let normalizer = 5.0 * log 2.0 + 0.5 * log Math.PI + lgamma 2.5 + lgamma 2.0
        logDet * 1.0 - trace * 0.5 - normalizer

    let student (x: Tensor) =
        ((x.square().sum -1) / 3.0).log1p() * -2.5 - log (2.0 * Math.PI)

    let normals (x: Tensor) =
        (x.square () * -0.5 - 0.5 * log (2.0 * Math.PI)).sum -1

    let dirichlet (x: Tensor) =
        (x.log () * float64 [ 0.5; -0.2; 1.0 ]).sum(-1) - (lgamma 1.5 + lgamma 0.8 + lgamma 2.0 - lgamma 4.3)

    [ plain "student t vectors" Support.RealVector [| 2 |] id student
      plain "normal vectors" Support.RealVector [| 3 |] id normals
      plain "dirichlet" Support.Simplex [| 3 |] (fun z -> z.softmax -1) dirichlet
      plain "sorted normals" Support.Ordered [| 2 |] (fun z -> fst (z.sort -1)) (fun x -> normals x + log 2.0)
      plain "factors" Support.LowerCholesky [| 2; 2 |] (fun z -> triangle (z * 2.0)) (fun x ->
          (x.tril().square().sum [ -1; -2 ]) * -0.5 - 0.5 * log (2.0 * Math.PI) + 2.0 * 0.5 * log (2.0 / Math.PI))
      plain "wishart" Support.PositiveDefinite [| 2; 2 |] positive wishart
      plain "correlations" Support.CorrelationCholesky [| 2; 2 |] unitRows (fun x ->
          (x.diagonal (0, -2, -1)).log().sum -1 * 1.0 - log (Math.PI / 2.0))
      plain "one-hot" Support.OneHot [| 3 |] (fun z -> (z * 0.0) + float64 [ 0.0; 1.0; 0.0 ]) (fun x ->
          ((x * float64 [ 0.2; 0.3; 0.5 ]).sum -1).log())
      plain "multinomial" (Support.Counts(float64 4.0)) [| 3 |] (fun z -> z * 0.0 + float64 [ 0.0; 4.0; 0.0 ]) (fun x ->
          lgamma 5.0 + (x * (float64 [ 0.2; 0.3; 0.5 ]).log() - (x + 1.0).lgamma()).sum -1)
      plain "listed twice" (Support.Points(float64 [ 1.0; 3.0; 1.0 ], 0)) [||] (fun z -> z * 0.0 + 1.0) (fun x ->
          (dsharp.where (x.eq 1.0, float64 (2.0 / 3.0), float64 (1.0 / 3.0))).log()) ]

[<Tests>]
let tests =
    testList
        "Quadrature"
        [ for name, distribution, breaks in numbers' @ arrays do
              testCase $"{name}: the mass is one" (fun () ->
                  Random.withSeed 1 (fun () ->
                      let mass =
                          Grid.expectationOver breaks distribution (fun points ->
                              dsharp.ones ([| points.shape[0] |], dtype = Dtype.Float64))
                      // the points are as few along each of three coordinates as their product allows
                      isClose (if distribution.EventShape = [||] then 1e-9 else 1e-6) "the mass" mass (float64 1.0)))

          testCase "a distribution function is an integral up to a value" (fun () ->
              let _, cauchy, _ = numbers'[1]
              let value = float64 [ -30.0; 0.5; 1e4 ]
              isClose 1e-9 "cauchy" (Grid.below [] cauchy value) (value.atan () / Math.PI + 0.5)
              let _, laplace, breaks = numbers'[9]
              let below = Grid.below breaks laplace (float64 [ 0.3; 5.0 ])
              isClose 1e-9 "laplace" below (float64 [ 0.5; 1.0 - 0.5 * exp (-4.7 / 2.0) ])) ]
