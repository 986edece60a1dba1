// Linear regression under conjugate priors: exact posteriors, predictions and evidence.
// Few data, honest error bars; its evidence is differentiable, for noise levels and priors learned by gradient.
namespace Functional.CSharp;

/// <summary>w | σ² ~ N(m, σ² P⁻¹), σ² ~ InverseGamma(a, b): a belief about weights and the variance of noise.</summary>
public sealed class NormalInverseGamma : IWrapper
{
    internal NormalInverseGamma(Functional.NormalInverseGamma inner) => Inner = inner;

    /// <summary>A belief.</summary>
    /// <param name="location">m, a vector of length d.</param>
    /// <param name="precision">
    /// P, the precision of the weights in units of the noise's, symmetric and positive definite.
    /// </param>
    /// <param name="concentration">a, a positive scalar: half of how many observations the variance rests on.</param>
    /// <param name="rate">b, a positive scalar.</param>
    public NormalInverseGamma(Tensor location, Tensor precision, Tensor concentration, Tensor rate)
        : this(new Functional.NormalInverseGamma(
            Guard.Inner(location), Guard.Inner(precision), Guard.Inner(concentration), Guard.Inner(rate)))
    {
    }

    internal Functional.NormalInverseGamma Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>m.</summary>
    public Tensor Location => new(Inner.Location);

    /// <summary>P.</summary>
    public Tensor Precision => new(Inner.Precision);

    /// <summary>a.</summary>
    public Tensor Concentration => new(Inner.Concentration);

    /// <summary>b.</summary>
    public Tensor Rate => new(Inner.Rate);

    /// <summary>p(σ²).</summary>
    public InverseGamma NoiseVariance => new(Inner.NoiseVariance);

    /// <summary>p(w), with the noise integrated out.</summary>
    public MultivariateStudentT Weights => new(Inner.Weights);

    /// <summary>p(w | σ²).</summary>
    public MultivariateNormal WeightsGiven(Tensor noiseVariance) => new(Inner.WeightsGiven(Guard.Inner(noiseVariance)));
}

/// <summary>What linear regression with a known noise level found.</summary>
public sealed class LinearRegression : IWrapper
{
    private readonly Functional.LinearRegression inner;

    internal LinearRegression(Functional.LinearRegression inner) => this.inner = inner;

    object IWrapper.Inner => inner;

    /// <summary>p(w | X, y).</summary>
    public MultivariateNormal Weights => new(inner.Weights);

    /// <summary>σ.</summary>
    public Tensor Noise => new(inner.Noise);

    /// <summary>log p(y | X) in nats.</summary>
    public Tensor LogEvidence => new(inner.LogEvidence);

    /// <summary>p(y | x) for the vectors along the last axis of x.</summary>
    public Normal Predict(Tensor x) => new(inner.Predict(Guard.Inner(x)));
}

/// <summary>What linear regression with an unknown noise level found.</summary>
public sealed class LinearRegressionWithNoise : IWrapper
{
    private readonly Functional.LinearRegressionWithNoise inner;

    internal LinearRegressionWithNoise(Functional.LinearRegressionWithNoise inner) => this.inner = inner;

    object IWrapper.Inner => inner;

    /// <summary>p(w, σ² | X, y).</summary>
    public NormalInverseGamma Posterior => new(inner.Posterior);

    /// <summary>log p(y | X) in nats.</summary>
    public Tensor LogEvidence => new(inner.LogEvidence);

    /// <summary>p(y | x) for the vectors along the last axis of x.</summary>
    public StudentT Predict(Tensor x) => new(inner.Predict(Guard.Inner(x)));
}

/// <summary>
/// y = Xw + ε with ε ~ N(0, σ²). A column of ones in X makes an intercept. Everything is differentiable in the data, the prior and
/// the noise. Bishop (2006), sections 3.3 and 3.5.
/// </summary>
public static class BayesianLinearRegression
{
    /// <summary>The posterior of the weights, for noise of a known standard deviation.</summary>
    /// <param name="prior">The belief about the weights before the data.</param>
    /// <param name="noise">σ, a positive scalar.</param>
    /// <param name="x">X, a row for each number in y.</param>
    /// <param name="y">A vector.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or X or y hold NaN.</exception>
    public static LinearRegression Fit(MultivariateNormal prior, Tensor noise, Tensor x, Tensor y) =>
        new(Functional.BayesianLinearRegression.fit(
            (Functional.MultivariateNormal)Guard.Inner(prior), Guard.Inner(noise), Guard.Inner(x), Guard.Inner(y)));

    /// <summary>The posterior of the weights and of the noise's variance.</summary>
    /// <param name="prior">The belief about both before the data.</param>
    /// <param name="x">X, a row for each number in y.</param>
    /// <param name="y">A vector.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or X or y hold NaN.</exception>
    public static LinearRegressionWithNoise FitWithNoise(NormalInverseGamma prior, Tensor x, Tensor y) =>
        new(Functional.BayesianLinearRegression.fitWithNoise(Guard.NotNull(prior).Inner, Guard.Inner(x), Guard.Inner(y)));
}
