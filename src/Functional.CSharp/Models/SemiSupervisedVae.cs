// The semi-supervised variational autoencoder: labels are latent where they are missing, and observed where they are known.
// A classifier and a generative model from few labels and many examples without.
namespace Functional.CSharp;

/// <summary>
/// A variational autoencoder p(y) p(z) p(x|y, z), with q(y|x) and q(z|x, y). Labels y are values of p(y): vectors with a one and
/// zeros where that is a <see cref="OneHotCategorical"/>. Two bounds on one model: U(x) ≤ log p(x) of examples without labels and
/// L(x, y) ≤ log p(x, y) of those with. Both are estimated from any <see cref="Bound"/>, and a loss is a sum of what is wanted:
/// <see cref="Objective"/> is the paper's. Kingma, Rezende, Mohamed &amp; Welling, arXiv:1406.5298 (their M2).
/// </summary>
public sealed class SemiSupervisedVae : GenerativeModel
{
    /// <summary>
    /// A variational autoencoder from its parts. Encoder and decoder take pairs whose leading axes broadcast
    /// (<see cref="Net.LinearPair"/> makes such networks): one x for every y.
    /// </summary>
    /// <param name="classifier">q(y|x): <c>Net.Mlp(784, 400).Then(Head.OneHotCategorical(10))</c>.</param>
    /// <param name="encoder">
    /// q(z|x, y): <c>Net.LinearPair(784, 10, 400).Then(Activation.Relu).Then(Head.DiagonalNormal(20))</c>.
    /// </param>
    /// <param name="decoder">
    /// p(x|y, z): <c>Net.LinearPair(10, 20, 400).Then(Activation.Relu).Then(Head.Bernoulli(784))</c>.
    /// </param>
    /// <param name="labels">p(y), of finite support: <c>OneHotCategorical.FromLogits(Tensor.Zeros([10]))</c>.</param>
    /// <param name="prior">p(z): <c>Normal.Standard([20])</c>.</param>
    public SemiSupervisedVae(
        Net<Tensor, Distribution> classifier,
        Net<(Tensor X, Tensor Y), Distribution> encoder,
        Net<(Tensor Y, Tensor Z), Distribution> decoder,
        Distribution labels,
        Distribution prior)
        : base(new Functional.SemiSupervisedVae(
            Guard.NotNull(classifier).ToInner(),
            Guard.NotNull(encoder).ToInner(),
            Guard.NotNull(decoder).ToInner(),
            Guard.Inner(labels),
            Guard.Inner(prior))) =>
        (Classifier, Encoder, Decoder, Labels, Prior) = (classifier, encoder, decoder, labels, prior);

    private new Functional.SemiSupervisedVae Inner => (Functional.SemiSupervisedVae)base.Inner;

    /// <summary>q(y|x).</summary>
    public Net<Tensor, Distribution> Classifier { get; }

    /// <summary>q(z|x, y).</summary>
    public Net<(Tensor X, Tensor Y), Distribution> Encoder { get; }

    /// <summary>p(x|y, z).</summary>
    public Net<(Tensor Y, Tensor Z), Distribution> Decoder { get; }

    /// <summary>p(y).</summary>
    public Distribution Labels { get; }

    /// <summary>p(z).</summary>
    public Distribution Prior { get; }

    // ---- programs ----

    /// <summary>The generative half, p(y) p(z) p(x|y, z), at some x: the sites `y`, `z` and `x`.</summary>
    public Program<ValueTuple> Model(Mode mode, Tensor x) =>
        Functional.SemiSupervisedVaeModule.model(mode.ToInner(), Inner, Guard.Inner(x)).ToFacade();

    /// <summary>The inference half, q(y|x) q(z|x, y): the sites `y` and `z`, which it returns.</summary>
    public Program<Tensor> Guide(Mode mode, Tensor x) =>
        Functional.SemiSupervisedVaeModule.guide(mode.ToInner(), Inner, Guard.Inner(x)).ToFacade();

