// The energy distance of two samples: a discrepancy without a bandwidth to choose.
// PermutationTest makes a test of it.
namespace Functional

open Functional.Tensors

/// 2 E‖x - y‖ - E‖x - x'‖ - E‖y - y'‖ for independent x, x' from p and y, y' from q: 0 only for p = q, in the unit of the data.
/// It is MMD² with the kernel -‖x - y‖, and in one dimension twice the integral of (F - G)². Samples are [n; d] and [m; d];
/// estimates are differentiable in both, in time and memory (n + m)². The wrong tool where the data have no means.
/// Source: Székely & Rizzo, Journal of Statistical Planning and Inference 143 (2013), equation 5.
module EnergyDistance =

    /// That of the two empirical distributions: never negative, too large by O(1/n + 1/m) on average. A scalar.
    let biased (x: Tensor) (y: Tensor) : Tensor =
        Mmd.biased (Kernel.NegativeDistance()) x y

    /// No row is paired with itself: 0 on average where p = q. A scalar.
    /// Raises ArgumentException when a sample has fewer than two rows.
    let unbiased (x: Tensor) (y: Tensor) : Tensor =
        Mmd.unbiased (Kernel.NegativeDistance()) x y
