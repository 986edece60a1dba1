// Special functions: against MathNet, against 30 digits of mpmath where that is out of its depth, and derivatives by differences.
// Run with the whole suite.
module internal Functional.Tests.SpecialTests

open System
open Expecto
open MathNet.Numerics
open MathNet.Numerics.Distributions
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// Positive numbers, even on a logarithmic scale.
let private positive (draw: Draw) (low: float) (high: float) : Tensor =
    (draw.Tensor([| 40 |], log low, log high)).exp()

/// The reference at every place.
let private map2 (f: float -> float -> float) (a: Tensor) (b: Tensor) : Tensor =
    float64 (Array.map2 f (numbers a) (numbers b))

let private map3 (f: float -> float -> float -> float) (a: Tensor) (b: Tensor) (c: Tensor) : Tensor =
    float64 (Array.map3 f (numbers a) (numbers b) (numbers c))

// Points where the gamma distribution of that concentration has its mass.
let private near (draw: Draw) (a: Tensor) : Tensor =
    a * ((draw.Tensor(a.shape, -2.0, 2.0)) / (a + 1.0).sqrt()).exp()

let private againstMathNet =
    [ holds "the incomplete gamma functions agree with MathNet" 5 (fun draw ->
          let a = positive draw 0.05 200.0
          let x = near draw a
          isClose 1e-11 "P" (Special.gammainc a x) (map2 (fun a x -> SpecialFunctions.GammaLowerRegularized(a, x)) a x)
          isClose 1e-11 "Q" (Special.gammaincc a x) (map2 (fun a x -> SpecialFunctions.GammaUpperRegularized(a, x)) a x))
      holds "the incomplete beta function agrees with MathNet" 5 (fun draw ->
          let a, b, x = positive draw 0.05 100.0, positive draw 0.05 100.0, draw.Tensor([| 40 |], 0.0, 1.0)
          isClose 1e-11 "I" (Special.betainc a b x) (map3 (fun a b x -> SpecialFunctions.BetaRegularized(a, b, x)) a b x))
      holds "Student's distribution function agrees with MathNet" 5 (fun draw ->
          let nu, t = positive draw 0.1 200.0, draw.Tensor([| 40 |], -6.0, 6.0)
          isClose 1e-11 "F" (Special.studentCdf nu t) (map2 (fun nu t -> StudentT.CDF(0.0, 1.0, nu, t)) nu t))
      holds "log-densities agree with MathNet" 5 (fun draw ->
          let a, b, x = positive draw 0.05 100.0, positive draw 0.05 100.0, draw.Tensor([| 40 |], 0.01, 0.99)

          isClose
              1e-11
              "gamma"
              (Special.gammaLogDensity a (near draw a * 0.0 + x))
              (map2 (fun a x -> Gamma.PDFLn(a, 1.0, x)) a x)

          isClose 1e-11 "beta" (Special.betaLogDensity a b x) (map3 (fun a b x -> Beta.PDFLn(a, b, x)) a b x)
          isClose 1e-11 "Student" (Special.studentLogDensity a x) (map2 (fun a x -> StudentT.PDFLn(0.0, 1.0, a, x)) a x)
          isClose 1e-11 "log B" (Special.logBeta a b) (map2 (fun a b -> SpecialFunctions.BetaLn(a, b)) a b)) ]

let private at (name: string) (f: float list -> Tensor) (cases: (float list * float) list) =
    testCase name (fun () ->
        for arguments, expected in cases do
            let found = (f arguments).toDouble()
            Expect.isLessThan (abs (found - expected)) (1e-12 * abs expected) $"{name} at {arguments} is {expected}, was {found}")

let private scalar (value: float) = float64 value
let private of2 (f: Tensor -> Tensor -> Tensor) (x: float list) = f (scalar x[0]) (scalar x[1])

let private of3 (f: Tensor -> Tensor -> Tensor -> Tensor) (x: float list) =
    f (scalar x[0]) (scalar x[1]) (scalar x[2])

