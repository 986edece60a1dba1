// The kernel Stein discrepancy against automatic differentiation of its kernel, its mean at the true score, and its test.
// Run with the whole suite.
module internal Functional.Tests.KernelSteinTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private kernels (draw: Draw) : (string * SteinKernel) list =
    let bandwidth, scale, exponent = draw.Float(0.5, 2.0), draw.Float(0.5, 2.0), draw.Float(-0.9, -0.1)

    [ "Gaussian", SteinKernel.Gaussian bandwidth
      "Gaussian of a tensor", SteinKernel.Gaussian(float64 bandwidth)
      "inverse multiquadric", SteinKernel.InverseMultiquadric scale
      "inverse multiquadric of another exponent", SteinKernel.InverseMultiquadric(scale, exponent) ]

let private derivatives (draw: Draw) =
    let squares = draw.Tensor([| 5 |], 0.1, 6.0)

    for name, kernel in kernels draw do
        let sum (f: Tensor -> Tensor) (inputs: Tensor list) = (f inputs[0]).sum()
        isClose 1e-9 $"{name}: φ'" (kernel.First squares) (gradientIn 0 (sum kernel.Value) [ squares ])
        isClose 1e-9 $"{name}: φ''" (kernel.Second squares) (gradientIn 0 (sum kernel.First) [ squares ])

let private cubic (x: Tensor) : Tensor = x * 0.5 - x.pow 3.0 * 0.3

// u of one pair from derivatives of k.
let private pair (kernel: SteinKernel) (x: Tensor) (y: Tensor) : float =
    let k (x: Tensor) (y: Tensor) = kernel.Value((x - y).square().sum())
    let inY (x: Tensor) = dsharp.grad (fun y -> k x y) y
    let inX = dsharp.grad (fun x -> k x y) x
    let mixed = (dsharp.jacobian inY x).trace()
    let sx, sy = cubic x, cubic y
    ((sx * sy).sum() * k x y + (sx * inY x).sum() + (sy * inX).sum() + mixed).toDouble()

let private isItsDefinition (draw: Draw) =
    let x = draw.Tensor([| 4; draw.Int(1, 3) |], -1.5, 1.5)

    for name, kernel in kernels draw do
        let rows = x.unstack ()
        let expected = (float64 [| for a in rows -> [| for b in rows -> pair kernel a b |] |]).view [ 4; 4 ]
        let matrix = KernelStein.matrix kernel cubic x
        isClose 1e-9 $"{name}: the matrix" matrix expected
        isClose 1e-9 $"{name}: biased" (KernelStein.biased kernel cubic x) (expected.mean ())
        let off = expected.sum () - expected.diagonal().sum()
        isClose 1e-9 $"{name}: unbiased" (KernelStein.unbiased kernel cubic x) (off / 12.0)
        differentiates $"{name}: the discrepancy" (fun inputs -> KernelStein.biased kernel cubic inputs[0]) [ x ]

/// Targets: a density's logarithm up to a constant, and draws of it.
let private targets: (string * (Tensor -> Tensor) * (int -> Tensor)) list =
    let normal = (fun n -> dsharp.randn ([ n; 2 ], dtype = Dtype.Float64))
    let scales = [ 0.5; 2.0 ]

    let laplaceLike n =
        (StudentT(float64 [ 5.0; 5.0 ], float64 [ 0.0; 0.0 ], float64 [ 1.0; 1.0 ])).Sample [ n ]

    [ "a normal", (fun x -> x.square().sum(1) * -0.5), normal
      "a normal with unequal scales", (fun x -> (x / float64 scales).square().sum(1) * -0.5), (fun n -> normal n * float64 scales)
      "Student's t, without its constant", (fun x -> (x.square () / 5.0).log1p().sum(1) * -3.0), laplaceLike
      "two normals",
      (fun x -> ((x - 1.5).square().sum(1) * -0.5).logaddexp((x + 1.5).square().sum(1) * -0.5)),
      (fun n -> normal n + ((normal n)[*, 0..0]).sign() * 1.5) ]

let private scoreOf (logDensity: Tensor -> Tensor) (x: Tensor) : Tensor =
    dsharp.grad (fun x -> (logDensity x).sum()) x

let private isZeroAtTheScore (logDensity: Tensor -> Tensor, sample: int -> Tensor) (_: Draw) =
    let score = scoreOf logDensity

    for name, kernel in [ "Gaussian", SteinKernel.Gaussian 1.0; "inverse multiquadric", SteinKernel.InverseMultiquadric 1.0 ] do
        let repeated (shift: float) =
            Tensor.stack [ for _ in 1..200 -> Scope.run (fun () -> KernelStein.unbiased kernel score (sample 40 + shift)) ]
            |> meanAndError

        let value, error = repeated 0.0
        isWithin $"{name}: at the true score" value error (float64 0.0)
        let value, error = repeated 0.7
        Expect.isGreaterThan (value.toDouble ()) (5.0 * error.toDouble ()) $"{name}: elsewhere it is positive"

