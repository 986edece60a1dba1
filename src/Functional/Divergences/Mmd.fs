// The maximum mean discrepancy: how far apart two samples are, in the eyes of a kernel.
// Wasserstein autoencoders and InfoVAE hold their codes to the prior with it; permutation tests use its kernel matrices.
namespace Functional

open System
open Functional.Tensors

module internal SampleRows =

    /// [n; d] and [m; d].
    let check (x: Tensor) (y: Tensor) =
        if x.dim <> 2 || y.dim <> 2 || x.shape[1] <> y.shape[1] || x.shape[0] < 1 || y.shape[0] < 1 then
            raise (Errors.Mmd.samples x.shape y.shape)

    /// [n; d] and [n; d].
    let checkRows (x: Tensor) (y: Tensor) =
        check x y

        if x.shape[0] <> y.shape[0] then
            raise (Errors.Mmd.rows x.shape[0] y.shape[0])

    let checkPositive (name: string) (value: float) =
        if not (value > 0.0 && Double.IsFinite value) then
            raise (Errors.Mmd.notPositive name value)

    let checkCount (estimate: string) (least: int) (sample: Tensor) =
        if sample.shape[0] < least then
            raise (Errors.Mmd.tooFew estimate least sample.shape[0])

/// A positive definite kernel k(x, y) on vectors: a function of their distance, or of their inner product, or a sum of such.
/// Kernels add up: `Kernel.Gaussian 1.0 + Kernel.Polynomial 2`.
[<Sealed>]
type Kernel private (radial: (Tensor -> Tensor) list, projective: (Tensor -> Tensor) list) =

    static let gaussian (bandwidth: Tensor) (squares: Tensor) : Tensor =
        let bandwidth = bandwidth.move (device = squares.device, dtype = squares.dtype)
        (squares / (bandwidth.square () * -2.0)).exp()

    let total (squares: unit -> Tensor) (products: unit -> Tensor) : Tensor =
        let ofKind (functions: (Tensor -> Tensor) list) (argument: unit -> Tensor) =
            if functions.IsEmpty then
                []
            else
                let argument = argument ()
                [ for f in functions -> f argument ]

        ofKind radial squares @ ofKind projective products |> List.reduce (+)

    /// k(x, y) = f(‖x - y‖²), from f, which maps a tensor element by element. It is for the caller to know that k is positive
    /// definite.
    static member FromSquaredDistance(f: Tensor -> Tensor) = Kernel([ f ], [])

    /// k(x, y) = f(x·y), from f, which maps a tensor element by element. It is for the caller to know that k is positive
    /// definite.
    static member FromProduct(f: Tensor -> Tensor) = Kernel([], [ f ])

    /// exp(-‖x - y‖² / (2 bandwidth²)); for a scalar bandwidth, such as that of Mmd.medianDistance.
    static member Gaussian(bandwidth: Tensor) =
        Kernel.FromSquaredDistance(gaussian bandwidth)

    /// exp(-‖x - y‖² / (2 bandwidth²)), bandwidth > 0. Characteristic: the discrepancy is 0 only between equal distributions.
    static member Gaussian(bandwidth: float) =
        SampleRows.checkPositive "bandwidth" bandwidth
        Kernel.FromSquaredDistance(fun squares -> (squares / (-2.0 * bandwidth * bandwidth)).exp())

    /// scale² / (scale² + ‖x - y‖²), scale > 0: its tails are heavier than the Gaussian's, so that samples far apart still attract.
    /// For codes of d dimensions held to N(0, σ²I) the authors take scale² = 2dσ², the expected squared distance of two draws.
    /// Source: Tolstikhin, Bousquet, Gelly, Schoelkopf, arXiv:1711.01558, section 4.
    static member InverseMultiquadric(scale: float) =
        SampleRows.checkPositive "scale" scale
        Kernel.FromSquaredDistance(fun squares -> scale * scale / (squares + scale * scale))

    /// (x·y scale + offset)^degree, degree ≥ 1, scale > 0, offset ≥ 0. Not characteristic: it compares the moments up to the
    /// degree.
    static member Polynomial(degree: int, ?scale: float, ?offset: float) =
        let scale, offset = defaultArg scale 1.0, defaultArg offset 1.0

        if degree < 1 || not (offset >= 0.0 && Double.IsFinite offset) then
            raise (Errors.Mmd.polynomial degree offset)

        SampleRows.checkPositive "scale" scale
        Kernel.FromProduct(fun products -> (products * scale + offset).pow(float degree))

    /// The sum of one kernel for each scale: sensitive to differences at all of them.
    static member OverScales(make: float -> Kernel, scales: seq<float>) =
        let kernels = scales |> Seq.map make |> Seq.toList

        if kernels.IsEmpty then
            raise (Errors.Mmd.noScales ())

        List.reduce (+) kernels

    /// Gaussian kernels of ¼, ½, 1, 2 and 4 times a bandwidth, added up: for differences on a scale that is not known. With
    /// Mmd.medianDistance, one kernel for all data. Source: Li, Swersky & Zemel, arXiv:1502.02761, section 6.
    static member MultiScale(bandwidth: Tensor) : Kernel =
        Kernel([ for factor in [ 0.25; 0.5; 1.0; 2.0; 4.0 ] -> gaussian (bandwidth * factor) ], [])

    /// -‖x - y‖: conditionally positive definite, which is enough for discrepancies; MMD² with it is the energy distance.
    /// Source: Sejdinovic, Sriperumbudur, Gretton & Fukumizu, Annals of Statistics 41 (2013), section 4.
    static member NegativeDistance() : Kernel =
        // The root has no slope at 0, where a sample meets itself.
        Kernel.FromSquaredDistance(fun squares -> -(squares.clamp (low = 1e-30)).sqrt())

    static member (+)(a: Kernel, b: Kernel) : Kernel =
        Kernel(a.Radial @ b.Radial, a.Projective @ b.Projective)

    member private _.Radial = radial
    member private _.Projective = projective

    /// k(x_i, y_j) for every pair of rows: [n; d] and [m; d] to [n; m].
    member _.Matrix(x: Tensor, y: Tensor) : Tensor =
        SampleRows.check x y

        let squares () =
            // Distances do not change with the origin; near the samples fewer digits cancel.
            let origin = (x.noDiff ()).mean(0, keepDim = true)
            let x, y = x - origin, y - origin
            let lengths = (x.square().sum 1).unsqueeze 1 + y.square().sum 1
            (lengths - x.matmul (y.transpose ()) * 2.0).clamp(low = 0.0)

        total squares (fun () -> x.matmul (y.transpose ()))

    /// k(x_i, y_i) row by row: [n; d] and [n; d] to [n].
    member _.Rows(x: Tensor, y: Tensor) : Tensor =
        SampleRows.checkRows x y
        total (fun () -> (x - y).square().sum 1) (fun () -> (x * y).sum 1)