// mpmath 1.2.1 at 30 digits: gammainc and betainc (regularized), quadrature of the density for the others.
let private extremes =
    [ at
          "P(a, x) is right for concentrations from 0.001 to a million"
          (of2 Special.gammainc)
          [ [ 1e-3; 1e-5 ], 0.989123044695782669
            [ 1e-3; 2.0 ], 0.999951023082169019
            [ 1e6; 1000500.0 ], 0.691550475771497182 ]
      at
          "I_x(a, b) is right for concentrations from 0.001 to a million"
          (of3 Special.betainc)
          [ [ 1e-3; 1e-3; 0.25 ], 0.499451507519294
            [ 1e-3; 1e3; 1e-4 ], 0.998177603636570095
            [ 1e3; 1e-3; 0.9999 ], 0.00182239636342990518
            [ 3.0; 1e6; 2e-6 ], 0.323324666500194892 ]
      at
          "the von Mises distribution function is right for concentrations from 0.001 to a thousand"
          (of2 Special.vonMisesCdf)
          [ [ 1e-3; 1.0 ], 0.659288885432061686
            [ 4.0; -0.75 ], 0.079759084510875302
            [ 99.0; 0.1 ], 0.839720532733800503
            [ 101.0; 0.1 ], 0.84214641247017753
            [ 1000.0; -0.05 ], 0.0569645904431456653 ]
      testCase "both ways to compute von Mises meet where they change over" (fun () ->
          let x = dsharp.linspace (-Math.PI, Math.PI, 101, dtype = Dtype.Float64)
          let below, above = Special.vonMisesCdf (scalar 99.999999) x, Special.vonMisesCdf (scalar 100.000001) x
          isClose 1e-8 "the distribution function" below above)
      testCase "beyond the ends of the support there is no mass, or all" (fun () ->
          let two = float64 [ 2.0; 2.0 ]
          isClose 0.0 "P" (Special.gammainc two (float64 [ -1.0; infinity ])) (float64 [ 0.0; 1.0 ])
          isClose 0.0 "Q" (Special.gammaincc two (float64 [ -1.0; infinity ])) (float64 [ 1.0; 0.0 ])
          isClose 0.0 "I" (Special.betainc two two (float64 [ -0.1; 1.1 ])) (float64 [ 0.0; 1.0 ])
          isClose 0.0 "Student" (Special.studentCdf two (float64 [ -infinity; infinity ])) (float64 [ 0.0; 1.0 ])
          isClose 1e-15 "von Mises" (Special.vonMisesCdf two (float64 [ -Math.PI; 3.0 * Math.PI ])) (float64 [ 0.0; 2.0 ]))
      testCase "float32 and float64 mix as in any operator" (fun () ->
          let single = dsharp.tensor ([ 0.25f; 0.5f ], dtype = Dtype.Float32)
          Expect.equal (Special.gammainc single single).dtype Dtype.Float32 "of float32"
          Expect.equal (Special.gammainc single (float64 [ 1.0; 2.0 ])).dtype Dtype.Float64 "of both") ]

// ---- derivatives and inverses ----

let private weighted (draw: Draw) (f: Tensor list -> Tensor) : Tensor list -> Tensor =
    let weights = draw.Tensor([| 3; 4 |], 0.5, 1.5)
    fun inputs -> (f inputs * weights).sum()

let private parameters (draw: Draw) (count: int) (low: float) (high: float) (last: Tensor) : Tensor list =
    [ for i in 1..count -> (draw.Tensor((if i = 1 then [| 4 |] else [| 3; 1 |]), log low, log high)).exp() ]
    @ [ last ]

