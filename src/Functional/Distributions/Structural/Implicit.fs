// Implicit reparameterization: pathwise gradients of draws whose distribution function can be computed, not its inverse.
// Source: Figurnov, Mohamed, Mnih (2018), arXiv:1805.08498, equation 6, and section 3 for vectors by conditional distribution functions.
namespace Functional

open Functional.Tensors

module internal Implicit =

    let private change (recorded: Tensor) : Tensor = recorded - recorded.noDiff ()

    /// x with the gradient -∂F(x; θ)/∂θ / p(x), from F and p at x.
    let ofNumber (x: Tensor) (distributionFunction: Tensor) (density: Tensor) : Tensor =
        x - change distributionFunction / density.noDiff ()

    /// x along the last axis with the gradient -J⁻¹ ∂F/∂θ, F_i = P(X_i ≤ x_i | x_1 ... x_{i-1}) and J its Jacobian in x, lower triangular.
    let ofVector (x: Tensor) (conditionals: Tensor) (jacobian: Tensor) : Tensor =
        x - jacobian.noDiff().triangularSolve(change conditionals)