let private normal (n: int) =
    dsharp.randn ([ n; 2 ], dtype = Dtype.Float64)

let private test = KernelStein.test 199 0.5 (SteinKernel.InverseMultiquadric 1.0) (fun x -> -x)

// The wild bootstrap is asymptotic: with 100 rows the level is kept within a few per cent.
let private isCalibrated (_: Draw) =
    let values = [| for _ in 1..300 -> Scope.run (fun () -> (test (normal 100)).PValue) |]
    Expect.isLessThan (abs (Array.average values - 0.5)) (5.0 * sqrt (1.0 / 12.0 / 300.0)) "the mean p-value"

    for level in [ 0.05; 0.2; 0.5 ] do
        let share = values |> Array.averageBy (fun p -> if p <= level then 1.0 else 0.0)

        Expect.isLessThan
            (abs (share - level))
            (0.02 + 5.0 * sqrt (level * (1.0 - level) / 300.0))
            $"rejected at {level}: {share}"

let private hasPower (_: Draw) =
    Expect.isTrue ((test (normal 200 + 0.5)).Rejects 0.01) "a shift is seen"
    Expect.isTrue ((test (normal 200 * 1.5)).Rejects 0.01) "a wider sample is seen"
    let result = test (normal 100 * 0.4)
    Expect.isTrue (result.Rejects 0.01) "a narrower sample is seen"
    Expect.isGreaterThan result.Statistic 0.0 "the statistic"

// Rows of an autoregression look alike: signs that seldom change take that into account.
let private chains (_: Draw) =
    let chain () =
        let noise = numbers (dsharp.randn (400, dtype = Dtype.Float64))
        let states = noise |> Array.scan (fun x e -> 0.9 * x + sqrt 0.19 * e) 0.0
        (float64 states[100..]).unsqueeze 1

    let rejections (change: float) =
        [ for _ in 1..60 ->
              let result = KernelStein.test 199 change (SteinKernel.Gaussian 1.0) (fun x -> -x) (chain ())
              if result.Rejects 0.05 then 1.0 else 0.0 ]
        |> List.average

    let independent, dependent = rejections 0.5, rejections 0.02
    Expect.isGreaterThan independent 0.3 "as independent rows they are rejected far too often"
    Expect.isLessThan dependent 0.2 "as a chain they are not"

let private refused () =
    let x = normal 5
    let message (action: unit -> 'T) = messageOf<ArgumentException, _> action
    let kernel = SteinKernel.Gaussian 1.0
    says (message (fun () -> KernelStein.matrix kernel (fun x -> x.sum 1) x)) [ "[5; 2]"; "[5]" ]
    says (message (fun () -> KernelStein.test 99 0.7 kernel id x)) [ "0.7"; "1/2" ]
    let holed = Tensor.cat [ x; float64 [ [ nan; 0.0 ] ] ]

    says
        (message (fun () -> KernelStein.test 19 0.5 kernel (fun x -> -x) holed))
        [ "KernelStein.test"; "not a finite number"; "NaN" ]

    says (message (fun () -> KernelStein.unbiased kernel id x[..0])) [ "at least 2 rows" ]
    says (message (fun () -> SteinKernel.InverseMultiquadric(1.0, -1.5))) [ "-1.5" ]

/// The score answers in the dtype that it was made for, and the kernel's digits are those of float64.
let private inSingle () =
    let x = (normal 30 * 1e-3).cast Dtype.Float32
    let score (x: Tensor) = x * -1e6

    let result (x: Tensor) =
        Random.withSeed 1 (fun () -> KernelStein.test 49 0.5 (SteinKernel.Gaussian 1e-3) score x)

    let single, double = result x, result (x.cast Dtype.Float64)
    isClose 1e-5 "the statistic" (float64 single.Statistic) (float64 double.Statistic)
    let recorded = ResizeArray()

    KernelStein.test
        1
        0.5
        (SteinKernel.Gaussian 1.0)
        (fun x ->
            recorded.Add x.dtype
            -x)
        x
    |> ignore

    Expect.equal (List.ofSeq recorded) [ Dtype.Float32 ] "the score is asked once, in the dtype of the sample"

[<Tests>]
let tests =
    testList
        "kernel Stein discrepancy"
        [ holds "the kernels' derivatives are closed forms" 5 derivatives
          holds "the matrix is its definition" 3 isItsDefinition

          for name, logDensity, sample in targets do
              holds $"of {name}: zero on average at the true score, positive elsewhere" 1 (isZeroAtTheScore (logDensity, sample))

          holds "p-values are uniform at the true score" 1 isCalibrated
          holds "differences are seen" 2 hasPower
          holds "states of a chain are tested as such" 1 chains
          testCase "float32 samples are tested in float64" inSingle
          testCase "what does not fit is refused" refused ]
