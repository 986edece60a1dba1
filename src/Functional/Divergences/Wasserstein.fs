// Wasserstein distances of two samples: exact in one dimension, sliced in several.
// For figures of merit and as training losses; both are differentiable in the samples.
namespace Functional

open Functional.Tensors

/// W₁(p, q) = inf E‖x - y‖ over joint distributions with marginals p and q, in the unit of the data.
module Wasserstein =

    // ∫|F - G| column by column, [n; k] and [m; k] to [k]: between neighbours in the pooled order F - G is constant.
    let private columns (x: Tensor) (y: Tensor) : Tensor =
        let n, m = x.shape[0], y.shape[0]
        let pooled, places = (Tensor.cat [ x; y ]).sort 0
        // n m (F - G), in whole numbers: sums of 1/n and -1/m would be off by rounding.
        let isOfX = (places.lt n).cast Dtype.Int64
        let gaps = (isOfX * (n + m) - n).cumsum(0).cast(x.dtype) / (float n * float m)
        let last = n + m - 1
        (gaps[.. last - 1].abs() * (pooled[1..] - pooled[.. last - 1])).sum 0

    /// W₁ of two samples of numbers, [n] and [m], as ∫|F - G| of their distribution functions: exact, also for n ≠ m. A scalar,
    /// in time (n + m) log(n + m). Source: Vallender, Theory of Probability and its Applications 18 (1974).
    let ofNumbers (x: Tensor) (y: Tensor) : Tensor =
        if x.dim <> 1 || y.dim <> 1 then
            raise (Errors.Mmd.numbers x.shape y.shape)

        (columns (x.unsqueeze 1) (y.unsqueeze 1)).squeeze()

    /// The mean of W₁ over so many random directions, onto which the samples [n; d] and [m; d] are projected. A scalar, at most
    /// W₁, and 0 on average over directions only for equal samples. Source: Bonneel, Rabin, Peyré & Pfister, Journal of
    /// Mathematical Imaging and Vision 51 (2015), section 4. Raises ArgumentException for fewer than one direction.
    let sliced (directions: int) (x: Tensor) (y: Tensor) : Tensor =
        SampleRows.check x y

        if directions < 1 then
            raise (Errors.Mmd.directions directions)

        let towards = x.randnLike [ x.shape[1]; directions ]
        let units = towards / (towards.square().sum(0, keepDim = true)).sqrt()
        (columns (x.matmul units) (y.matmul units)).mean()
