// DiffSharp's normal distribution, for scripts written for it.
// Everything else uses Functional's Normal, which has batches of any shape, KL divergences, quantiles and constraints besides.
namespace Functional.Tensors.Distributions

open System
open Functional.Tensors

/// The normal distribution of numbers, one for each element of mean and standard deviation; Functional.Normal has much more.
/// Raises ArgumentException where the two shapes differ or have more than one axis.
[<Sealed>]
type Normal(mean: Tensor, stddev: Tensor) =

    do
        Check.sameShape "Normal" mean stddev
        Check.shape "Normal" "numbers or vectors" (mean.dim <= 1) mean

    /// One number, or a vector of them.
    member _.batchShape: Shape = mean.shape

    /// Each value is a number.
    member _.eventShape: Shape = [||]

    member _.mean: Tensor = mean
    member _.stddev: Tensor = stddev

    /// mean + stddev · ε with ε standard normal: of the batch's shape, differentiable in both.
    member _.sample() : Tensor = mean + stddev * mean.randnLike ()

    /// -½ ((value - mean) / stddev)² - log stddev - ½ log 2π, of the batch's shape, in nats.
    /// Raises ArgumentException where the value has another shape.
    member _.logprob(value: Tensor) : Tensor =
        Check.sameShape "Normal.logprob" value mean
        -0.5 * ((value - mean) / stddev).square() - stddev.log () - 0.5 * log (2.0 * Math.PI)

    override _.ToString() = $"Normal(mean={mean}, stddev={stddev})"
