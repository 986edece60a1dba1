// Point estimates, and the normal approximation around them.
// Where a posterior is nearly normal, the cheapest there is; samplers and guides may begin with it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>The most probable values.</summary>
public static class Map
{
    /// <summary>
    /// argmax_z p(z, x), by the names of the sites, on the thread pool: the maximum of the density of z itself, without the
    /// volume of coordinates, so that it depends on the units that the model is written in.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="cancellationToken">Looked at before each evaluation of the model.</param>
    /// <exception cref="ArgumentException">
    /// The model is not one of <see cref="Unconstrained.FromProgram"/>, has a subsampled plate, or has no finite density at the
    /// prior's median.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<IReadOnlyDictionary<string, Tensor>> FitAsync<T>(
        Program<T> model, CancellationToken cancellationToken = default)
    {
        var inner = Guard.NotNull(model).Inner;
        return Task.Run(() => Guard.ByName(ModeBridge.map(cancellationToken, inner)), cancellationToken);
    }
}

/// <summary>
/// N(u*, H⁻¹) over the coordinates u of a model's draws: exact where the posterior is normal in them, wrong where it is skewed or
/// has several modes. MacKay 1998, doi:10.1023/A:1007558615313, equations 6 to 9.
/// </summary>
public sealed class LaplaceApproximation : IWrapper
{
    private readonly Functional.LaplaceApproximation inner;

    private LaplaceApproximation(Functional.LaplaceApproximation inner) =>
        (this.inner, Guide) = (inner, new(inner.Guide));

    object IWrapper.Inner => inner;

    /// <summary>u*, of shape [D], the maximum of log p(u, x).</summary>
    public Tensor Mode => new(inner.Mode);

    /// <summary>H⁻¹ for the Hessian H of -log p(u, x) at the mode, of shape [D; D].</summary>
    public Tensor Covariance => new(inner.Covariance);

    /// <summary>
    /// log p(u*, x) + (D/2) log 2π - ½ log det H, in nats: an approximation of log p(x), and no bound.
    /// </summary>
    public double LogEvidence => inner.LogEvidence;

    /// <summary>
    /// The approximation as a guide with nothing to fit: draws by site, and the proposal of importance sampling.
    /// </summary>
    public AutoGuide Guide { get; }

    /// <summary><paramref name="count"/> draws of each site, along a first axis.</summary>
    /// <param name="count">How many, at least 1.</param>
    public IReadOnlyDictionary<string, Tensor> Sample(int count) => Guide.Sample(count);

    /// <summary>Searches for the mode and takes the Hessian there, on the thread pool.</summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="cancellationToken">Looked at before each evaluation of the model.</param>
    /// <exception cref="ArgumentException">
    /// The model is not one of <see cref="Unconstrained.FromProgram"/>, has a subsampled plate, or has no finite density at the
    /// prior's median.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The Hessian is not positive definite where the search ended: there is no mode there.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<LaplaceApproximation> FitAsync<T>(Program<T> model, CancellationToken cancellationToken = default)
    {
        var inner = Guard.NotNull(model).Inner;
        return Task.Run(() => new LaplaceApproximation(ModeBridge.laplace(cancellationToken, inner)), cancellationToken);
    }
}
