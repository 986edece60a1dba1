// The conditional variational autoencoder: a generative model of x for every context c.
// Structured prediction, such as the missing part of an image from the rest.
using InnerTensor = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>
/// A conditional variational autoencoder: p(z|c), q(z|x, c) and p(x|z, c). Networks of two inputs begin with
/// <see cref="Net.Join"/>. Its functions take batches of pairs: the examples x and their contexts c. Sohn, Lee &amp; Yan, NeurIPS
/// 2015.
/// </summary>
public sealed class ConditionalVae : GenerativeModel
{
    private readonly Func<Tuple<InnerTensor, InnerTensor>, Functional.Loss> loss;

    /// <summary>A conditional variational autoencoder from its parts.</summary>
    /// <param name="prior">p(z|c): <c>Net.Mlp(10, 400).Then(Head.DiagonalNormal(20))</c>.</param>
    /// <param name="encoder">
    /// q(z|x, c), from the pair of x and c: <c>Net.Join.Then(Net.Mlp(784 + 10, 400)).Then(Head.DiagonalNormal(20))</c>.
    /// </param>
    /// <param name="decoder">
    /// p(x|z, c), from the pair of z and c: <c>Net.Join.Then(Net.Mlp(20 + 10, 400)).Then(Head.Bernoulli(784))</c>.
    /// </param>
    public ConditionalVae(
        Net<Tensor, Distribution> prior,
        Net<(Tensor X, Tensor Context), Distribution> encoder,
        Net<(Tensor Z, Tensor Context), Distribution> decoder)
        : base(new Functional.ConditionalVae(
            Guard.NotNull(prior).ToInner(), Guard.NotNull(encoder).ToInner(), Guard.NotNull(decoder).ToInner()))
    {
        (Prior, Encoder, Decoder) = (prior, encoder, decoder);
        loss = Functional.ConditionalVaeModule.loss(Inner).Invoke;
    }

    internal new Functional.ConditionalVae Inner => (Functional.ConditionalVae)base.Inner;

    /// <summary>p(z|c).</summary>
    public Net<Tensor, Distribution> Prior { get; }

    /// <summary>q(z|x, c).</summary>
    public Net<(Tensor X, Tensor Context), Distribution> Encoder { get; }

    /// <summary>p(x|z, c).</summary>
    public Net<(Tensor Z, Tensor Context), Distribution> Decoder { get; }

    /// <summary>The generative half, p(z|c) p(x|z, c), at some x: the sites `z` and `x`.</summary>
    public Program<ValueTuple> Model(Mode mode, (Tensor X, Tensor Context) batch) =>
        Functional.ConditionalVaeModule.model(mode.ToInner(), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)).ToFacade();

    /// <summary>The inference half, q(z|x, c): the site `z`.</summary>
    public Program<Tensor> Guide(Mode mode, (Tensor X, Tensor Context) batch) =>
        Functional.ConditionalVaeModule.guide(mode.ToInner(), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)).ToFacade();

    /// <summary>A bound on log p(x|c) for each example, in nats.</summary>
    public Loss Estimate(Mode mode, Bound bound, (Tensor X, Tensor Context) batch) =>
        new(Functional.ConditionalVaeModule.estimate(
            mode.ToInner(), Guard.NotNull(bound).Inner, Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)));

    /// <inheritdoc cref="VariationalAutoencoder.Objective"/>
    public Func<(Tensor X, Tensor Context), Loss> Objective(Bound bound)
    {
        var objective = Functional.ConditionalVaeModule.objective(Guard.NotNull(bound).Inner, Inner);
        return batch => new(objective.Invoke(new(Guard.Inner(batch.X), Guard.Inner(batch.Context))));
    }

    /// <summary>The training loss: minus the mean ELBO of the batch, with terms `reconstruction` and `kl`.</summary>
    public Loss Loss((Tensor X, Tensor Context) batch) => new(loss(new(Guard.Inner(batch.X), Guard.Inner(batch.Context))));

    /// <summary>The ELBO of each example in nats, one particle, not recorded for differentiation.</summary>
    public Loss Elbo((Tensor X, Tensor Context) batch) =>
        new(Functional.ConditionalVaeModule.elbo(Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)));

    /// <summary>log p(x|c) of each example, in nats, by importance sampling from the encoder.</summary>
    /// <param name="batch">The examples and their contexts.</param>
    /// <param name="samples">Draws for each example, at least 1. Default: 100.</param>
    public Tensor LogEvidence((Tensor X, Tensor Context) batch, int samples = 100) =>
        new(Functional.ConditionalVaeModule.logEvidence(
            Guard.AtLeast(samples, 1), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)));

    /// <summary>The mean of p(x|z, c) at the mean of q(z|x, c).</summary>
    public Tensor Reconstruct((Tensor X, Tensor Context) batch) =>
        new(Functional.ConditionalVaeModule.reconstruct(Inner, Guard.Inner(batch.X), Guard.Inner(batch.Context)));

    /// <summary>
    /// The mean of p(x|z, c) for <paramref name="count"/> draws of z from p(z|c), for each context: [count; batch; event].
    /// </summary>
    public Tensor Generate(int count, Tensor context) =>
        new(Functional.ConditionalVaeModule.generate(Guard.AtLeast(count, 1), Inner, Guard.Inner(context)));

    /// <summary><paramref name="count"/> draws from p(x|c) for each context: [count; batch; event].</summary>
    public Tensor Sample(int count, Tensor context) =>
        new(Functional.ConditionalVaeModule.sample(Guard.AtLeast(count, 1), Inner, Guard.Inner(context)));

    /// <summary>Trains the three networks by maximising the ELBO, on the thread pool.</summary>
    /// <inheritdoc cref="Training.FitAsync{TBatch}"/>
    public Task<TrainingResult> FitAsync(
        Dataset<(Tensor X, Tensor Context)> data,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Training.FitAsync(Parameters, Loss, data, options, progress, cancellationToken);
}
