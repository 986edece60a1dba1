// Derivatives of functions of tensors: what turns a Func into its gradient, its Jacobian, its Hessian and what is made of them.
// They nest in any order to any depth; Gradient records a computation step by step instead.
using Functional.Interop;
using Core = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>
/// Exact derivatives of functions of tensors. A member whose name begins with <c>Value</c> returns f(x) too, at no further cost.
/// </summary>
/// <remarks>
/// Members throw <see cref="ArgumentException"/> where x holds no real numbers, or where shapes do not fit: "f to a scalar" means
/// a result without axes.
/// </remarks>
public static class Differentiate
{
    // ---- functions of a scalar ----

    /// <summary>dⁿf/dxⁿ, of the shape of f(x), for f of a scalar. The work doubles or more with each order.</summary>
    public static Tensor Derivative(Func<Tensor, Tensor> f, Tensor x, int order = 1) => Derivatives(f, x, order)[order];

    /// <summary>f(x), df/dx, ..., dⁿf/dxⁿ, for f of a scalar.</summary>
    public static IReadOnlyList<Tensor> Derivatives(Func<Tensor, Tensor> f, Tensor x, int order) =>
        Wrap(DifferentiationBridge.derivatives(Guard.AtLeast(order, 0), Lift(f), Guard.Inner(x)));

    // ---- functions to a scalar ----

    /// <summary>∇f(x), of the shape of x, for f to a scalar.</summary>
    public static Tensor Gradient(Func<Tensor, Tensor> f, Tensor x) => ValueAndGradient(f, x).Gradient;

    /// <summary>f(x) and ∇f(x), for f to a scalar.</summary>
    public static (Tensor Value, Tensor Gradient) ValueAndGradient(Func<Tensor, Tensor> f, Tensor x) =>
        Wrap(DifferentiationBridge.gradient(Lift(f), Guard.Inner(x)));

    /// <summary>vᵀ∇f(x), the derivative along v, for f to a scalar.</summary>
    public static Tensor GradientAlong(Func<Tensor, Tensor> f, Tensor x, Tensor v) => ValueAndGradientAlong(f, x, v).Slope;

    /// <summary>f(x) and vᵀ∇f(x), for f to a scalar.</summary>
    public static (Tensor Value, Tensor Slope) ValueAndGradientAlong(Func<Tensor, Tensor> f, Tensor x, Tensor v) =>
        Wrap(DifferentiationBridge.gradientAlong(Lift(f), Guard.Inner(x), Guard.Inner(v)));

    /// <summary>H_ij = ∂²f/∂x_i∂x_j, of shape input × input, for f to a scalar.</summary>
    public static Tensor Hessian(Func<Tensor, Tensor> f, Tensor x) => ValueGradientAndHessian(f, x).Hessian;

    /// <summary>f(x) and the Hessian, for f to a scalar.</summary>
    public static (Tensor Value, Tensor Hessian) ValueAndHessian(Func<Tensor, Tensor> f, Tensor x)
    {
        var (value, _, hessian) = ValueGradientAndHessian(f, x);
        return (value, hessian);
    }

    /// <summary>f(x), ∇f(x) and the Hessian, for f to a scalar: one evaluation of f.</summary>
    public static (Tensor Value, Tensor Gradient, Tensor Hessian) ValueGradientAndHessian(Func<Tensor, Tensor> f, Tensor x) =>
        Wrap(DifferentiationBridge.hessian(Lift(f), Guard.Inner(x)));

    /// <summary>H v, of the shape of x, without forming H, for f to a scalar.</summary>
    public static Tensor HessianVector(Func<Tensor, Tensor> f, Tensor x, Tensor v) =>
        ValueSlopeAndHessianVector(f, x, v).Product;

    /// <summary>f(x) and H v, for f to a scalar.</summary>
    public static (Tensor Value, Tensor Product) ValueAndHessianVector(Func<Tensor, Tensor> f, Tensor x, Tensor v)
    {
        var (value, _, product) = ValueSlopeAndHessianVector(f, x, v);
        return (value, product);
    }

