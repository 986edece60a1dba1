// Halves of chi-square variables with pathwise gradients, and the gamma functions of matrices.
// The multivariate families that divide or scale by a random variance are made of them.
namespace Functional

open System
open Functional.Tensors
open Functional.Tensors.Native

module internal ChiSquares =

    let private gammaOp = Operators.aten "_standard_gamma"

    /// χ²_ν/2, one for each number of degrees of freedom; never 0, so that logarithms and quotients stay finite.
    let halves (degreesOfFreedom: Tensor) : Tensor =
        let concentration = degreesOfFreedom * 0.5
        let drawn = new Tensor(gammaOp.Tensor [| Arg.tensor concentration.Handle; Random.argument concentration.device |])
        drawn.clamp (low = (if drawn.dtype = Dtype.Float64 then 1e-300 else 1e-37))

    // (a, a - ½, ..., a - (p - 1)/2) along a new last axis
    let private steps (p: int) (a: Tensor) =
        a.unsqueeze -1 - a.arangeLike (float p) * 0.5

    /// log Γ_p(a) = p(p - 1)/4 log π + Σ_i log Γ(a - i/2).
    let logGammaOfMatrix (p: int) (a: Tensor) : Tensor =
        (steps p a).lgamma().sum(-1) + 0.25 * float (p * (p - 1)) * log Math.PI

    /// ψ_p(a), the derivative of log Γ_p.
    let digammaOfMatrix (p: int) (a: Tensor) : Tensor = (steps p a).digamma().sum -1
