// The cycle-consistent adversarial network: translates between two kinds of data without pairs of examples.
// Build it, train it with FitAsync, translate with ToY and ToX.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A cycle-consistent adversarial network: two generators, each turning one kind of data into the other, and a critic of each kind.
/// Which of the maps that carry one distribution to the other is learned, the data do not say. Batches are an x and a y that have
/// nothing to do with each other. Zhu, Park, Isola &amp; Efros, arXiv:1703.10593.
/// </summary>
public sealed class CycleGan : IWrapper
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
    {
        (GeneratorOfY, GeneratorOfX) = (Guard.NotNull(generatorOfY), Guard.NotNull(generatorOfX));
        (CriticOfX, CriticOfY) = (Guard.NotNull(criticOfX), Guard.NotNull(criticOfY));
        Inner = new(generatorOfY.ToInner(), generatorOfX.ToInner(), criticOfX.ToInner(), criticOfY.ToInner());
        Parameters = Array.ConvertAll(CycleGanBridge.parameters(Inner), parameter => new Parameter(parameter));
    }

    internal Functional.CycleGan Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>x to y.</summary>
    public Net<Tensor, Tensor> GeneratorOfY { get; }

    /// <summary>y to x.</summary>
    public Net<Tensor, Tensor> GeneratorOfX { get; }

    /// <summary>x to a number for each example.</summary>
    public Net<Tensor, Tensor> CriticOfX { get; }

    /// <summary>y to a number for each example.</summary>
    public Net<Tensor, Tensor> CriticOfY { get; }

    /// <summary>
    /// Everything that training changes, under `generatorOfY.`, `generatorOfX.`, `criticOfX.` and `criticOfY.`.
    /// </summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>
    /// What both generators minimise: adversarial + cycle · E[|ToX(ToY(x)) - x| + |ToY(ToX(y)) - y|] +
    /// identity · E[|ToY(y) - y| + |ToX(x) - x|], absolute differences averaged over components.
    /// </summary>
    public Loss GeneratorLoss(AdversarialOptions options, (Tensor X, Tensor Y) batch, double cycle = 10, double identity = 0) =>
        new(CycleGanBridge.generatorLoss(
            Guard.NotNull(options).ToInner(), cycle, identity, Inner, Guard.Inner(batch.X), Guard.Inner(batch.Y)));

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
        Array.ConvertAll(
            CycleGanBridge.players<(Tensor X, Tensor Y)>(
                batch => (Guard.Inner(batch.X), Guard.Inner(batch.Y)),
                (options ?? AdversarialOptions.NonSaturating with { Loss = Adversarial.LeastSquares }).ToInner(),
                cycle,
                identity,
                Inner),
            player => new Player<(Tensor X, Tensor Y)>(player));

    /// <summary>The y that each x becomes. Not recorded for differentiation.</summary>
    public Tensor ToY(Tensor x) => new(Functional.CycleGanModule.toY(Inner, Guard.Inner(x)));

    /// <summary>The x that each y becomes. Not recorded for differentiation.</summary>
    public Tensor ToX(Tensor y) => new(Functional.CycleGanModule.toX(Inner, Guard.Inner(y)));

    /// <summary>Trains the four networks, with weights of 10 for the cycle and 0 for the identity; for others see <see cref="Players"/>, on the thread pool.</summary>
    /// <param name="data">Where the batches come from.</param>
    /// <param name="adversarial">The loss and both optimizers. Default: as in <see cref="Players"/>.</param>
    /// <param name="options">Epochs, batch size, checkpoints. Default: 10 epochs, batches of 128.</param>
    /// <param name="progress">Told every 20 rounds where training is. Default: nobody.</param>
    /// <param name="cancellationToken">Looked at before each round.</param>
    /// <exception cref="TrainingCanceledException">The token was cancelled; the weights are those of the last round.</exception>
    /// <exception cref="NotFiniteNumberException">A term or a weight became NaN or infinite.</exception>
    public Task<TrainingResult> FitAsync(
        Dataset<(Tensor X, Tensor Y)> data,
        AdversarialOptions? adversarial = null,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Training.PlayAsync(Players(adversarial), data, options, progress, cancellationToken);

    /// <summary>Writes the weights to a safetensors file; an old file stays whole until the new one is.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => Weights.Save(path, Parameters);

    /// <summary>Reads the weights from a file that <see cref="Save"/> wrote. Nothing is changed unless everything fits.</summary>
    /// <inheritdoc cref="Weights.Load"/>
    public void Load(string path) => Weights.Load(path, Parameters);
}
