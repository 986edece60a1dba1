// Maximum mean discrepancies against double loops and closed forms.
// Run with the whole suite.
module internal Functional.Tests.MmdTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

// ---- kernels, number by number ----

let private squaredDistance (x: float[]) (y: float[]) =
    Array.fold2 (fun sum a b -> sum + (a - b) * (a - b)) 0.0 x y

let private product (x: float[]) (y: float[]) =
    Array.fold2 (fun sum a b -> sum + a * b) 0.0 x y

let private plainGaussian bandwidth x y =
    exp (-(squaredDistance x y) / (2.0 * bandwidth * bandwidth))

let private plainMultiquadric (scale: float) x y =
    scale * scale / (scale * scale + squaredDistance x y)

/// A kernel and the same in numbers.
let private kernels (draw: Draw) : (string * Kernel * (float[] -> float[] -> float)) list =
    let bandwidth, scale, offset = draw.Float(0.5, 3.0), draw.Float(0.5, 5.0), draw.Float(0.0, 2.0)
    let degree = draw.Int(1, 3)
    let scales = [ bandwidth; 2.0 * bandwidth; 0.5 * bandwidth ]

    [ "Gaussian", Kernel.Gaussian bandwidth, plainGaussian bandwidth
      "Gaussian of a tensor", Kernel.Gaussian(float64 bandwidth), plainGaussian bandwidth
      "multiquadric", Kernel.InverseMultiquadric scale, plainMultiquadric scale
      "polynomial", Kernel.Polynomial(degree, scale, offset), (fun x y -> Math.Pow(product x y * scale + offset, float degree))
      "several Gaussians",
      Kernel.OverScales((fun s -> Kernel.Gaussian s), scales),
      (fun x y -> scales |> List.sumBy (fun s -> plainGaussian s x y))
      "multiquadric and inner product",
      Kernel.InverseMultiquadric scale + Kernel.Polynomial(1, offset = 0.0),
      (fun x y -> plainMultiquadric scale x y + product x y) ]

let private rows (sample: Tensor) = sample.unstack () |> Array.map numbers

let private samples (draw: Draw) : Tensor * Tensor =
    let d = draw.Int(1, 4)
    draw.Tensor([| draw.Int(4, 9); d |], -2.0, 2.0), draw.Tensor([| draw.Int(4, 9); d |], -1.0, 3.0)

let private matchLoops draw =
    let x, y = samples draw
    let few = min x.shape[0] y.shape[0]
    let xRows, yRows = rows x, rows y

    for name, kernel, k in kernels draw do
        let matrix (a: float[][]) (b: float[][]) =
            [| for x in a -> [| for y in b -> k x y |] |]

        let mean values = values |> Array.concat |> Array.average

        let withoutOwn (values: float[][]) =
            let n = float values.Length

            (Array.sum (Array.concat values) - Array.sum (Array.mapi (fun i (row: float[]) -> row[i]) values))
            / (n * (n - 1.0))

        let xx, yy, xy = matrix xRows xRows, matrix yRows yRows, matrix xRows yRows
        isClose 1e-10 $"{name}: the matrix" (kernel.Matrix(x, y)) (float64 xy)

        isClose
            1e-10
            $"{name}: row by row"
            (kernel.Rows(x[.. few - 1], y[.. few - 1]))
            (float64 (Array.map2 k xRows[.. few - 1] yRows[.. few - 1]))

        isClose 1e-10 $"{name}: biased" (Mmd.biased kernel x y) (float64 (mean xx + mean yy - 2.0 * mean xy))

        isClose 1e-10 $"{name}: unbiased" (Mmd.unbiased kernel x y) (float64 (withoutOwn xx + withoutOwn yy - 2.0 * mean xy))

        let pairs = few / 2

        let terms =
            [| for i in 0 .. pairs - 1 ->
                   let j = i + pairs
                   k xRows[i] xRows[j] + k yRows[i] yRows[j] - k xRows[i] yRows[j] - k xRows[j] yRows[i] |]

        isClose 1e-10 $"{name}: linear" (Mmd.linear kernel x[.. few - 1] y[.. few - 1]).Value (float64 (Array.average terms))

