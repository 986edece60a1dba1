// Regression with a distribution over weights, as models to be fitted by any kind of inference.
// The reference problem of guides and samplers.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Models of y given rows of features x.</summary>
public static class Regression
{
    /// <summary>The features with a column of ones in front, whose weight is the intercept.</summary>
    /// <param name="x">Of shape [N; D].</param>
    public static Tensor WithIntercept(Tensor x) => new(Functional.Regression.withIntercept(Guard.Inner(x)));

    /// <summary>
    /// x w for every row of x, inside a plate over rows: for a draw w of shape [D] of shape [N], and for many runs of the program
    /// ([runs; 1; D]) of shape [runs; N].
    /// </summary>
    /// <param name="x">Of shape [N; D].</param>
    /// <param name="weights">A draw whose events are vectors of length D.</param>
    public static Tensor Predictor(Tensor x, Tensor weights) =>
        new(Functional.Regression.predictor(Guard.Inner(x), Guard.Inner(weights)));

    /// <summary>
    /// w ~ prior; y_i ~ Bernoulli(σ(x_i · w)) for every row x_i, in the plate `data`: Bayesian logistic regression with the draw
    /// `weights`.
    /// </summary>
    /// <param name="prior">p(w), whose events are vectors of length D.</param>
    /// <param name="x">Of shape [N; D].</param>
    /// <param name="y">Zeros and ones, of shape [N].</param>
    public static Program<ValueTuple> Logistic(Distribution prior, Tensor x, Tensor y) =>
        new(RegressionBridge.logistic(Guard.Inner(prior), Guard.Inner(x), Guard.Inner(y)));
}
