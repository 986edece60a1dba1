// Derivatives by central differences: a check of Differentiate's, and a way where nothing can be recorded.
// The members are those of Differentiate, with the step as their last argument.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// Derivatives of functions of tensors by central differences, (f(x + h) - f(x - h)) / 2ε, whose error is O(ε²) plus rounding of
/// O(1/ε). Slow and inexact: where f is made of tensor operations, take <see cref="Differentiate"/>.
/// </summary>
/// <remarks>
/// The step epsilon is positive. Its default, 0.01, suits Float32; in Float64 about 1e-5 is better, 1e-3 for second derivatives. Members
/// throw <see cref="ArgumentException"/> where shapes do not fit, as those of <see cref="Differentiate"/> do.
/// </remarks>
public static class NumericalDifferentiate
{
    /// <summary>df/dx, of the shape of f(x), for f of a scalar.</summary>
    public static Tensor Derivative(Func<Tensor, Tensor> f, Tensor x, double epsilon = 1e-2) =>
        new(NumericalBridge.derivative(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>d²f/dx², of the shape of f(x), for f of a scalar.</summary>
    public static Tensor SecondDerivative(Func<Tensor, Tensor> f, Tensor x, double epsilon = 1e-2) =>
        new(NumericalBridge.secondDerivative(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>∇f(x), of the shape of x, for f to a scalar: two evaluations of f an input.</summary>
    public static Tensor Gradient(Func<Tensor, Tensor> f, Tensor x, double epsilon = 1e-2) =>
        new(NumericalBridge.gradient(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>vᵀ∇f(x), the derivative along v, for f to a scalar: two evaluations of f.</summary>
    public static Tensor GradientAlong(Func<Tensor, Tensor> f, Tensor x, Tensor v, double epsilon = 1e-2) =>
        new(NumericalBridge.gradientAlong(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x), Guard.Inner(v)));

    /// <summary>H_ij = ∂²f/∂x_i∂x_j, of shape input × input, for f to a scalar.</summary>
    public static Tensor Hessian(Func<Tensor, Tensor> f, Tensor x, double epsilon = 1e-2) =>
        new(NumericalBridge.hessian(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>H v, of the shape of x, for f to a scalar.</summary>
    public static Tensor HessianVector(Func<Tensor, Tensor> f, Tensor x, Tensor v, double epsilon = 1e-2) =>
        new(NumericalBridge.hessianVector(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x), Guard.Inner(v)));

    /// <summary>Σ_i ∂²f/∂x_i², for f to a scalar: two evaluations of f an input.</summary>
    public static Tensor Laplacian(Func<Tensor, Tensor> f, Tensor x, double epsilon = 1e-2) =>
        new(NumericalBridge.laplacian(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>J_ij = ∂f_i/∂x_j, of shape output × input: two evaluations of f an input.</summary>
    public static Tensor Jacobian(Func<Tensor, Tensor> f, Tensor x, double epsilon = 1e-2) =>
        new(NumericalBridge.jacobian(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>J v, of the shape of f(x): two evaluations of f.</summary>
    public static Tensor JacobianVector(Func<Tensor, Tensor> f, Tensor x, Tensor v, double epsilon = 1e-2) =>
        new(NumericalBridge.jacobianVector(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x), Guard.Inner(v)));

    /// <summary>Σ_i ∂f_i/∂x_i, for f with as many outputs as inputs.</summary>
    public static Tensor Divergence(Func<Tensor, Tensor> f, Tensor x, double epsilon = 1e-2) =>
        new(NumericalBridge.divergence(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x)));

    /// <summary>The curl of a field of three coordinates.</summary>
    public static Tensor Curl(Func<Tensor, Tensor> f, Tensor x, double epsilon = 1e-2) =>
        new(NumericalBridge.curl(Guard.Positive(epsilon), Differentiate.Lift(f), Guard.Inner(x)));
}
