// Adversarial losses and penalties: what a critic minimises to tell data from samples, and what a generator minimises to be taken for data.
// Gan and the models beside it are trained with them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// The two sides of a game between a critic V, trained on data p and samples q, and the generator of the samples. Both losses are
/// computed from the critic's raw outputs, and are scalars to be minimised. An output is one number for each example, [batch] or
/// [batch; 1], or one for each patch of an image, [batch; 1; ...], over all of which the losses average; features for an MMD-GAN.
/// </summary>
public sealed class AdversarialLoss
{
    internal AdversarialLoss(Functional.AdversarialLoss inner) => Inner = inner;

    /// <summary>A loss of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="formula">Both losses, in V.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="critic">Outputs on data and on samples to the critic's loss.</param>
    /// <param name="generator">
    /// Outputs on data, to be asked for only where they are needed, and on samples to the generator's loss.
    /// </param>
    /// <param name="isZeroSum">Whether the generator maximises what the critic minimises. Default: false.</param>
    /// <param name="saturates">
    /// Whether a critic that tells every sample from the data leaves the generator little to learn from. Default: true.
    /// </param>
    /// <param name="ofFeatures">Whether the critic's outputs are features, compared as rows, and not numbers. Default: false.</param>
    public AdversarialLoss(
        string name,
        string formula,
        string source,
        Func<Tensor, Tensor, Tensor> critic,
        Func<Func<Tensor>, Tensor, Tensor> generator,
        bool isZeroSum = false,
        bool saturates = true,
        bool ofFeatures = false)
    {
        Guard.NotNull(critic);
        Guard.NotNull(generator);
        Inner = AdversarialBridge.loss(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            (real, fake) => Guard.Inner(critic(new(real), new(fake))),
            (real, fake) => Guard.Inner(generator(() => new(real()), new(fake))),
            isZeroSum,
            saturates,
            ofFeatures);
    }

    internal Functional.AdversarialLoss Inner { get; }

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>Both losses, in V.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>Whether the generator maximises what the critic minimises.</summary>
    public bool IsZeroSum => Inner.IsZeroSum;

    /// <summary>Whether a critic that tells every sample from the data leaves the generator little to learn from.</summary>
    public bool Saturates => Inner.Saturates;

    /// <summary>Whether the critic's outputs are features, rows that are compared with each other, and not numbers.</summary>
    public bool OfFeatures => Inner.OfFeatures;

    /// <summary>The critic's loss, from its outputs on data and on samples.</summary>
    public Tensor Critic(Tensor real, Tensor fake) => new(AdversarialBridge.critic(Inner, Guard.Inner(real), Guard.Inner(fake)));

    /// <summary>The generator's loss, from the critic's outputs on data and on samples.</summary>
    public Tensor Generator(Tensor real, Tensor fake) =>
        new(AdversarialBridge.generator(Inner, Guard.Inner(real), Guard.Inner(fake)));

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}

/// <summary>Losses of adversarial training, and what a critic and a generator minimise with them.</summary>
public static class Adversarial
{
    /// <summary>The name of the term that tells how often a critic ranks data above samples.</summary>
    public const string AccuracyTerm = Functional.AdversarialModule.AccuracyTerm;

    /// <summary>The name of the term that holds the variance of samples over that of data.</summary>
    public const string VarianceRatioTerm = Functional.AdversarialModule.VarianceRatioTerm;

    /// <summary>
    /// The original game: with D = sigmoid V the critic maximises E_p[log D] + E_q[log(1 - D)], which the generator minimises. Its
    /// gradient vanishes where the critic is sure of itself: for training take <see cref="NonSaturating"/>. Goodfellow et al.,
    /// arXiv:1406.2661, equation 1.
    /// </summary>
    public static AdversarialLoss Saturating { get; } = new(Functional.AdversarialModule.saturating);

    /// <summary>The original critic, and a generator that maximises E_q[log D]. Goodfellow et al., section 3.</summary>
    public static AdversarialLoss NonSaturating { get; } = new(Functional.AdversarialModule.nonSaturating);

    /// <summary>
    /// Least squares: the critic regresses 1 on data and 0 on samples, and the generator wants 1. Mao et al., arXiv:1611.04076.
    /// </summary>
    public static AdversarialLoss LeastSquares { get; } = new(Functional.AdversarialModule.leastSquares);

    /// <summary>The hinge loss: outputs beyond ±1 on the right side cost nothing. Lim &amp; Ye, arXiv:1705.02894.</summary>
    public static AdversarialLoss Hinge { get; } = new(Functional.AdversarialModule.hinge);

    /// <summary>
    /// Wasserstein: the critic's slopes have to be kept to 1, by a gradient penalty, spectral normalisation, or clipped weights.
    /// Arjovsky, Chintala &amp; Bottou, arXiv:1701.07875, equation 2.
    /// </summary>
    public static AdversarialLoss Wasserstein { get; } = new(Functional.AdversarialModule.wasserstein);

    /// <summary>
    /// MMD-GAN: the unbiased squared maximum mean discrepancy between the critic's features of data and samples. Li et al.,
    /// arXiv:1705.08584.
    /// </summary>
    public static AdversarialLoss Mmd(Kernel kernel) => new(Functional.AdversarialModule.mmd(Guard.NotNull(kernel).Inner));

    /// <summary>The table.</summary>
    public static IReadOnlyList<AdversarialLoss> All { get; } =
        Array.ConvertAll(AdversarialBridge.all(), loss => new AdversarialLoss(loss));

