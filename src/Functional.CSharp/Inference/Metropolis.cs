// Random-walk Metropolis: many chains at once, each step one evaluation of the log-density of all.
// The reference that approximations are held against, where a posterior has up to some tens of dimensions.
namespace Functional.CSharp;

/// <summary>u' = u + s L ε, ε ~ N(0, I), accepted with probability min(1, p(u')/p(u)).</summary>
public static class Metropolis
{
    /// <summary>
    /// Chains whose distribution tends to the posterior, on the thread pool. In the warm-up the length s of steps is adapted to
    /// an acceptance rate of 0.234, their shape L to the covariance of the chains; then both stay as they are. Look at
    /// <see cref="Chains.RHat"/> and <see cref="Chains.EffectiveSize"/> before believing the draws: chains that started in
    /// different modes stay there, and one effective draw takes about 3 D steps of a chain. Roberts, Gelman &amp; Gilks 1997,
    /// doi:10.1214/aoap/1034625254.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="options">How to run. Default: 64 chains, 2,000 steps of warm-up, 500 draws of each, 10 steps apart.</param>
    /// <param name="progress">Told every hundred steps or so. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at every hundred steps at least.</param>
    /// <exception cref="ArgumentException">
    /// The model is not one of <see cref="Unconstrained.FromProgram"/>, has a subsampled plate, or has no density where the chains
    /// start.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<Chains> SampleAsync<T>(
        Program<T> model,
        MetropolisOptions? options = null,
        IProgress<ChainProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var inner = Guard.NotNull(model).Inner;
        var chosen = (options ?? new()).ToInner(progress, cancellationToken);

        return Task.Run(() => new Chains(Functional.Metropolis.sample(chosen, inner)), cancellationToken);
    }
}