let private positive draw =
    let x, y = samples draw
    let all = Tensor.cat [ x; y ]

    for name, kernel, _ in kernels draw do
        let eigenvalues, _ = (kernel.Matrix(all, all)).eigh()
        let least, largest = eigenvalues.min().toDouble(), eigenvalues.max().toDouble()
        Expect.isGreaterThan least (-1e-10 * largest) $"{name} is positive definite"

let private meansOnly draw =
    let x, y = samples draw
    let found = Mmd.biased (Kernel.Polynomial(1, offset = 0.0)) x y
    isClose 1e-10 "the inner product compares means" found ((x.mean 0 - y.mean 0).square().sum())

let private gradients draw =
    let x, y = samples draw

    let linear kernel (x: Tensor) (y: Tensor) = (Mmd.linear kernel x[..3] y[..3]).Value

    for name, kernel, _ in kernels draw do
        for estimate, mmd in [ "biased", Mmd.biased; "unbiased", Mmd.unbiased; "linear", linear ] do
            differentiates $"{name}, {estimate}" (fun inputs -> mmd kernel inputs[0] inputs[1]) [ x; y ]

    differentiates "the bandwidth" (fun inputs -> Mmd.biased (Kernel.Gaussian inputs[0]) x y) [ float64 1.3 ]

// ---- expectations ----

let private normals (draw: Draw) : Normal * Normal =
    let d = draw.Int(1, 3)

    let one () =
        Normal(draw.Tensor([| d |], -1.0, 1.0), draw.Tensor([| d |], 0.5, 1.5))

    one (), one ()

// E k(x, y) in one dimension after the other: the trapezoidal rule over x - y, which is normal.
let private expectedKernel (bandwidth: float) (p: Normal) (q: Normal) : float =
    let means = numbers (p.Location - q.Location)
    let variances = numbers (p.Scale.square () + q.Scale.square ())

    Array.map2
        (fun mean variance ->
            let deviation = sqrt variance
            let step = 0.001

            Seq.sum
                [ for i in -12_000 .. 12_000 ->
                      let z = step * float i
                      let difference = mean + deviation * z
                      let kernel = exp (-difference * difference / (2.0 * bandwidth * bandwidth))
                      step * kernel * exp (-0.5 * z * z) / sqrt (2.0 * Math.PI) ])
        means
        variances
    |> Array.reduce (*)

let private closedForm draw =
    let p, q = normals draw
    let bandwidth = draw.Float(0.5, 3.0)
    let expected = expectedKernel bandwidth

    isClose 1e-9 "between normals" (Mmd.betweenNormals bandwidth p q) (float64 (expected p p + expected q q - 2.0 * expected p q))

    isClose 1e-12 "to itself" (Mmd.betweenNormals bandwidth p p) (float64 0.0)
    isClose 1e-12 "the other way round" (Mmd.betweenNormals bandwidth q p) (Mmd.betweenNormals bandwidth p q)

let private expectations draw =
    let p, q = normals draw
    let bandwidth = draw.Float(0.5, 3.0)
    let kernel = Kernel.Gaussian bandwidth
    let n, m = draw.Int(4, 8), draw.Int(4, 8)
    let exact = Mmd.betweenNormals bandwidth p q

    let estimates (count: int) (estimate: Tensor -> Tensor -> Tensor) =
        Tensor.stack [ for _ in 1..count -> Scope.run (fun () -> estimate (p.Sample [ n ]) (q.Sample [ m ])) ]
        |> meanAndError

    let mean, error = estimates 2_000 (Mmd.unbiased kernel)
    isWithin "the U-statistic's mean" mean error exact

    let excess = (1.0 - expectedKernel bandwidth p p) / float n + (1.0 - expectedKernel bandwidth q q) / float m

    let mean, error = estimates 2_000 (Mmd.biased kernel)
    isWithin "the V-statistic's mean" mean error (exact + excess)
    let linear = Mmd.linear kernel (p.Sample [ 20_000 ]) (q.Sample [ 20_000 ])
    isWithin "linear time" linear.Value linear.StandardError exact

