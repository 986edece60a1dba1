// Random numbers that inverse distribution functions are applied to.
// Families draw through these where an end of the unit interval would give an infinity.
namespace Functional

open Functional.Tensors

module internal Noise =

    /// Half of the distance between neighbouring uniform draws of a dtype.
    let private halfStep (dtype: Dtype) =
        if dtype = Dtype.Float64 then 2.0 ** -54.0 else 2.0 ** -25.0

    /// Uniform on 0 < u < 1: draws lie on a grid that starts at 0, which becomes half of a step.
    let unit (like: Tensor) (shape: Shape) : Tensor =
        (like.randLike shape).clamp(low = halfStep like.dtype)

    /// Standard exponential, positive.
    let exponential (like: Tensor) (shape: Shape) : Tensor =
        Make.random Make.exponential [||] shape (Some like.device) (Some like.dtype)

    /// Standard Laplace: an exponential variable with a random sign.
    let laplace (like: Tensor) (shape: Shape) : Tensor =
        Make.random Make.laplace [||] shape (Some like.device) (Some like.dtype)

    /// Standard Gumbel: minus the logarithm of an exponential variable.
    let gumbel (like: Tensor) (shape: Shape) : Tensor =
        Make.random Make.gumbel [||] shape (Some like.device) (Some like.dtype)