    /// <summary>f(x), vᵀ∇f(x) and H v, for f to a scalar: one evaluation of f.</summary>
    public static (Tensor Value, Tensor Slope, Tensor Product) ValueSlopeAndHessianVector(
        Func<Tensor, Tensor> f, Tensor x, Tensor v) =>
        Wrap(DifferentiationBridge.hessianVector(Lift(f), Guard.Inner(x), Guard.Inner(v)));

    /// <summary>Σ_i ∂²f/∂x_i², for f to a scalar, without forming H.</summary>
    public static Tensor Laplacian(Func<Tensor, Tensor> f, Tensor x) => ValueAndLaplacian(f, x).Laplacian;

    /// <summary>f(x) and Σ_i ∂²f/∂x_i², for f to a scalar.</summary>
    public static (Tensor Value, Tensor Laplacian) ValueAndLaplacian(Func<Tensor, Tensor> f, Tensor x) =>
        Wrap(DifferentiationBridge.laplacian(Lift(f), Guard.Inner(x)));

    // ---- functions of any shape to any shape ----

    /// <summary>J_ij = ∂f_i/∂x_j, of shape output × input.</summary>
    public static Tensor Jacobian(Func<Tensor, Tensor> f, Tensor x) => ValueAndJacobian(f, x).Jacobian;

    /// <summary>f(x) and its Jacobian.</summary>
    public static (Tensor Value, Tensor Jacobian) ValueAndJacobian(Func<Tensor, Tensor> f, Tensor x) =>
        Wrap(DifferentiationBridge.jacobian(Lift(f), Guard.Inner(x)));

    /// <summary>J v, of the shape of f(x): forward differentiation along v.</summary>
    public static Tensor JacobianVector(Func<Tensor, Tensor> f, Tensor x, Tensor v) => ValueAndJacobianVector(f, x, v).Product;

    /// <summary>f(x) and J v.</summary>
    public static (Tensor Value, Tensor Product) ValueAndJacobianVector(Func<Tensor, Tensor> f, Tensor x, Tensor v) =>
        Wrap(DifferentiationBridge.jacobianVector(Lift(f), Guard.Inner(x), Guard.Inner(v)));

    /// <summary>Jᵀ v, of the shape of x: reverse differentiation of vᵀ f(x).</summary>
    public static Tensor VectorJacobian(Func<Tensor, Tensor> f, Tensor x, Tensor v) => ValueAndVectorJacobian(f, x, v).Product;

    /// <summary>f(x) and Jᵀ v.</summary>
    public static (Tensor Value, Tensor Product) ValueAndVectorJacobian(Func<Tensor, Tensor> f, Tensor x, Tensor v) =>
        Wrap(DifferentiationBridge.vectorJacobian(Lift(f), Guard.Inner(x), Guard.Inner(v)));

    /// <summary>f(x), and the function from v to Jᵀ v there, to be called as often as wanted: f is evaluated once.</summary>
    public static (Tensor Value, Func<Tensor, Tensor> Pullback) ValueAndPullback(Func<Tensor, Tensor> f, Tensor x)
    {
        var (value, pull) = DifferentiationBridge.pullback(Lift(f), Guard.Inner(x));
        return (new(value), v => new(pull(Guard.Inner(v))));
    }

    /// <summary>f(x), its derivative along v_0, that one's derivative along v_1, and so on; each of the shape of f(x).</summary>
    public static IReadOnlyList<Tensor> DerivativesAlong(Func<Tensor, Tensor> f, Tensor x, IEnumerable<Tensor> v) =>
        Wrap(DifferentiationBridge.along(Lift(f), Guard.Inner(x), Guard.Inner(v)));

    // ---- vector fields ----

    /// <summary>Σ_i ∂f_i/∂x_i, for f with as many outputs as inputs.</summary>
    public static Tensor Divergence(Func<Tensor, Tensor> f, Tensor x) => ValueAndDivergence(f, x).Divergence;

    /// <summary>f(x) and Σ_i ∂f_i/∂x_i, for f with as many outputs as inputs.</summary>
    public static (Tensor Value, Tensor Divergence) ValueAndDivergence(Func<Tensor, Tensor> f, Tensor x) =>
        Wrap(DifferentiationBridge.divergence(Lift(f), Guard.Inner(x)));