// The standard error says how far estimates lie apart.
let private linearError draw =
    let p, q = normals draw

    let estimates = [ for _ in 1..1_000 -> Mmd.linear (Kernel.Gaussian 1.0) (p.Sample [ 100 ]) (q.Sample [ 100 ]) ]

    let spread = (Tensor.stack [ for estimate in estimates -> estimate.Value ]).var 0
    let said = (Tensor.stack [ for estimate in estimates -> estimate.StandardError.square () ]).mean 0
    let ratio = (spread / said).toDouble()
    // The variance of a thousand near-normal numbers, with a relative error of √(2/1000) = 0.045.
    Expect.floatClose { absolute = 5.0 * 0.045; relative = 0.0 } ratio 1.0 "the variance of the estimates over what they say"

let private median draw =
    let x, y = samples draw
    let all = Array.append (rows x) (rows y)

    let distances =
        [| for i in 0 .. all.Length - 1 do
               for j in 0 .. i - 1 -> sqrt (squaredDistance all[i] all[j]) |]

    isClose
        1e-7
        "the median distance"
        (Mmd.medianDistance x y)
        (float64 (MathNet.Numerics.Statistics.Statistics.Median distances))

let private faraway draw =
    let x, y = samples draw
    let shift = 1000.0
    let kernel = Kernel.Gaussian 1.0
    let single (sample: Tensor) = (sample + shift).cast Dtype.Float32
    let found = Mmd.unbiased kernel (single x) (single y)
    Expect.equal found.dtype Dtype.Float32 "the samples' dtype"
    // 1000 in float32 is known to 3e-5.
    isClose 2e-4 "distances do not feel where the samples lie" (found.cast Dtype.Float64) (Mmd.unbiased kernel x y)

[<Tests>]
let tests =
    testList
        "Maximum mean discrepancy"
        [ holds "every estimate agrees with a double loop" 10 matchLoops
          holds "kernel matrices have no negative eigenvalues" 5 positive
          holds "with the inner product as kernel it is the squared distance of the means" 3 meansOnly
          holds "every estimate is differentiable in both samples" 2 gradients
          holds "the closed form between normals agrees with quadrature" 5 closedForm
          holds "the estimates have the expectations that theory gives them" 2 expectations
          holds "the standard error of the linear estimate is right" 2 linearError
          holds "the median distance is the median of all pairs" 10 median
          holds "single precision is enough far from the origin" 5 faraway

          testCase "what does not fit is refused" (fun () ->
              let x, y = dsharp.zeros [ 3; 2 ], dsharp.zeros [ 5; 2 ]
              let kernel = Kernel.Gaussian 1.0

              let refuses (action: unit -> obj) (parts: string list) =
                  says (messageOf<ArgumentException, _> action) parts

              refuses (fun () -> kernel.Matrix(x, dsharp.zeros [ 3; 4 ])) [ "[3; 2]"; "[3; 4]" ]
              refuses (fun () -> Mmd.biased kernel (dsharp.zeros 3) (dsharp.zeros 3)) [ "unsqueeze" ]
              refuses (fun () -> Mmd.unbiased kernel x[..0] y) [ "at least 2"; "has 1" ]
              refuses (fun () -> Mmd.linear kernel x y) [ "3 and 5" ]
              refuses (fun () -> Mmd.linear kernel x x) [ "at least 4" ]
              refuses (fun () -> Kernel.Gaussian 0.0) [ "bandwidth"; "0" ]
              refuses (fun () -> Kernel.InverseMultiquadric nan) [ "scale" ]
              refuses (fun () -> Kernel.Polynomial 0) [ "degree" ]
              refuses (fun () -> Kernel.OverScales(Kernel.InverseMultiquadric, [])) [ "no scales" ]) ]
