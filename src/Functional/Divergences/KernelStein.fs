// The kernel Stein discrepancy: how far a sample is from a density that is known up to a factor, by its score alone.
// Tests samplers and score models without draws of the density itself.
namespace Functional

open System
open Functional.Tensors

/// A kernel k(x, y) = φ(‖x - y‖²) with φ' and φ'' in closed form.
[<Sealed>]
type SteinKernel private (value: Tensor -> Tensor, first: Tensor -> Tensor, second: Tensor -> Tensor) =

    // exp(-r ‖x - y‖²), r like the squared distances.
    static let gaussian (rate: Tensor -> Tensor) =
        let value (squares: Tensor) = (squares * -(rate squares)).exp()

        SteinKernel(
            value,
            (fun squares -> value squares * -(rate squares)),
            (fun squares -> value squares * (rate squares).square())
        )

    /// exp(-‖x - y‖² / (2 bandwidth²)), for a scalar bandwidth, such as that of Mmd.medianDistance.
    static member Gaussian(bandwidth: Tensor) =
        gaussian (fun squares -> 0.5 / (bandwidth.move (device = squares.device, dtype = squares.dtype)).square())

    /// exp(-‖x - y‖² / (2 bandwidth²)), bandwidth > 0.
    static member Gaussian(bandwidth: float) =
        SampleRows.checkPositive "bandwidth" bandwidth
        gaussian (fun squares -> squares.scalarLike (0.5 / (bandwidth * bandwidth)))

    /// (scale² + ‖x - y‖²)^exponent, scale > 0 and -1 < exponent < 0 (-½ unless given): the discrepancy then notices a sample that
    /// escapes to infinity, as with the Gaussian kernel in three dimensions and more it need not. Source: Gorham & Mackey,
    /// arXiv:1703.01717, theorems 6 and 8.
    static member InverseMultiquadric(scale: float, ?exponent: float) =
        let exponent = defaultArg exponent -0.5
        SampleRows.checkPositive "scale" scale

        if not (exponent > -1.0 && exponent < 0.0) then
            raise (Errors.Mmd.exponent exponent)

        let power (exponent: float) (squares: Tensor) = (squares + scale * scale).pow exponent

        SteinKernel(
            power exponent,
            (fun squares -> power (exponent - 1.0) squares * exponent),
            (fun squares -> power (exponent - 2.0) squares * (exponent * (exponent - 1.0)))
        )

    /// φ of a squared distance, element by element.
    member _.Value(squares: Tensor) : Tensor = value squares

    /// φ'.
    member _.First(squares: Tensor) : Tensor = first squares

    /// φ''.
    member _.Second(squares: Tensor) : Tensor = second squares

/// KSD²(q, p) = E u(x, x') for independent x, x' from q, with the score s = ∇log p and
/// u(x, y) = s(x)·s(y) k + s(x)·∇_y k + s(y)·∇_x k + ∇_x·∇_y k: 0 for q = p, as E_p u(x, ·) = 0, and positive otherwise. p need not
/// be normalized. Samples are rows [n; d]; a score function maps them to rows. Differentiable in samples and score; time and
/// memory grow as n². The wrong tool for modes far apart, whose weights no score tells.
/// Source: Liu, Lee & Jordan, arXiv:1602.03253, equations 12 to 14; Chwialkowski, Strathmann & Gretton, arXiv:1602.02964.
module KernelStein =

    /// u(x_i, x_j) for every pair of rows, [n; d] to [n; n].
    let matrix (kernel: SteinKernel) (score: Tensor -> Tensor) (x: Tensor) : Tensor =
        SampleRows.check x x
        let s = score x

        if s.shape <> x.shape then
            raise (Errors.Mmd.score x.shape s.shape)

        let squares = Kernel.FromSquaredDistance(id).Matrix(x, x)
        // Only differences of rows matter; near the sample fewer digits cancel.
        let x = x - (x.noDiff ()).mean(0, keepDim = true)
        let own = (s * x).sum 1
        let across = s.matmul (x.transpose ())
        // (s_i - s_j)·(x_i - x_j)
        let stretch = own.unsqueeze 1 + own - across - across.transpose ()
        let first, dimensions = kernel.First squares, float x.shape[1]

        kernel.Value squares * s.matmul (s.transpose ())
        - first * (stretch + dimensions) * 2.0
        - kernel.Second squares * squares * 4.0

    let private withoutDiagonal (matrix: Tensor) : Tensor = matrix.sum () - matrix.diagonal().sum()

    /// The mean of u over pairs of different rows: unbiased, and so below 0 about as often as above where q = p. A scalar.
    /// Raises ArgumentException for fewer than two rows.
    let unbiased (kernel: SteinKernel) (score: Tensor -> Tensor) (x: Tensor) : Tensor =
        let matrix = matrix kernel score x
        SampleRows.checkCount "KernelStein.unbiased" 2 x
        let n = float x.shape[0]
        withoutDiagonal matrix / (n * (n - 1.0))

    /// The mean of u over all pairs: never negative, too large by O(1/n) on average. A scalar.
    let biased (kernel: SteinKernel) (score: Tensor -> Tensor) (x: Tensor) : Tensor = (matrix kernel score x).mean()

    /// The test of q = p by the wild bootstrap: statistics with random signs on the rows are as large as the unbiased one with the
    /// p-value (1 + k)/(1 + B). From one row to the next a sign changes with probability `change`: ½ for independent rows, less
    /// for the states of a Markov chain. Kernels are computed in float64, scores in the dtype of x. Asymptotic in n, not exact. Raises
    /// ArgumentException where the statistic is not a finite number. Source: arXiv:1602.02964, section 4, and equation 6.
    let test (bootstraps: int) (change: float) (kernel: SteinKernel) (score: Tensor -> Tensor) (x: Tensor) : TestResult =
        if bootstraps < 1 then
            raise (Errors.Mmd.permutations bootstraps)

        if not (change > 0.0 && change <= 0.5) then
            raise (Errors.Mmd.change change)

        SampleRows.checkCount "KernelStein.test" 2 x

        Scope.run (fun () ->
            Gradient.off (fun () ->
                let n = float x.shape[0]
                let matrix = matrix kernel (fun _ -> (score x).cast Dtype.Float64) (x.cast Dtype.Float64)
                let signs = (matrix.randLike [ x.shape[0]; bootstraps ] - change).sign().cumprod 0
                let own = matrix.diagonal().sum()
                let signed = (signs * matrix.matmul signs).sum 0 - own
                let observed = (matrix.sum () - own).toDouble()

                if not (Double.IsFinite observed) then
                    raise (Errors.Mmd.notFinite "KernelStein.test")

                { Statistic = observed / (n * (n - 1.0))
                  PValue = (1.0 + signed.ge(observed).sum().toDouble()) / (1.0 + float bootstraps) }))
