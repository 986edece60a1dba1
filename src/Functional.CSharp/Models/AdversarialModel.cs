// What adversarial models share: they are games, and training plays them.
// Base of Gan, ConditionalGan, Bigan, CycleGan and AdversarialAutoencoder.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A model whose networks are trained against each other: critics, and what they judge.</summary>
/// <typeparam name="TBatch">What the losses are computed from.</typeparam>
public abstract class AdversarialModel<TBatch> : GenerativeModel
{
    private protected AdversarialModel(Functional.IModel inner) : base(inner)
    {
    }

    /// <summary>The players of the game, for <see cref="Training.PlayAsync{TBatch}"/>.</summary>
    /// <param name="options">Default: <see cref="AdversarialOptions.NonSaturating"/>.</param>
    public abstract IReadOnlyList<Player<TBatch>> Players(AdversarialOptions? options = null);

    /// <summary>Trains all networks against each other, on the thread pool.</summary>
    /// <param name="data">Where the batches come from.</param>
    /// <param name="adversarial">The loss and both optimizers. Default: as in <see cref="Players"/>.</param>
    /// <param name="options">Epochs, batch size, checkpoints. Default: 10 epochs, batches of 128.</param>
    /// <param name="progress">Told every 20 rounds where training is. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each round.</param>
    /// <exception cref="TrainingCanceledException">The token was cancelled; the weights are those of the last round.</exception>
    /// <exception cref="NotFiniteNumberException">A term or a weight became NaN or infinite.</exception>
    public Task<TrainingResult> FitAsync(
        Dataset<TBatch> data,
        AdversarialOptions? adversarial = null,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Training.PlayAsync(Players(adversarial), data, options, progress, cancellationToken);

    private protected static IReadOnlyList<Player<TBatch>> Adapted<TInner>(
        IEnumerable<Functional.Player<TInner>> players, Func<TBatch, TInner> unwrap) =>
        [.. players.Select(player => new Player<TBatch>(PlayerBridge.adapt(unwrap, player)))];
}