/// MMD²(p, q) = E k(x, x') + E k(y, y') - 2 E k(x, y) for independent x, x' from p and y, y' from q: the squared distance
/// between the mean embeddings of p and q in the kernel's Hilbert space. A number without unit, not nats: its size depends on
/// the kernel. Samples are [n; d] and [m; d]; every estimate is differentiable in both. Time and memory grow as (n + m)²
/// (`linear`: as n). The wrong tool in many dimensions with few samples, where the power to tell p from q falls quickly.
/// Source: Gretton, Borgwardt, Rasch, Schoelkopf, Smola, A kernel two-sample test, JMLR 13 (2012).
module Mmd =

    let private offDiagonalMean (matrix: Tensor) : Tensor =
        let n = float matrix.shape[0]
        (matrix.sum () - matrix.diagonal().sum()) / (n * (n - 1.0))

    /// The V-statistic: the discrepancy of the two empirical distributions, never negative, too large by O(1/n + 1/m) on average.
    /// A scalar. Source: equation 5.
    let biased (kernel: Kernel) (x: Tensor) (y: Tensor) : Tensor =
        kernel.Matrix(x, x).mean() + kernel.Matrix(y, y).mean() - kernel.Matrix(x, y).mean() * 2.0

    /// The U-statistic: no sample is paired with itself. Unbiased, and so below 0 about as often as above where p = q. A scalar.
    /// Raises ArgumentException when a sample has fewer than two rows. Source: equation 3.
    let unbiased (kernel: Kernel) (x: Tensor) (y: Tensor) : Tensor =
        SampleRows.check x y
        SampleRows.checkCount "Mmd.unbiased" 2 x
        SampleRows.checkCount "Mmd.unbiased" 2 y

        offDiagonalMean (kernel.Matrix(x, x)) + offDiagonalMean (kernel.Matrix(y, y))
        - kernel.Matrix(x, y).mean() * 2.0

    /// The mean over disjoint pairs of k(x₁, x₂) + k(y₁, y₂) - k(x₁, y₂) - k(x₂, y₁), and its standard error: unbiased, in time
    /// and memory linear in n, at the price of a larger variance. Its error is asymptotically normal, so that value over
    /// standard error is a test by itself. Both samples have n ≥ 4 rows; of an odd number the last is left out. Source: lemma
    /// 14.
    let linear (kernel: Kernel) (x: Tensor) (y: Tensor) : Estimate =
        SampleRows.checkRows x y
        SampleRows.checkCount "Mmd.linear" 4 x
        let pairs = x.shape[0] / 2

        let halves (sample: Tensor) =
            sample[.. pairs - 1], sample[pairs .. 2 * pairs - 1]

        let (x1, x2), (y1, y2) = halves x, halves y
        let terms = kernel.Rows(x1, x2) + kernel.Rows(y1, y2) - kernel.Rows(x1, y2) - kernel.Rows(x2, y1)
        Estimate.ofDraws terms

    /// The median of ‖z_i - z_j‖ over all pairs i < j of both samples together: a bandwidth that is never far off. A scalar,
    /// not recorded for differentiation. Sorts (n + m)² numbers: a few thousand rows of large samples are enough. Source:
    /// section 8.
    let medianDistance (x: Tensor) (y: Tensor) : Tensor =
        SampleRows.check x y

        Evaluation.run (fun () ->
            let all = Tensor.cat [ x; y ]
            let count = all.shape[0]
            let squares = Kernel.FromSquaredDistance(id).Matrix(all, all)
            // Every pair stands there twice; a row with itself is put in front of all.
            let own = dsharp.eye (count, device = all.device, dtype = all.dtype)
            let ordered, _ = (squares - own * (squares.max () + 1.0)).view(-1).sort()
            let pairs = count * (count - 1) / 2

            let pair (place: int) =
                ordered[count + 2 * place].clamp(low = 0.0).sqrt()

            (pair ((pairs - 1) / 2) + pair (pairs / 2)) * 0.5)

    /// MMD² in closed form for the Gaussian kernel between two normal distributions with independent components, whose last
    /// batch axis holds the components. With s² = bandwidth² + σ² + σ'² for each component, E k(x, y) = Π_j (bandwidth / s_j)
    /// exp(-(μ_j - μ'_j)² / (2 s_j²)). One number for each element of the leading batch axes.
    let betweenNormals (bandwidth: float) (p: Normal) (q: Normal) : Tensor =
        SampleRows.checkPositive "bandwidth" bandwidth

        let expected (a: Normal) (b: Normal) =
            let variance = a.Scale.square () + b.Scale.square () + bandwidth * bandwidth
            let distance = (a.Location - b.Location).square() / variance
            ((variance.log () + distance) * -0.5 + log bandwidth).sum(-1).exp()

        expected p p + expected q q - expected p q * 2.0