    /// <summary>(∂f_z/∂y - ∂f_y/∂z, ∂f_x/∂z - ∂f_z/∂x, ∂f_y/∂x - ∂f_x/∂y), for a field of three coordinates.</summary>
    public static Tensor Curl(Func<Tensor, Tensor> f, Tensor x) => ValueCurlAndDivergence(f, x).Curl;

    /// <summary>f(x) and its curl, for a field of three coordinates.</summary>
    public static (Tensor Value, Tensor Curl) ValueAndCurl(Func<Tensor, Tensor> f, Tensor x)
    {
        var (value, curl, _) = ValueCurlAndDivergence(f, x);
        return (value, curl);
    }

    /// <summary>f(x), its curl and its divergence, for a field of three coordinates.</summary>
    public static (Tensor Value, Tensor Curl, Tensor Divergence) ValueCurlAndDivergence(Func<Tensor, Tensor> f, Tensor x) =>
        Wrap(DifferentiationBridge.curl(Lift(f), Guard.Inner(x)));

    // ---- batches: f treats the examples along axis 0 independently of each other ----

    /// <summary>The Jacobian of every example, of shape batch × outputs × inputs.</summary>
    public static Tensor BatchJacobian(Func<Tensor, Tensor> f, Tensor x) => ValueAndBatchJacobian(f, x).Jacobian;

    /// <summary>f(x) and the Jacobian of every example.</summary>
    public static (Tensor Value, Tensor Jacobian) ValueAndBatchJacobian(Func<Tensor, Tensor> f, Tensor x) =>
        Wrap(DifferentiationBridge.batchJacobian(Lift(f), Guard.Inner(x)));

    /// <summary>The divergence of every example, of shape [batch].</summary>
    public static Tensor BatchDivergence(Func<Tensor, Tensor> f, Tensor x) => ValueAndBatchDivergence(f, x).Divergence;

    /// <summary>f(x) and the divergence of every example.</summary>
    public static (Tensor Value, Tensor Divergence) ValueAndBatchDivergence(Func<Tensor, Tensor> f, Tensor x) =>
        Wrap(DifferentiationBridge.batchDivergence(Lift(f), Guard.Inner(x)));

    /// <summary>probeᵀ J probe of every example, for probes of the shape of x.</summary>
    public static Tensor BatchDivergenceAlong(Func<Tensor, Tensor> f, Tensor x, Tensor probe) =>
        ValueAndBatchDivergenceAlong(f, x, probe).Divergence;

    /// <summary>f(x) and probeᵀ J probe of every example.</summary>
    public static (Tensor Value, Tensor Divergence) ValueAndBatchDivergenceAlong(
        Func<Tensor, Tensor> f, Tensor x, Tensor probe) =>
        Wrap(DifferentiationBridge.batchDivergenceAlong(Lift(f), Guard.Inner(x), Guard.Inner(probe)));

    /// <summary>
    /// Hutchinson's estimate of the divergence of every example: the mean of probeᵀ J probe over probes of random signs.
    /// Unbiased, with variance Σ_{i≠j} (J_ij² + J_ij J_ji) / samples.
    /// </summary>
    public static Tensor BatchDivergenceEstimate(Func<Tensor, Tensor> f, Tensor x, int samples = 1) =>
        ValueAndBatchDivergenceEstimate(f, x, samples).Divergence;

    /// <summary>f(x) and Hutchinson's estimate of the divergence of every example.</summary>
    public static (Tensor Value, Tensor Divergence) ValueAndBatchDivergenceEstimate(
        Func<Tensor, Tensor> f, Tensor x, int samples = 1) =>
        Wrap(DifferentiationBridge.batchDivergenceEstimate(Guard.AtLeast(samples, 1), Lift(f), Guard.Inner(x)));

    // ---- to the library and back ----

    internal static Func<Core, Core> Lift(Func<Tensor, Tensor> f)
    {
        Guard.NotNull(f);
        return x => f(new(x))?.Inner ?? throw new ArgumentException("The function returned null.", nameof(f));
    }

    private static (Tensor, Tensor) Wrap((Core, Core) pair) => (new(pair.Item1), new(pair.Item2));

    private static (Tensor, Tensor, Tensor) Wrap((Core, Core, Core) all) => (new(all.Item1), new(all.Item2), new(all.Item3));

    private static Tensor[] Wrap(Core[] all) => Array.ConvertAll(all, tensor => new Tensor(tensor));
}