let private derivatives =
    let checks (name: string) (count: int) (low: float, high: float) (f: Tensor list -> Tensor) =
        holds $"{name}: derivatives agree with differences" 4 (fun draw ->
            let inputs = parameters draw count 0.3 4.0 (draw.Tensor([| 3; 4 |], low, high))
            let g = weighted draw f
            differentiates name g inputs

            let slope inputs =
                (gradientIn count g inputs).square().sum()

            isClose 2e-6 $"{name}, twice in the last" (gradientIn count slope inputs) (differenceIn count slope inputs))

    let two f (x: Tensor list) : Tensor = f x[0] x[1]
    let three f (x: Tensor list) : Tensor = f x[0] x[1] x[2]

    [ checks "P" 1 (0.1, 4.0) (two Special.gammainc)
      checks "Q" 1 (0.1, 4.0) (two Special.gammaincc)
      checks "I" 2 (0.1, 0.9) (three Special.betainc)
      checks "Student's distribution function" 1 (-3.0, 3.0) (two Special.studentCdf)
      checks "the von Mises distribution function" 1 (-3.0, 3.0) (two Special.vonMisesCdf)
      checks "the inverse of P" 1 (0.2, 0.8) (two Special.gammaincInverse)
      checks "the inverse of I" 2 (0.2, 0.8) (three Special.betaincInverse)
      checks "Student's quantile" 1 (0.2, 0.8) (two Special.studentIcdf)
      checks "the von Mises quantile" 1 (0.2, 0.8) (two Special.vonMisesIcdf)
      checks "the gamma log-density" 1 (0.1, 4.0) (two Special.gammaLogDensity)
      checks "the beta log-density" 2 (0.1, 0.9) (three Special.betaLogDensity)
      checks "Student's log-density" 1 (-3.0, 3.0) (two Special.studentLogDensity)
      checks "the von Mises log-density" 1 (-3.0, 3.0) (two Special.vonMisesLogDensity)
      checks "the beta log-density of a logit" 2 (-3.0, 3.0) (three Special.betaLogDensityOfLogit)
      checks "the inverse of Q" 1 (0.2, 0.8) (two Special.gammainccInverse)
      checks "log B" 1 (0.1, 3.0) (two Special.logBeta)
      testCase "what is not known of second derivatives is refused" (fun () ->
          let twice () =
              dsharp.grad (fun a -> dsharp.grad (fun a -> Special.gammainc a (scalar 1.0)) a) (scalar 2.0)

          says (messageOf<InvalidOperationException, _> twice) [ "second derivative" ]) ]

let private inverses =
    [ holds "quantiles invert distribution functions, in the tails too" 5 (fun draw ->
          let a, b = positive draw 0.05 1e5, positive draw 0.05 1e5
          let p = float64 [ for i in 0..39 -> if i % 4 = 0 then 1e-9 else draw.Float(0.001, 0.999) ]
          isClose 1e-9 "gamma" (Special.gammainc a (Special.gammaincInverse a p) / p) (p.onesLike ())
          isClose 1e-9 "gamma, from above" (Special.gammaincc a (Special.gammainccInverse a p) / p) (p.onesLike ())
          isClose 1e-9 "beta" (Special.betainc a (a + b) (Special.betaincInverse a (a + b) p) / p) (p.onesLike ())
          isClose 1e-9 "Student" (Special.studentCdf (a + 0.2) (Special.studentIcdf (a + 0.2) p) / p) (p.onesLike ())
          let kappa = positive draw 1e-3 1e3
          // angles near -π have so many digits fewer than numbers near 0
          isClose 1e-11 "von Mises" (Special.vonMisesCdf kappa (Special.vonMisesIcdf kappa p)) p)
      testCase "the quantiles of 0 and 1 are the ends of the support" (fun () ->
          let one, ends = scalar 1.5, float64 [ 0.0; 1.0 ]
          Expect.equal (numbers (Special.gammaincInverse one ends)) [| 0.0; infinity |] "gamma"
          Expect.equal (numbers (Special.studentIcdf one ends)) [| -infinity; infinity |] "Student"
          isClose 0.0 "beta" (Special.betaincInverse one one ends) (float64 [ 0.0; 1.0 ])
          isClose 1e-15 "von Mises" (Special.vonMisesIcdf one ends) (float64 [ -Math.PI; Math.PI ])) ]

[<Tests>]
let tests =
    testList
        "Special functions"
        [ testList "against MathNet" againstMathNet
          testList "at the extremes" extremes
          testList "derivatives" derivatives
          testList "inverses" inverses ]
