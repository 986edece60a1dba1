// Players: who minimises what in a training run.
// Training.PlayAsync takes a list of them; adversarial models make theirs.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// One side of a game: its own parameters, loss and optimizer. In each round it takes <see cref="Steps"/> steps, the first on the
/// first batch of the round, the next on the second; what other players' parameters do to its loss is not its business.
/// </summary>
/// <typeparam name="TBatch">What its loss is computed from.</typeparam>
public sealed class Player<TBatch>
{
    internal Player(Functional.Player<TBatch> inner) => Inner = inner;

    /// <summary>
    /// A player that takes one step a round:
    /// <c>new Player&lt;Tensor&gt;("critic", critic.Parameters, Loss, Optimizer.Adam()) { Steps = 5 }</c>.
    /// </summary>
    /// <param name="name">Put before the names of its terms, and of its parameters in checkpoints, where there are several.</param>
    /// <param name="parameters">What it changes; another player may change some of it too, with an optimizer of its own.</param>
    /// <param name="objective">What it minimises: a scalar for each batch.</param>
    /// <param name="optimizer">How gradients change the parameters.</param>
    public Player(string name, IReadOnlyList<Parameter> parameters, Func<TBatch, Loss> objective, Optimizer optimizer)
    {
        Guard.NotNull(objective);
        Inner = PlayerBridge.create<TBatch>(
            Guard.Path(name),
            Guard.NotNull(optimizer).Inner,
            Guard.Inner(parameters),
            batch => Guard.Returned(objective(batch), nameof(objective)).Inner);
    }

    internal Functional.Player<TBatch> Inner { get; private init; }

    /// <summary>Put before the names of its terms, and of its parameters in checkpoints, where there are several players.</summary>
    public string Name => Inner.Name;

    /// <summary>What it changes.</summary>
    public IReadOnlyList<Parameter> Parameters =>
        Array.ConvertAll(PlayerBridge.parameters(Inner), parameter => new Parameter(parameter));

    /// <summary>How gradients change the parameters.</summary>
    public Optimizer Optimizer => new(Inner.Optimizer);

    /// <summary>Optimizer steps a round, at least 1. Default: 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Steps
    {
        get => Inner.Steps;
        init => Inner = PlayerBridge.withSteps(Guard.AtLeast(value, 1, nameof(Steps)), Inner);
    }

    /// <summary>
    /// Called after each of its steps, not recorded for differentiation: the place to clip weights. Default: nothing.
    /// </summary>
    public Action AfterStep
    {
        get => PlayerBridge.afterStep(Inner);
        init => Inner = PlayerBridge.withAfterStep(Guard.NotNull(value, nameof(AfterStep)), Inner);
    }

    /// <summary>What it minimises: a scalar for each batch.</summary>
    public Loss Objective(TBatch batch) => new(PlayerBridge.loss(Inner, batch));
}
