// Permutation tests: whether two samples are of one distribution, by any statistic that is large where they are not.
// What samplers and generative models are held to; the tests for kernels never compute a kernel twice.
namespace Functional

open System.Threading
open Functional.Tensors

/// What a test says.
type TestResult =
    {
        /// What was computed of the data; larger means farther from the hypothesis.
        Statistic: float
        /// How likely a statistic as large or larger is under the hypothesis.
        PValue: float
    }

    /// Whether the hypothesis is rejected: where it holds, that happens with at most this probability.
    member this.Rejects(level: float) : bool = this.PValue <= level

/// Tests of p = q from samples [n; d] of p and [m; d] of q. Where p = q, every division of the pooled rows into n and m is as
/// likely as the one observed; of B random divisions let k have a statistic at least as large. The p-value (1 + k)/(1 + B)
/// rejects at level a with probability at most a, for any n and m: no asymptotics. At the level 1% take B ≥ 999.
/// The wrong tool for rows that depend on each other, such as those of a Markov chain.
/// Source: Gretton, Borgwardt, Rasch, Schoelkopf & Smola, JMLR 13 (2012), section 5; Phipson & Smyth, Statistical
/// Applications in Genetics and Molecular Biology 9 (2010), for the p-value.
module PermutationTest =

    // Equal divisions may differ by rounding; NaN is larger than nothing, and would be the least p-value.
    let private result (test: string) (observed: Tensor) (permuted: Tensor) : TestResult =
        if not ((observed.isfinite ()).all().toBool() && (permuted.isfinite ()).all().toBool()) then
            raise (Errors.Mmd.notFinite test)

        let slack = (permuted.abs().max().max(observed.abs ())) * 1e-12
        let asLarge = permuted.ge(observed - slack).sum().toDouble()

        { Statistic = observed.toDouble ()
          PValue = (1.0 + asLarge) / (1.0 + float permuted.nelement) }

    let private checkCount (permutations: int) =
        if permutations < 1 then
            raise (Errors.Mmd.permutations permutations)

    /// `run`, which cancelling ends before the next permutation with OperationCanceledException.
    let runUntil
        (cancellation: CancellationToken)
        (permutations: int)
        (statistic: Tensor -> Tensor -> Tensor)
        (x: Tensor)
        (y: Tensor)
        : TestResult =
        checkCount permutations
        SampleRows.check x y

        Scope.run (fun () ->
            Gradient.off (fun () ->
                let pooled, n = Tensor.cat [ x; y ], x.shape[0]

                let value (x: Tensor) (y: Tensor) =
                    cancellation.ThrowIfCancellationRequested()
                    let value = statistic x y

                    if value.nelement <> 1 then
                        raise (Errors.Mmd.statistic value.shape)

                    value.view(1).cast Dtype.Float64

                let permuted _ =
                    Scope.run (fun () ->
                        let order = dsharp.randperm (pooled.shape[0], device = pooled.device)
                        let rows (places: Tensor) = pooled.indexSelect (0, places)
                        value (rows order[.. n - 1]) (rows order[n..]))

                result "PermutationTest.run" ((value x y).squeeze()) (Tensor.cat [ for i in 1..permutations -> permuted i ])))

    /// By a statistic of two samples, a scalar, which is evaluated anew for each permutation.
    /// Raises ArgumentException where it is not one finite number, as for rows with NaN.
    let run (permutations: int) (statistic: Tensor -> Tensor -> Tensor) (x: Tensor) (y: Tensor) : TestResult =
        runUntil CancellationToken.None permutations statistic x y

    // The unbiased MMD² of many divisions at once: the columns of `inX` have ones at the rows that make up x.
    let private discrepancies (matrix: Tensor) (n: int) (inX: Tensor) : Tensor =
        let n, m = float n, float (matrix.shape[0] - n)
        let rows, own = matrix.sum 1, matrix.diagonal ()
        let toAll, ownOfX = rows.matmul inX, own.matmul inX
        let xx = (inX * matrix.matmul inX).sum 0
        let xy = toAll - xx
        let yy = rows.sum () - toAll - xy
        let ownOfY = own.sum () - ownOfX
        (xx - ownOfX) / (n * (n - 1.0)) + (yy - ownOfY) / (m * (m - 1.0)) - xy * (2.0 / (n * m))

    // So many numbers of a chunk of permutations are held at once.
    let private chunkSize = 1 <<< 22

    /// By the unbiased MMD² of a kernel: one matrix of kernels of all pairs of rows, in float64, whose rows are permuted.
    /// A bandwidth taken from both samples together (Mmd.medianDistance) keeps the test exact.
    /// Raises ArgumentException for fewer than two rows, and where a statistic is not a finite number.
    let mmd (permutations: int) (kernel: Kernel) (x: Tensor) (y: Tensor) : TestResult =
        checkCount permutations
        SampleRows.check x y
        SampleRows.checkCount "PermutationTest.mmd" 2 x
        SampleRows.checkCount "PermutationTest.mmd" 2 y

        Scope.run (fun () ->
            Gradient.off (fun () ->
                let pooled, n = (Tensor.cat [ x; y ]).cast Dtype.Float64, x.shape[0]
                let all = pooled.shape[0]
                let matrix = kernel.Matrix(pooled, pooled)
                let own = (matrix.arangeLike (all, dtype = Dtype.Int64)).lt n
                let observed = discrepancies matrix n ((own.cast Dtype.Float64).unsqueeze 1)

                let permuted (count: int) =
                    Scope.run (fun () ->
                        let ranks = (matrix.randLike [ all; count ]).argsort 0
                        discrepancies matrix n (ranks.lt(n).cast Dtype.Float64))

                let atOnce = max 1 (chunkSize / all)

                let chunks = [ for start in 0..atOnce .. permutations - 1 -> permuted (min atOnce (permutations - start)) ]

                result "PermutationTest.mmd" (observed.squeeze ()) (Tensor.cat chunks)))

    /// By the unbiased energy distance.
    let energy (permutations: int) (x: Tensor) (y: Tensor) : TestResult =
        mmd permutations (Kernel.NegativeDistance()) x y
