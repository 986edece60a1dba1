// Logarithms of chi-square variables with pathwise gradients, and the gamma functions of matrices.
// The multivariate families that divide or scale by a random variance are made of them.
namespace Functional

open System
open Functional.Tensors

module internal ChiSquares =

    /// log(χ²_ν/2), one for each number of degrees of freedom; logarithms, so that few degrees of freedom give no zeros.
    let logHalves (degreesOfFreedom: Tensor) : Tensor =
        Pathwise.logGamma (degreesOfFreedom * 0.5)

    /// exp of logarithms of positive numbers, which stays positive.
    let positive (logarithms: Tensor) : Tensor =
        logarithms.exp().clamp(low = (if logarithms.dtype = Dtype.Float64 then 2.3e-308 else 1.2e-38))

    // (a, a - ½, ..., a - (p - 1)/2) along a new last axis
    let private steps (p: int) (a: Tensor) =
        a.unsqueeze -1 - a.arangeLike (float p) * 0.5

    /// log Γ_p(a) = p(p - 1)/4 log π + Σ_i log Γ(a - i/2).
    let logGammaOfMatrix (p: int) (a: Tensor) : Tensor =
        (steps p a).lgamma().sum(-1) + 0.25 * float (p * (p - 1)) * log Math.PI

    /// ψ_p(a), the derivative of log Γ_p.
    let digammaOfMatrix (p: int) (a: Tensor) : Tensor = (steps p a).digamma().sum -1
