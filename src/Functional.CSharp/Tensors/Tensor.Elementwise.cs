// What is done to each element on its own: functions, comparisons, choices.
// Each member forwards to one operator.
using Functional.Interop;
using Core = Functional.Tensors.Tensor;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>The absolute values.</summary>
    public Tensor Abs() => new(Core.Abs(Inner));

    /// <summary>The arc cosine.</summary>
    public Tensor Acos() => new(Core.Acos(Inner));

    /// <summary>The arc sine.</summary>
    public Tensor Asin() => new(Core.Asin(Inner));

    /// <summary>The arc tangent.</summary>
    public Tensor Atan() => new(Core.Atan(Inner));

    /// <summary>Rounded up.</summary>
    public Tensor Ceil() => new(Core.Ceiling(Inner));

    /// <summary>The cosine.</summary>
    public Tensor Cos() => new(Core.Cos(Inner));

    /// <summary>The hyperbolic cosine.</summary>
    public Tensor Cosh() => new(Core.Cosh(Inner));

    /// <summary>e to the power of each element.</summary>
    public Tensor Exp() => new(Core.Exp(Inner));

    /// <summary>Rounded down.</summary>
    public Tensor Floor() => new(Core.Floor(Inner));

    /// <summary>The natural logarithm.</summary>
    public Tensor Log() => new(Core.Log(Inner));

    /// <summary>The logarithm to base 10.</summary>
    public Tensor Log10() => new(Core.Log10(Inner));

    /// <summary>Rounded to the nearest integer, halves to the even one.</summary>
    public Tensor Round() => new(Core.Round(Inner));

    /// <summary>The sine.</summary>
    public Tensor Sin() => new(Core.Sin(Inner));

    /// <summary>The hyperbolic sine.</summary>
    public Tensor Sinh() => new(Core.Sinh(Inner));

    /// <summary>The square root.</summary>
    public Tensor Sqrt() => new(Core.Sqrt(Inner));

    /// <summary>The tangent.</summary>
    public Tensor Tan() => new(Core.Tan(Inner));

    /// <summary>The hyperbolic tangent.</summary>
    public Tensor Tanh() => new(Core.Tanh(Inner));

    /// <summary>-1, 0 or 1.</summary>
    public Tensor Sign() => new(TensorBridge.sign(Inner));

    /// <summary>The square.</summary>
    public Tensor Square() => new(TensorBridge.square(Inner));

    /// <summary>log(1 + t), exact for small t.</summary>
    public Tensor Log1p() => new(TensorBridge.log1p(Inner));

    /// <summary>exp(t) - 1, exact for small t.</summary>
    public Tensor Expm1() => new(TensorBridge.expm1(Inner));

    /// <summary>1 / (1 + exp(-t)).</summary>
    public Tensor Sigmoid() => new(TensorBridge.sigmoid(Inner));

    /// <summary>log(sigmoid(t)), finite for every finite t.</summary>
    public Tensor LogSigmoid() => new(TensorBridge.logsigmoid(Inner));

    /// <summary>max(t, 0).</summary>
    public Tensor Relu() => new(TensorBridge.relu(Inner));

    /// <summary>t · sigmoid(t).</summary>
    public Tensor Silu() => new(TensorBridge.silu(Inner));

    /// <summary>t · Φ(t), Φ the standard normal distribution function.</summary>
    public Tensor Gelu() => new(TensorBridge.gelu(Inner));

    /// <summary>t where positive, exp(t) - 1 elsewhere.</summary>
    public Tensor Elu() => new(TensorBridge.elu(Inner));

    /// <summary>log(1 + exp(t)).</summary>
    public Tensor Softplus() => new(TensorBridge.softplus(Inner));

    /// <summary>log Γ(t).</summary>
    public Tensor Lgamma() => new(TensorBridge.lgamma(Inner));

    /// <summary>d/dt log Γ(t).</summary>
    public Tensor Digamma() => new(TensorBridge.digamma(Inner));

    /// <summary>The error function.</summary>
    public Tensor Erf() => new(TensorBridge.erf(Inner));

    /// <summary>The inverse of the error function.</summary>
    public Tensor Erfinv() => new(TensorBridge.erfinv(Inner));

    /// <summary>Where it is NaN.</summary>
    public Tensor IsNaN() => new(TensorBridge.isnan(Inner));

    /// <summary>Where it is infinite.</summary>
    public Tensor IsInf() => new(TensorBridge.isinf(Inner));

    /// <summary>Where it is neither infinite nor NaN.</summary>
    public Tensor IsFinite() => new(TensorBridge.isfinite(Inner));

    /// <summary>Where it is false, or zero.</summary>
    public Tensor LogicalNot() => new(TensorBridge.logicalNot(Inner));

    /// <summary>t where positive, <paramref name="negativeSlope"/> · t elsewhere.</summary>
    public Tensor LeakyRelu(double negativeSlope = 0.01) => new(TensorBridge.leakyRelu(Inner, negativeSlope));

    /// <summary>Each element to that power.</summary>
    public Tensor Pow(Scalar b) => new(Core.Pow(Inner, b.Inner));

    /// <summary>Each element to the power of the other's.</summary>
    public Tensor Pow(Tensor b) => new(Core.Pow(Inner, Guard.Inner(b)));

    /// <summary>Where it is equal, element by element.</summary>
    public Tensor Eq(Tensor b) => new(TensorBridge.eq(Inner, Guard.Inner(b)));

    /// <summary>Where it is equal.</summary>
    public Tensor Eq(Scalar b) => new(TensorBridge.eqScalar(Inner, b.Inner));

    /// <summary>Where it is different, element by element.</summary>
    public Tensor Ne(Tensor b) => new(TensorBridge.ne(Inner, Guard.Inner(b)));

    /// <summary>Where it is different.</summary>
    public Tensor Ne(Scalar b) => new(TensorBridge.neScalar(Inner, b.Inner));

    /// <summary>Where it is smaller, element by element.</summary>
    public Tensor Lt(Tensor b) => new(TensorBridge.lt(Inner, Guard.Inner(b)));

    /// <summary>Where it is smaller.</summary>
    public Tensor Lt(Scalar b) => new(TensorBridge.ltScalar(Inner, b.Inner));

    /// <summary>Where it is smaller or equal, element by element.</summary>
    public Tensor Le(Tensor b) => new(TensorBridge.le(Inner, Guard.Inner(b)));

    /// <summary>Where it is smaller or equal.</summary>
    public Tensor Le(Scalar b) => new(TensorBridge.leScalar(Inner, b.Inner));

    /// <summary>Where it is larger, element by element.</summary>
    public Tensor Gt(Tensor b) => new(TensorBridge.gt(Inner, Guard.Inner(b)));

    /// <summary>Where it is larger.</summary>
    public Tensor Gt(Scalar b) => new(TensorBridge.gtScalar(Inner, b.Inner));

    /// <summary>Where it is larger or equal, element by element.</summary>
    public Tensor Ge(Tensor b) => new(TensorBridge.ge(Inner, Guard.Inner(b)));

    /// <summary>Where it is larger or equal.</summary>
    public Tensor Ge(Scalar b) => new(TensorBridge.geScalar(Inner, b.Inner));

    /// <summary>The larger of two elements, everywhere.</summary>
    public Tensor Max(Tensor b) => new(TensorBridge.maximum(Inner, Guard.Inner(b)));

    /// <summary>The smaller of two elements, everywhere.</summary>
    public Tensor Min(Tensor b) => new(TensorBridge.minimum(Inner, Guard.Inner(b)));

    /// <summary>Where both are true, or not zero.</summary>
    public Tensor LogicalAnd(Tensor b) => new(TensorBridge.logicalAnd(Inner, Guard.Inner(b)));

    /// <summary>Where one of them is true, or not zero.</summary>
    public Tensor LogicalOr(Tensor b) => new(TensorBridge.logicalOr(Inner, Guard.Inner(b)));

    /// <summary>t · log b, 0 where t is 0.</summary>
    public Tensor Xlogy(Tensor b) => new(TensorBridge.xlogy(Inner, Guard.Inner(b)));

    /// <summary>t · log(1 + b), 0 where t is 0.</summary>
    public Tensor Xlog1py(Tensor b) => new(TensorBridge.xlog1py(Inner, Guard.Inner(b)));

    /// <summary>log(exp(t) + exp(b)).</summary>
    public Tensor LogAddExp(Tensor b) => new(TensorBridge.logaddexp(Inner, Guard.Inner(b)));

    /// <summary>
    /// Elements below <paramref name="low"/> become it, those above <paramref name="high"/> likewise; null is no bound.
    /// </summary>
    public Tensor Clamp(Scalar? low = null, Scalar? high = null) =>
        new(TensorBridge.clamp(Inner, low?.Inner, high?.Inner));

    /// <summary>Zeroes each element with probability p and scales the rest by 1/(1 - p).</summary>
    /// <param name="p">Between 0 and 1. Default: 0.5.</param>
    public Tensor Dropout(double p = 0.5) => new(TensorBridge.dropout(Inner, p));

    /// <summary><paramref name="a"/> where the condition holds, <paramref name="b"/> elsewhere.</summary>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b) =>
        new(TensorBridge.where(Guard.Inner(condition), Guard.Inner(a), Guard.Inner(b)));

    /// <summary>1 - erf.</summary>
    public Tensor Erfc() => new(TensorBridge.erfc(Inner));

    /// <summary>exp(-|t|) I₀(t), with the modified Bessel function of the first kind.</summary>
    public Tensor I0e() => new(TensorBridge.i0e(Inner));

    /// <summary>exp(-|t|) I₁(t).</summary>
    public Tensor I1e() => new(TensorBridge.i1e(Inner));

    /// <summary>The n-th derivative of the digamma function.</summary>
    public Tensor Polygamma(int n) => new(TensorBridge.polygamma(n, Inner));

    /// <summary>log max(t, ε), whose gradient never is infinite.</summary>
    public Tensor SafeLog(double epsilon = 1e-12) => new(TensorBridge.safelog(Inner, epsilon));

    /// <summary>aᵇ, element by element.</summary>
    public static Tensor Pow(Scalar a, Tensor b) => new(Core.Pow(a.Inner, Guard.Inner(b)));

    /// <summary>
    /// Zeroes each channel of [batch; channels; height; width] with probability p and scales the rest by 1/(1 - p).
    /// </summary>
    public Tensor Dropout2d(double p = 0.5) => new(TensorBridge.dropout2d(Inner, p));

    /// <summary>
    /// Zeroes each channel of [batch; channels; depth; height; width] with probability p and scales the rest by 1/(1 - p).
    /// </summary>
    public Tensor Dropout3d(double p = 0.5) => new(TensorBridge.dropout3d(Inner, p));

    /// <summary>
    /// A function of each element, given and returned as a tensor without axes. Slow: meant for what no operation does.
    /// </summary>
    public Tensor Map(Func<Tensor, Tensor> mapping)
    {
        Guard.NotNull(mapping);
        return new(TensorBridge.map(element => Guard.Inner(mapping(new(element))), Inner));
    }

    /// <summary>A function of each pair of elements of this tensor and another of its shape.</summary>
    public Tensor Map(Tensor other, Func<Tensor, Tensor, Tensor> mapping)
    {
        Guard.NotNull(mapping);
        return new(TensorBridge.map2((a, b) => Guard.Inner(mapping(new(a), new(b))), Inner, Guard.Inner(other)));
    }

    /// <summary>A function of the index of each element and the element.</summary>
    public Tensor MapIndexed(Func<IReadOnlyList<int>, Tensor, Tensor> mapping)
    {
        Guard.NotNull(mapping);
        return new(TensorBridge.mapi((index, element) => Guard.Inner(mapping(index, new(element))), Inner));
    }

    /// <summary>The function's value at each triple of elements of three tensors of one shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public Tensor Map(Tensor second, Tensor third, Func<Tensor, Tensor, Tensor, Tensor> mapping)
    {
        Guard.NotNull(mapping);

        return new(TensorBridge.map3(
            (a, b, c) => Guard.Inner(mapping(new(a), new(b), new(c))), Inner, Guard.Inner(second), Guard.Inner(third)));
    }

    /// <summary>The function's value at each pair of elements of two tensors of one shape, given their index.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public Tensor MapIndexed(Tensor other, Func<IReadOnlyList<int>, Tensor, Tensor, Tensor> mapping)
    {
        Guard.NotNull(mapping);
        return new(TensorBridge.mapi2((index, a, b) => Guard.Inner(mapping(index, new(a), new(b))), Inner, Guard.Inner(other)));
    }

    /// <summary>The function's value at each triple of elements of three tensors of one shape, given their index.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public Tensor MapIndexed(
        Tensor second, Tensor third, Func<IReadOnlyList<int>, Tensor, Tensor, Tensor, Tensor> mapping)
    {
        Guard.NotNull(mapping);

        return new(TensorBridge.mapi3(
            (index, a, b, c) => Guard.Inner(mapping(index, new(a), new(b), new(c))), Inner, Guard.Inner(second), Guard.Inner(third)));
    }
}
