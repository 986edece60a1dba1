// Energy-based models p(x) = exp(f(x))/Z, f minus the energy: their parameters learned without Z, or with Z learned beside them.
// The score objectives fit them too, through Score.FromEnergy.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Chains that go on from where the last batch left them.</summary>
/// <param name="start">Where they begin, of shape [chains; d...].</param>
public sealed class PersistentChains(Tensor start)
{
    internal Functional.PersistentChains Inner { get; } = new(Guard.Inner(start));

    /// <summary>Where they are, of shape [chains; d...].</summary>
    public Tensor Rows => new(Inner.Rows);
}

/// <summary>
/// E_model[f] - E_data[f], whose gradient is that of -E_data[log p], as ∇ log Z = E_model[∇f]: a value without meaning of its own,
/// which may go up and down in training. Terms `model` and `data`, the mean of f over each.
/// </summary>
public static class ContrastiveDivergence
{
    /// <summary>
    /// From a sampler of the model. Exact where it draws from the model; with a few Langevin steps it is CD-k, whose gradient is
    /// biased and which does not see modes away from the data. Hinton, Neural Computation 14 (2002),
    /// doi:10.1162/089976602760128018.
    /// </summary>
    /// <param name="sampler">Given the batch to start from, returns rows of the same kind. It is not differentiated.</param>
    /// <param name="f">Minus the energy: rows to one number each.</param>
    public static Func<Tensor, Loss> Objective(Func<Tensor, Tensor> sampler, Func<Tensor, Tensor> f) =>
        Lower(EnergyBridge.contrastive(Differentiate.Lift(sampler), Differentiate.Lift(f)));

    /// <summary>
    /// From chains that go on from batch to batch, and so follow the model while it changes slowly. Tieleman, ICML 2008,
    /// doi:10.1145/1390156.1390290; Du &amp; Mordatch, arXiv:1903.08689, for images.
    /// </summary>
    /// <param name="chains">They belong to one training run, and are not written to checkpoints.</param>
    /// <param name="sampler">Takes the chains on.</param>
    /// <param name="f">Minus the energy: rows to one number each.</param>
    public static Func<Tensor, Loss> Persistent(
        PersistentChains chains, Func<Tensor, Tensor> sampler, Func<Tensor, Tensor> f) =>
        Lower(EnergyBridge.persistent(Guard.NotNull(chains).Inner, Differentiate.Lift(sampler), Differentiate.Lift(f)));

    private static Func<Tensor, Loss> Lower(Func<Functional.Tensors.Tensor, Functional.Loss> objective) =>
        batch => new(objective(Guard.Inner(batch)));
}

/// <summary>
/// -log σ(h(x)) - Σ_k log σ(-h(y_k)) for data x and ν draws y_k of a noise distribution q, h = log p - log q - log ν: telling data
/// from noise, which is minimal where p is the density of the data. In nats. The noise has to cover the data and resemble them.
/// Gutmann &amp; Hyvärinen, JMLR 13 (2012), section 2.
/// </summary>
public static class NoiseContrastive
{
    /// <summary>
    /// f(x) - log Z with log Z learned, 0 at first: on top of a network that gives f,
    /// <c>energy.Then(NoiseContrastive.Normalizer())</c>.
    /// </summary>
    public static Net<Tensor, Tensor> Normalizer() => Functional.NoiseContrastive.normalizer().ToFacade();

    /// <summary>The loss of every row of data, of shape [n]: terms `data` and `noise`.</summary>
    /// <param name="noise">q.</param>
    /// <param name="ratio">ν, draws of the noise for each row, at least 1.</param>
    /// <param name="logDensity">log p: rows to one number each.</param>
    /// <param name="x">The rows of data.</param>
    /// <exception cref="ArgumentException">Draws of the noise do not have the shape of the data.</exception>
    public static Loss PerExample(Distribution noise, int ratio, Func<Tensor, Tensor> logDensity, Tensor x) =>
        new(EnergyBridge.perExample(
            Guard.Inner(noise), Guard.AtLeast(ratio, 1), Differentiate.Lift(logDensity), Guard.Inner(x)));

    /// <summary>The loss to minimise for each batch: the mean over its rows.</summary>
    /// <inheritdoc cref="PerExample"/>
    public static Func<Tensor, Loss> Objective(Distribution noise, int ratio, Func<Tensor, Tensor> logDensity)
    {
        var objective = EnergyBridge.objective(Guard.Inner(noise), Guard.AtLeast(ratio, 1), Differentiate.Lift(logDensity));
        return batch => new(objective(Guard.Inner(batch)));
    }
}
