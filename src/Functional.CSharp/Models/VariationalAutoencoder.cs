// What the variational autoencoders of plain examples share: programs, bounds, training, and what is drawn from them.
// Base of Vae, VampVae, GaussianMixtureVae and HierarchicalVae, which differ in their priors and layers.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A generative half p(z) p(x|z) and an inference half q(z|x), trained together by maximising a bound on log p(x). Kingma &amp;
/// Welling, arXiv:1312.6114.
/// </summary>
public abstract class VariationalAutoencoder : GenerativeModel
{
    private readonly IVae vae;

    private protected VariationalAutoencoder(IVae vae) : base(vae.Parts) => this.vae = vae;

    /// <summary>The generative half, p(z) p(x|z), at some x: the sites of z, and `x`.</summary>
    public Program<ValueTuple> Model(Mode mode, Tensor x) => vae.Model(mode.ToInner(), Guard.Inner(x)).ToFacade();

    /// <summary>A bound on log p(x) for each example, in nats.</summary>
    public Loss Estimate(Mode mode, Bound bound, Tensor x) =>
        new(vae.Estimate(mode.ToInner(), Guard.NotNull(bound).Inner, Guard.Inner(x)));

    /// <summary>
    /// The training loss for any bound, minus its mean over the batch: <c>vae.Objective(Iwae.Bound(particles: 5))</c>. Ask for it
    /// once, and use it for all batches.
    /// </summary>
    public Func<Tensor, Loss> Objective(Bound bound)
    {
        var objective = vae.Objective(Guard.NotNull(bound).Inner);
        return x => new(objective.Invoke(Guard.Inner(x)));
    }

    /// <summary>
    /// The training loss: minus the mean ELBO of the batch, with the terms `reconstruction` and `kl`, or `kl (Monte Carlo)` for
    /// divergences without a closed form.
    /// </summary>
    public Loss Loss(Tensor x) => new(vae.Loss(Guard.Inner(x)));

    /// <summary>The ELBO of each example in nats, one particle, not recorded for differentiation.</summary>
    public Loss Elbo(Tensor x) => new(vae.Elbo(Guard.Inner(x)));

    /// <summary>log p(x) of each example, in nats, by importance sampling from q(z|x).</summary>
    /// <param name="x">The examples.</param>
    /// <param name="samples">Draws for each example, at least 1. Default: 100.</param>
    public Tensor LogEvidence(Tensor x, int samples = 100) => new(vae.LogEvidence(Guard.AtLeast(samples, 1), Guard.Inner(x)));

    /// <summary>The mean of p(x|z) at the mean of q(z|x).</summary>
    public Tensor Reconstruct(Tensor x) => new(vae.Reconstruct(Guard.Inner(x)));

    /// <summary>The mean of p(x|z) for <paramref name="count"/> draws of z from the prior.</summary>
    public Tensor Generate(int count) => new(vae.Generate(Guard.AtLeast(count, 1)));

    /// <summary><paramref name="count"/> draws of x: z from the prior, then x given z.</summary>
    public Tensor Sample(int count) => new(vae.Sample(Guard.AtLeast(count, 1)));

    /// <summary>Trains all of it by maximising the ELBO, on the thread pool.</summary>
    /// <inheritdoc cref="Training.FitAsync{TBatch}"/>
    public Task<TrainingResult> FitAsync(
        Dataset<Tensor> data,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Training.FitAsync(Parameters, Loss, data, options, progress, cancellationToken);
}
