// How an adversarial model is trained: its loss, what keeps the critic in bounds, both optimizers.
// Shared by Gan and the models beside it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// How to train critics and generators. Start from a recipe of a paper and change what differs:
/// <c>AdversarialOptions.NonSaturating with { Penalty = CriticPenalty.R1(1) }</c>.
/// </summary>
public sealed record AdversarialOptions
{
    private AdversarialOptions(Functional.AdversarialOptions recipe)
    {
        Loss = new(recipe.Loss);
        Penalty = AdversarialBridge.penaltyOf(recipe) is { } penalty ? new(penalty) : null;
        Clip = AdversarialBridge.clipOf(recipe);
        CriticOptimizer = new(recipe.CriticOptimizer);
        GeneratorOptimizer = new(recipe.GeneratorOptimizer);
        CriticSteps = recipe.CriticSteps;
    }

    /// <summary>
    /// The non-saturating loss, Adam with rate 2e-4 and β₁ = 0.5 for both, step by step in turn. Radford, Metz &amp; Chintala,
    /// arXiv:1511.06434, section 4.
    /// </summary>
    public static AdversarialOptions NonSaturating { get; } = new(Functional.AdversarialOptionsModule.nonSaturating);

    /// <summary>
    /// The Wasserstein loss with a gradient penalty of 10, Adam with rate 1e-4, β₁ = 0 and β₂ = 0.9, five steps of the critic for one
    /// of the generator. Gulrajani et al., arXiv:1704.00028, algorithm 1.
    /// </summary>
    public static AdversarialOptions Wasserstein { get; } = new(Functional.AdversarialOptionsModule.wasserstein);

    /// <summary>
    /// The Wasserstein loss with the critic's weights clipped to ±0.01, five steps of the critic: the crudest way to bound slopes.
    /// Arjovsky, Chintala &amp; Bottou, arXiv:1701.07875, algorithm 1.
    /// </summary>
    public static AdversarialOptions ClippedWasserstein { get; } = new(Functional.AdversarialOptionsModule.clippedWasserstein);

    /// <summary>What critic and generator minimise.</summary>
    public AdversarialLoss Loss { get; init => field = Guard.NotNull(value, nameof(Loss)); }

    /// <summary>Added to the critic's loss; null for none.</summary>
    public CriticPenalty? Penalty { get; init; }

    /// <summary>Keeps all the critic's weights between ±Clip after each of its steps; null to leave them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public double? Clip { get; init => field = value is { } bound ? Guard.Positive(bound, nameof(Clip)) : null; }

    /// <summary>How the critic's weights change.</summary>
    public Optimizer CriticOptimizer { get; init => field = Guard.NotNull(value, nameof(CriticOptimizer)); }

    /// <summary>How the generator's weights change.</summary>
    public Optimizer GeneratorOptimizer { get; init => field = Guard.NotNull(value, nameof(GeneratorOptimizer)); }

    /// <summary>The critic's steps for one of the generator, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int CriticSteps { get; init => field = Guard.AtLeast(value, 1, nameof(CriticSteps)); }

    internal Functional.AdversarialOptions ToInner() =>
        AdversarialBridge.options(
            Loss.Inner, Penalty?.Inner, Clip, CriticOptimizer.Inner, GeneratorOptimizer.Inner, CriticSteps);

    internal static Functional.AdversarialOptions Inner(AdversarialOptions? options) => (options ?? NonSaturating).ToInner();

    /// <summary>Brings every trained number of these parameters between ±bound, in place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public static void ClipWeights(double bound, IReadOnlyList<Parameter> parameters) =>
        AdversarialBridge.clipWeights(Guard.Positive(bound), Guard.Inner(parameters));

    /// <summary>What a critic minimises: the loss of its outputs on data and samples, and the penalty if there is one.</summary>
    public Loss CriticLoss(Func<Tensor, Tensor> critic, Tensor real, Tensor fake) =>
        new(AdversarialBridge.criticLoss(ToInner(), CriticPenalty.Function(critic), Guard.Inner(real), Guard.Inner(fake)));

    /// <summary>
    /// What a generator minimises: the loss of the critic's outputs on its samples. The term `variance ratio` is observed beside it.
    /// </summary>
    public Loss GeneratorLoss(Func<Tensor, Tensor> critic, Tensor real, Tensor fake) =>
        new(AdversarialBridge.generatorLoss(ToInner(), CriticPenalty.Function(critic), Guard.Inner(real), Guard.Inner(fake)));

    /// <summary>The critic as a player, with its optimizer, its steps and the clipping of its weights.</summary>
    public Player<TBatch> Critic<TBatch>(string name, IReadOnlyList<Parameter> parameters, Func<TBatch, Loss> objective)
    {
        Guard.NotNull(objective);
        return new(AdversarialBridge.criticPlayer<TBatch>(
            ToInner(), Guard.Path(name), Guard.Inner(parameters), batch => Guard.Returned(objective(batch), nameof(objective)).Inner));
    }

    /// <summary>The generator as a player.</summary>
    public Player<TBatch> Generator<TBatch>(string name, IReadOnlyList<Parameter> parameters, Func<TBatch, Loss> objective)
    {
        Guard.NotNull(objective);
        return new(AdversarialBridge.generatorPlayer<TBatch>(
            ToInner(), Guard.Path(name), Guard.Inner(parameters), batch => Guard.Returned(objective(batch), nameof(objective)).Inner));
    }
}
