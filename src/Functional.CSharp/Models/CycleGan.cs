// The cycle-consistent adversarial network: translates between two kinds of data without pairs of examples.
// Build it, train it with FitAsync, translate with ToY and ToX.
namespace Functional.CSharp;

/// <summary>
/// A cycle-consistent adversarial network: two generators, each turning one kind of data into the other, and a critic of each kind.
/// Which of the maps that carry one distribution to the other is learned, the data do not say. Batches are an x and a y that have
/// nothing to do with each other. Zhu, Park, Isola &amp; Efros, arXiv:1703.10593.
/// </summary>
public sealed class CycleGan : AdversarialModel<(Tensor X, Tensor Y)>
{
    /// <summary>A cycle-consistent adversarial network from its parts.</summary>
    /// <param name="generatorOfY">x to y.</param>
    /// <param name="generatorOfX">y to x.</param>
    /// <param name="criticOfX">x to a number for each example or patch, without a last activation.</param>
    /// <param name="criticOfY">The same for y.</param>
    public CycleGan(
        Net<Tensor, Tensor> generatorOfY,
        Net<Tensor, Tensor> generatorOfX,
        Net<Tensor, Tensor> criticOfX,
        Net<Tensor, Tensor> criticOfY)
        : base(new Functional.CycleGan(
            Guard.NotNull(generatorOfY).ToInner(),
            Guard.NotNull(generatorOfX).ToInner(),
            Guard.NotNull(criticOfX).ToInner(),
            Guard.NotNull(criticOfY).ToInner())) =>
        (GeneratorOfY, GeneratorOfX, CriticOfX, CriticOfY) = (generatorOfY, generatorOfX, criticOfX, criticOfY);

    private new Functional.CycleGan Inner => (Functional.CycleGan)base.Inner;

    /// <summary>x to y.</summary>
    public Net<Tensor, Tensor> GeneratorOfY { get; }

    /// <summary>y to x.</summary>
    public Net<Tensor, Tensor> GeneratorOfX { get; }

    /// <summary>x to a number for each example.</summary>
    public Net<Tensor, Tensor> CriticOfX { get; }

    /// <summary>y to a number for each example.</summary>
    public Net<Tensor, Tensor> CriticOfY { get; }

    /// <summary>
    /// What both generators minimise: adversarial + cycle · E[|ToX(ToY(x)) - x| + |ToY(ToX(y)) - y|] +
    /// identity · E[|ToY(y) - y| + |ToX(x) - x|], absolute differences averaged over components.
    /// </summary>
    public Loss GeneratorLoss(AdversarialOptions options, (Tensor X, Tensor Y) batch, double cycle = 10, double identity = 0) =>
        new(Functional.CycleGanModule.generatorLoss(Guard.NotNull(options).ToInner(), cycle, identity, Inner)
            .Invoke(new(Guard.Inner(batch.X), Guard.Inner(batch.Y))));

    /// <summary>
    /// The players `critic of x`, `critic of y` and `generators`, for <see cref="Training.PlayAsync{TBatch}"/>.
    /// </summary>
    /// <param name="options">
    /// Default: <see cref="AdversarialOptions.NonSaturating"/> with <see cref="Adversarial.LeastSquares"/>, the authors' loss.
    /// </param>
    /// <param name="cycle">The weight of the way there and back. Default: 10.</param>
    /// <param name="identity">The weight of leaving alone what is of the right kind already. Default: 0.</param>
    public IReadOnlyList<Player<(Tensor X, Tensor Y)>> Players(
        AdversarialOptions? options = null, double cycle = 10, double identity = 0) =>
        Adapted(
            Functional.CycleGanModule.players(
                (options ?? AdversarialOptions.NonSaturating with { Loss = Adversarial.LeastSquares }).ToInner(),
                cycle,
                identity,
                Inner),
            batch => new(Guard.Inner(batch.X), Guard.Inner(batch.Y)));

    /// <summary>The players with the weights that <c>FitAsync</c> has: 10 for the cycle and 0 for the identity.</summary>
    /// <inheritdoc cref="Players(AdversarialOptions?, double, double)"/>
    public override IReadOnlyList<Player<(Tensor X, Tensor Y)>> Players(AdversarialOptions? options = null) =>
        Players(options, cycle: 10);

    /// <summary>The y that each x becomes. Not recorded for differentiation.</summary>
    public Tensor ToY(Tensor x) => new(Functional.CycleGanModule.toY(Inner, Guard.Inner(x)));

    /// <summary>The x that each y becomes. Not recorded for differentiation.</summary>
    public Tensor ToX(Tensor y) => new(Functional.CycleGanModule.toX(Inner, Guard.Inner(y)));
}
