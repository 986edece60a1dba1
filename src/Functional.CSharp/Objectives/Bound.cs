// Bounds on the evidence log p(x): what is made of a guide's draws, how many there are, and how the gradient is estimated.
// Elbo, Iwae, Renyi and Cubo have the known ones; one of a user's own is a line.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Which side of log p(x) a bound is on.</summary>
public enum Side
{
    /// <summary>At most log p(x) in expectation: to be maximised.</summary>
    Lower,

    /// <summary>At least log p(x): to be minimised.</summary>
    Upper,
}

/// <summary>
/// z_1 ... z_K drawn from a guide q(z), and the traces of guide and model p(z, x) at them. What is computed from it keeps a
/// leading axis of particles where there are several, and the batch axes that the programs have outside their plates:
/// [particles, batch] or [batch].
/// </summary>
public sealed class GuidedRun
{
    internal GuidedRun(Functional.GuidedRun inner) => Inner = inner;

    internal Functional.GuidedRun Inner { get; }

    /// <summary>How many draws there are, K.</summary>
    public int Particles => Inner.Particles;

    /// <summary>The guide's draws.</summary>
    public Trace<ValueTuple> Guide => new(ObjectiveBridge.guide(Inner));

    /// <summary>The model at the guide's draws.</summary>
    public Trace<ValueTuple> Model => new(ObjectiveBridge.model(Inner));

    /// <summary>log p(x, z), in nats.</summary>
    public Tensor LogModel => new(Inner.LogModel);

    /// <summary>log q(z), in nats.</summary>
    public Tensor LogGuide => new(Inner.LogGuide);

    /// <summary>log w = log p(x, z) - log q(z), in nats.</summary>
    public Tensor LogWeights => new(Inner.LogWeights);
}

/// <summary>
/// A bound on log p(x), or an estimate of it, from K draws of a guide; in nats. Its value is the bound, its gradient that of its
/// estimator.
/// </summary>
public sealed class Bound
{
    internal Bound(Functional.Bound inner) => Inner = inner;

    internal Functional.Bound Inner { get; }

    /// <summary>Its name, which is its term's where it has only one.</summary>
    public string Name => Inner.Name;

    /// <summary>Whether it is maximised or minimised.</summary>
    public Side Side => Inner.Side.IsLower ? Side.Lower : Side.Upper;

    /// <summary>How many draws it takes, K.</summary>
    public int Particles => Inner.Particles;

    /// <summary>How its gradient is estimated. Default: <see cref="Estimator.Standard"/>.</summary>
    public Estimator Estimator => new(Inner.Estimator);

    /// <summary>
    /// A lower bound of one's own that is an expectation, E_q[f(z)]. The mean over particles is taken here.
    /// </summary>
    /// <param name="name">What it is called.</param>
    /// <param name="particles">K, at least 1.</param>
    /// <param name="terms">The terms of f at K draws, each of shape [particles, batch], or [batch] when there is one.</param>
    public static Bound FromIntegrand(string name, int particles, Func<GuidedRun, Loss> terms)
    {
        Guard.NotNull(terms);

        return new(ObjectiveBridge.ofIntegrand(
            Guard.Path(name), Guard.AtLeast(particles, 1), run => Guard.Returned(terms(new(run)), nameof(terms)).Inner));
    }

    /// <summary>A lower bound of one's own made of the log-weights log p(x, z_k) - log q(z_k).</summary>
    /// <param name="name">What it and its term are called.</param>
    /// <param name="particles">K, at least 1.</param>
    /// <param name="combine">A function of [particles, batch] with values of shape [batch].</param>
    public static Bound FromWeights(string name, int particles, Func<Tensor, Tensor> combine)
    {
        Guard.NotNull(combine);

        return new(ObjectiveBridge.ofWeights(
            Guard.Path(name),
            Guard.AtLeast(particles, 1),
            weights => Guard.Returned(combine(new(weights)), nameof(combine)).Inner));
    }

    /// <summary>
    /// Whether an estimator can estimate its gradient, as far as the bound goes; the draws have to have what it needs, too.
    /// </summary>
    public bool Accepts(Estimator estimator) => Inner.Accepts(Guard.NotNull(estimator).Inner);

    /// <summary>The same bound with another estimator of its gradient.</summary>
    /// <exception cref="NotSupportedException">The bound does not accept that estimator.</exception>
    public Bound With(Estimator estimator) => new(Inner.With(Guard.NotNull(estimator).Inner));

    /// <summary>
    /// The bound on log p(x) for a model p(z, x) and a guide q(z): one number for each element of the batch axes outside
    /// plates. With several particles it runs both programs once more to count axes.
    /// </summary>
    /// <exception cref="ArgumentException">The draws of model and guide are not the same; the message names the site.</exception>
    /// <exception cref="NotSupportedException">The estimator cannot differentiate a draw of the guide.</exception>
    public Loss Estimate<TModel, TGuide>(Program<TModel> model, Program<TGuide> guide) =>
        new(Functional.BoundModule.estimate(Inner, Guard.NotNull(model).Inner, Guard.NotNull(guide).Inner));

    /// <summary><see cref="Estimate"/> without the runs that count axes.</summary>
    /// <param name="depth">At least as many batch axes (plates and leading ones) as any site of model and guide has.</param>
    /// <param name="model">p(z, x).</param>
    /// <param name="guide">q(z).</param>
    /// <inheritdoc cref="Estimate"/>
    public Loss EstimateWithin<TModel, TGuide>(int depth, Program<TModel> model, Program<TGuide> guide) =>
        new(Functional.BoundModule.estimateWithin(
            Guard.AtLeast(depth, 0), Inner, Guard.NotNull(model).Inner, Guard.NotNull(guide).Inner));

    /// <summary>
    /// The loss to minimise for each batch: minus the mean of a lower bound over the batch axes, or the mean of an upper one.
    /// Ask for it once, and use it for all batches: with the first one, model and guide are checked against each other, which
    /// raises an <see cref="ArgumentException"/> naming the first site that does not fit.
    /// </summary>
    /// <param name="model">p(z, x) of a batch: <c>(Tensor x) => Model(x)</c>.</param>
    /// <param name="guide">q(z) of a batch.</param>
    public Func<TBatch, Loss> Objective<TBatch, TModel, TGuide>(
        Func<TBatch, Program<TModel>> model, Func<TBatch, Program<TGuide>> guide)
    {
        Guard.NotNull(model);
        Guard.NotNull(guide);

        var objective = ObjectiveBridge.objective<TBatch, TModel, TGuide>(
            Inner,
            batch => Guard.Returned(model(batch), nameof(model)).Inner,
            batch => Guard.Returned(guide(batch), nameof(guide)).Inner);

        return batch => new(objective(batch));
    }

    /// <summary>Name, particles and estimator.</summary>
    public override string ToString() => Inner.ToString();
}