    /// <summary>
    /// How often the critic ranks an example of the data above a sample, over all pairs of a batch: ½ when it cannot tell them
    /// apart, 1 when it always does. A scalar, not recorded for differentiation.
    /// </summary>
    public static Tensor Accuracy(Tensor real, Tensor fake) =>
        new(Functional.AdversarialModule.accuracy(Guard.Inner(real), Guard.Inner(fake)));

    /// <summary>
    /// The variance of samples over that of data, both summed over all components: near 0 where the generator has collapsed. A
    /// scalar, not recorded for differentiation.
    /// </summary>
    public static Tensor VarianceRatio(Tensor real, Tensor fake) =>
        new(Functional.AdversarialModule.varianceRatio(Guard.Inner(real), Guard.Inner(fake)));

    /// <summary>What a critic minimises, from its outputs on data and on samples.</summary>
    /// <exception cref="ArgumentException">
    /// The outputs have no axis for the batch, or are features, [batch; many], where the loss takes numbers.
    /// </exception>
    public static Loss OfCritic(AdversarialLoss loss, Tensor real, Tensor fake) =>
        new(Functional.AdversarialModule.ofCritic(Guard.NotNull(loss).Inner, Guard.Inner(real), Guard.Inner(fake)));

    /// <summary>
    /// What a generator minimises, from the critic's outputs on data, which are asked for where the loss needs them, and on samples.
    /// </summary>
    /// <inheritdoc cref="OfCritic" path="/exception"/>
    public static Loss OfGenerator(AdversarialLoss loss, Func<Tensor> real, Tensor fake)
    {
        Guard.NotNull(real);
        return new(AdversarialBridge.ofGenerator(Guard.NotNull(loss).Inner, () => Guard.Inner(real()), Guard.Inner(fake)));
    }

    /// <summary>
    /// What the networks on both sides of a joint critic minimise, such as the encoder and the generator of a BiGAN: minus the
    /// critic's loss where the game is zero-sum, otherwise the critic's loss with data and samples exchanged.
    /// </summary>
    /// <inheritdoc cref="OfCritic" path="/exception"/>
    public static Loss OfBothSides(AdversarialLoss loss, Tensor real, Tensor fake) =>
        new(Functional.AdversarialModule.ofBothSides(Guard.NotNull(loss).Inner, Guard.Inner(real), Guard.Inner(fake)));
}

/// <summary>What keeps a critic's slope in bounds: a term that is added to its loss.</summary>
public sealed class CriticPenalty
{
    internal CriticPenalty(Functional.CriticPenalty inner) => Inner = inner;

    /// <summary>A penalty of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="formula">What it computes.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="value">The critic as a function of examples, data, and samples to a scalar.</param>
    public CriticPenalty(string name, string formula, string source, Func<Func<Tensor, Tensor>, Tensor, Tensor, Tensor> value)
    {
        Guard.NotNull(value);
        Inner = AdversarialBridge.penalty(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            (critic, real, fake) => Guard.Inner(value(x => new(critic(Guard.Inner(x))), new(real), new(fake))));
    }

    internal Functional.CriticPenalty Inner { get; }

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>What it computes.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it comes from.</summary>
    public string Source => Inner.Source;

    /// <summary>
    /// weight · E[(‖∇V(x̂)‖ - 1)²] at points on the way from data to samples. Gulrajani et al., arXiv:1704.00028, equation 3.
    /// </summary>
    /// <param name="weight">Positive. Default: 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not positive.</exception>
    public static CriticPenalty Gradient(double weight = 10) => new(Functional.CriticPenaltyModule.gradient(Guard.Positive(weight)));

    /// <summary>
    /// weight/2 · E[‖∇V(x)‖²] on the data: for any loss. Mescheder, Geiger &amp; Nowozin, arXiv:1801.04406, equation 9.
    /// </summary>
    /// <param name="weight">Positive. Default: 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not positive.</exception>
    public static CriticPenalty R1(double weight = 10) => new(Functional.CriticPenaltyModule.r1(Guard.Positive(weight)));

    /// <summary>The table, with the weights of the papers.</summary>
    public static IReadOnlyList<CriticPenalty> All { get; } =
        Array.ConvertAll(AdversarialBridge.penalties(), penalty => new CriticPenalty(penalty));

    /// <summary>‖∇V(x)‖² of each example: [batch; ...] to [batch].</summary>
    public static Tensor SquaredSlope(Func<Tensor, Tensor> critic, Tensor x) =>
        new(AdversarialBridge.squaredSlope(Function(critic), Guard.Inner(x)));

    /// <summary>The penalty of a critic, a scalar.</summary>
    public Tensor Value(Func<Tensor, Tensor> critic, Tensor real, Tensor fake) =>
        new(AdversarialBridge.penaltyValue(Inner, Function(critic), Guard.Inner(real), Guard.Inner(fake)));

    /// <summary>The penalty as a term `penalty` of the critic's loss.</summary>
    public Loss Term(Func<Tensor, Tensor> critic, Tensor real, Tensor fake) =>
        new(AdversarialBridge.penaltyTerm(Inner, Function(critic), Guard.Inner(real), Guard.Inner(fake)));

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    internal static Func<Functional.Tensors.Tensor, Functional.Tensors.Tensor> Function(Func<Tensor, Tensor> critic)
    {
        Guard.NotNull(critic);
        return x => Guard.Inner(critic(new(x)));
    }
}