    /// <summary>The generative half with the labels observed, at some x and y.</summary>
    /// <exception cref="ArgumentException">There are not as many labels as examples.</exception>
    public Program<ValueTuple> LabelledModel(Mode mode, (Tensor X, Tensor Y) batch) =>
        Functional.SemiSupervisedVaeModule.labelledModel(
            mode.ToInner(), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Y)).ToFacade();

    /// <summary>The inference half where the label is known, q(z|x, y): the site `z`.</summary>
    public Program<Tensor> LabelledGuide(Mode mode, (Tensor X, Tensor Y) batch) =>
        Functional.SemiSupervisedVaeModule.labelledGuide(
            mode.ToInner(), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Y)).ToFacade();

    // ---- bounds and losses ----

    /// <summary>
    /// U(x), a bound on log p(x) for each example, in nats. An ELBO of one particle has the sum over labels written out:
    /// Σ_y q(y|x) [L(x, y) - log q(y|x)], equation 7. Every other bound draws y from q(y|x), and its estimator says how that draw
    /// is differentiated (the standard one, by its score).
    /// </summary>
    public Loss Estimate(Mode mode, Bound bound, Tensor x) =>
        new(Functional.SemiSupervisedVaeModule.estimate(
            mode.ToInner(), Guard.NotNull(bound).Inner, Inner, Guard.Inner(x)));

    /// <summary>L(x, y), a bound on log p(x, y) for each example, in nats: equation 6.</summary>
    /// <exception cref="ArgumentException">There are not as many labels as examples.</exception>
    public Loss EstimateLabelled(Mode mode, Bound bound, (Tensor X, Tensor Y) batch) =>
        new(Functional.SemiSupervisedVaeModule.estimateLabelled(
            mode.ToInner(), Guard.NotNull(bound).Inner, Inner, Guard.Inner(batch.X), Guard.Inner(batch.Y)));

    /// <summary>The loss of examples without labels, for any bound: minus the mean of U(x).</summary>
    public Func<Tensor, Loss> UnlabelledObjective(Bound bound)
    {
        var objective = Functional.SemiSupervisedVaeModule.unlabelledObjective(Guard.NotNull(bound).Inner, Inner);
        return x => new(objective.Invoke(Guard.Inner(x)));
    }

    /// <summary>
    /// The loss of examples with labels, for any bound: minus the mean of L(x, y). The classifier has no part in it.
    /// </summary>
    public Func<(Tensor X, Tensor Y), Loss> LabelledObjective(Bound bound)
    {
        var objective = Functional.SemiSupervisedVaeModule.labelledObjective(Guard.NotNull(bound).Inner, Inner);
        return batch => new(objective.Invoke(new(Guard.Inner(batch.X), Guard.Inner(batch.Y))));
    }

    /// <summary>The loss of the classifier alone: the mean of -log q(y|x), in nats; a single term `classification`.</summary>
    public Loss Classification((Tensor X, Tensor Y) batch) =>
        new(Functional.SemiSupervisedVaeModule.classification(Inner, Guard.Inner(batch.X), Guard.Inner(batch.Y)));

    /// <summary>
    /// The training loss of a pair of batches, labelled (x, y) and unlabelled x: mean(-U) + mean(-L) + α · mean(-log q(y|x)),
    /// which is equation 9 for batches that hold both kinds in equal measure. Terms are those of both bounds, as `labelled kl`
    /// and `unlabelled kl`, and `classification`. For other proportions add the three losses with weights of your own. Ask for it
    /// once, and use it for all batches.
    /// </summary>
    /// <param name="alpha">α, at least 0.</param>
    /// <param name="bound">The bound on both.</param>
    /// <exception cref="ArgumentException">α is negative.</exception>
    public Func<((Tensor X, Tensor Y) Labelled, Tensor Unlabelled), Loss> Objective(double alpha, Bound bound)
    {
        var objective = Functional.SemiSupervisedVaeModule.objective(alpha, Guard.NotNull(bound).Inner, Inner);
        return batch => new(objective.Invoke(
            new(new(Guard.Inner(batch.Labelled.X), Guard.Inner(batch.Labelled.Y)), Guard.Inner(batch.Unlabelled))));
    }

    // ---- use ----

    /// <summary>log p(x) of each example, in nats, by importance sampling from the guide.</summary>
    /// <param name="x">The examples.</param>
    /// <param name="samples">Draws for each example, at least 1. Default: 100.</param>
    public Tensor LogEvidence(Tensor x, int samples = 100) =>
        new(Functional.SemiSupervisedVaeModule.logEvidence(Guard.AtLeast(samples, 1), Inner, Guard.Inner(x)));

    /// <summary>log p(x, y) of each example with its label, in nats, by importance sampling from the encoder.</summary>
    /// <param name="batch">The examples and their labels.</param>
    /// <param name="samples">Draws for each example, at least 1. Default: 100.</param>
    /// <exception cref="ArgumentException">There are not as many labels as examples.</exception>
    public Tensor LabelledLogEvidence((Tensor X, Tensor Y) batch, int samples = 100) =>
        new(Functional.SemiSupervisedVaeModule.labelledLogEvidence(
            Guard.AtLeast(samples, 1), Inner, Guard.Inner(batch.X), Guard.Inner(batch.Y)));

    /// <summary>The most probable label of each example under q(y|x).</summary>
    public Tensor Classify(Tensor x) => new(Functional.SemiSupervisedVaeModule.classify(Inner, Guard.Inner(x)));

    /// <summary>The mean of p(x|y, z) at the most probable label and the mean of q(z|x, y).</summary>
    public Tensor Reconstruct(Tensor x) => new(Functional.SemiSupervisedVaeModule.reconstruct(Inner, Guard.Inner(x)));

    /// <summary>
    /// The mean of p(x|y, z) for <paramref name="count"/> draws of z from the prior and one label y: the same in all styles.
    /// </summary>
    public Tensor GenerateOf(Tensor y, int count) =>
        new(Functional.SemiSupervisedVaeModule.generateOf(Guard.Inner(y), Guard.AtLeast(count, 1), Inner));

    /// <summary>The mean of p(x|y, z) for <paramref name="count"/> draws of y and z.</summary>
    public Tensor Generate(int count) => new(Functional.SemiSupervisedVaeModule.generate(Guard.AtLeast(count, 1), Inner));

    /// <summary><paramref name="count"/> draws of x: y and z from their priors, then x given both.</summary>
    public Tensor Sample(int count) => new(Functional.SemiSupervisedVaeModule.sample(Guard.AtLeast(count, 1), Inner));

    /// <summary>
    /// Trains all three networks with <see cref="Objective"/> of the ELBO, on the thread pool. Data are labelled examples beside
    /// unlabelled ones, as many of each: <c>images.Zip(labels).Cycle(others.Length).Zip(others)</c>.
    /// </summary>
    /// <param name="alpha">α, the weight of the classifier's loss, at least 0.</param>
    /// <param name="data">Where the batches come from.</param>
    /// <param name="options">How to train. Default: 10 epochs, batches of 128, Adam with rate 1e-3.</param>
    /// <param name="progress">Told every 20 steps where training is. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each step.</param>
    /// <inheritdoc cref="Training.FitAsync{TBatch}"/>
    public Task<TrainingResult> FitAsync(
        double alpha,
        Dataset<((Tensor X, Tensor Y) Labelled, Tensor Unlabelled)> data,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Training.FitAsync(Parameters, Objective(alpha, Elbo.Bound()), data, options, progress, cancellationToken);
}
