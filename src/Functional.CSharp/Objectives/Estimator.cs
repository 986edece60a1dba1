// Estimators: how the gradient of a bound in the guide's parameters is estimated, draw by draw and for all draws together.
// Values to choose from; every Bound has one.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How one draw z ~ q of the guide passes gradients to the guide's parameters φ.</summary>
public sealed class DrawGradient : IEquatable<DrawGradient>
{
    internal DrawGradient(Functional.DrawGradient inner) => Inner = inner;

    internal Functional.DrawGradient Inner { get; }

    /// <summary>z = g(ε, φ) with noise ε: the gradient flows through z.</summary>
    public static DrawGradient Pathwise => new(Functional.DrawGradient.Pathwise);

    /// <summary>z carries no gradient; ∇ log q(z) is weighed by the bound (the score function).</summary>
    public static DrawGradient Score => new(Functional.DrawGradient.Score);

    /// <summary>A one-hot or binary draw is replaced, in guide and model, by its relaxation at that temperature.</summary>
    public static DrawGradient Relaxed(double temperature) =>
        new(Functional.DrawGradient.NewRelaxed(Guard.Positive(temperature)));

    /// <summary>A one-hot or binary draw has the gradient of its relaxation at that temperature, which is biased.</summary>
    public static DrawGradient StraightThrough(double temperature) =>
        new(Functional.DrawGradient.NewStraightThrough(Guard.Positive(temperature)));

    /// <summary>Whether they are the same, at the same temperature.</summary>
    public bool Equals(DrawGradient? other) => other is not null && Inner.Equals(other.Inner);

    /// <inheritdoc cref="Equals(DrawGradient)"/>
    public override bool Equals(object? obj) => Equals(obj as DrawGradient);

    /// <summary>A hash of kind and temperature.</summary>
    public override int GetHashCode() => Inner.GetHashCode();

    /// <summary>Its name, and its temperature where it has one.</summary>
    public override string ToString() => Inner.ToString();
}

/// <summary>An average of numbers met in training, new ones counting 1 - decay; it is 0 before the first.</summary>
public sealed class RunningMean
{
    /// <summary>An average of nothing yet.</summary>
    /// <param name="decay">What of the average stays with each new number: at least 0 and below 1.</param>
    /// <exception cref="ArgumentException">The decay is out of range.</exception>
    public RunningMean(double decay) => Inner = new(decay);

    internal Functional.RunningMean Inner { get; }

    /// <summary>The average of what was met so far, with the dtype and device of a tensor.</summary>
    public Tensor Value(Tensor like) => new(Inner.Value(Guard.Inner(like)));

    /// <summary>Meets the mean of some numbers.</summary>
    public void Add(Tensor numbers) => Inner.Add(Guard.Inner(numbers));
}

/// <summary>
/// What is subtracted from the bound where it weighs a score: it lowers the variance, and leaves the expectation as it is, since
/// E_q[∇ log q] = 0.
/// </summary>
public sealed class Baseline
{
    internal Baseline(Functional.Baseline inner) => Inner = inner;

    internal Functional.Baseline Inner { get; }

    /// <summary>Nothing.</summary>
    public static Baseline Zero { get; } = new(Functional.Baseline.Zero);

    /// <summary>
    /// The bound that the other particles give: with z_k's own weight replaced by the (geometric) mean of theirs.
    /// </summary>
    public static Baseline LeaveOneOut { get; } = new(Functional.Baseline.LeaveOneOut);

    /// <summary>The average of earlier bounds. It belongs to one training run, and is not written to checkpoints.</summary>
    public static Baseline Running(RunningMean mean) => new(Functional.Baseline.NewRunning(Guard.NotNull(mean).Inner));

    /// <summary>Which it is.</summary>
    public override string ToString() => Inner.IsZero ? "zero" : Inner.IsLeaveOneOut ? "leave one out" : "running mean";
}

/// <summary>Which part of the gradient in φ is taken.</summary>
public enum GradientPath
{
    /// <summary>All of it.</summary>
    Total,

    /// <summary>Without that of log q in its own parameters, whose expectation is 0.</summary>
    StickingTheLanding,

    /// <summary>That part rewritten as a pathwise gradient.</summary>
    DoublyReparameterized,
}

/// <summary>
/// How the gradient of a bound in the guide's parameters φ is estimated. All have the same expectation, the gradient, but for
/// <see cref="GumbelSoftmax"/> (of another bound) and <see cref="StraightThrough"/> (biased). One of one's own is one of these
/// changed: <c>Estimator.Standard with { Name = "mine", Baseline = Baseline.Zero }</c>.
/// </summary>
public sealed record Estimator
{
    internal Estimator(Functional.Estimator inner) => Inner = inner;

    internal Functional.Estimator Inner { get; private init; }

    /// <summary>Its name.</summary>
    public string Name
    {
        get => Inner.Name;
        init => Inner = EstimatorBridge.withName(Guard.Path(value), Inner);
    }

    /// <summary>What is done at each draw of the guide.</summary>
    public Func<Site, DrawGradient> Draw
    {
        get => site => new(EstimatorBridge.draw(Inner, Guard.NotNull(site).Inner));
        init
        {
            Guard.NotNull(value);
            Inner = EstimatorBridge.withDraw(site => Guard.Returned(value(new(site)), nameof(Draw)).Inner, Inner);
        }
    }

    /// <summary>For draws whose gradient is the score function's.</summary>
    public Baseline Baseline
    {
        get => new(Inner.Baseline);
        init => Inner = EstimatorBridge.withBaseline(Guard.NotNull(value).Inner, Inner);
    }

    /// <summary>For draws that have a pathwise gradient.</summary>
    public GradientPath Path
    {
        get => Inner.Path.IsTotal ? GradientPath.Total
            : Inner.Path.IsStickingTheLanding ? GradientPath.StickingTheLanding
            : GradientPath.DoublyReparameterized;
        init => Inner = EstimatorBridge.withPath(ToInner(value), Inner);
    }

    /// <summary>
    /// Pathwise where the family has such a gradient, elsewhere the score function; with several particles the others are its
    /// baseline. The default of every bound.
    /// </summary>
    public static Estimator Standard => new(Functional.EstimatorModule.standard);

    /// <summary>
    /// ∇_φ E_q[f(z)] = E_ε[∇_φ f(g(ε, φ))] at every draw; families without a pathwise gradient are refused. Kingma &amp; Welling,
    /// arXiv:1312.6114, section 2.4; Rezende, Mohamed &amp; Wierstra, arXiv:1401.4082.
    /// </summary>
    public static Estimator Pathwise => new(Functional.EstimatorModule.pathwise);

    /// <summary>
    /// The score function where each particle's baseline is the bound that the others give, for bounds of several particles. Mnih
    /// &amp; Rezende, arXiv:1602.06725, equations 9 and 10.
    /// </summary>
    public static Estimator Vimco => new(Functional.EstimatorModule.vimco);

    /// <summary>
    /// Pathwise without the score term of log q: its variance is 0 where q is the posterior. For <see cref="Elbo.MonteCarlo"/>.
    /// Roeder, Wu &amp; Duvenaud, arXiv:1703.09194, equation 8.
    /// </summary>
    public static Estimator StickingTheLanding => new(Functional.EstimatorModule.stickingTheLanding);

    /// <summary>
    /// Pathwise with the score term of log q reparameterized a second time. For bounds that are power means of weights, such as
    /// <see cref="Iwae"/>, whose ordinary gradient in φ loses its signal as particles are added. Tucker, Lawson, Gu &amp;
    /// Maddison, arXiv:1810.04152, equation 8; for Rényi bounds Daudel, Benton, Shi &amp; Doucet, arXiv:2210.06226.
    /// </summary>
    public static Estimator DoublyReparameterized => new(Functional.EstimatorModule.doublyReparameterized);

    /// <summary>
    /// ∇_φ E_q[f(z)] = E_q[(f(z) - baseline) ∇_φ log q(z) + ∇_φ f(z)] at every draw (REINFORCE): for any family, at more
    /// variance. Williams 1992, doi:10.1007/BF00992696; Mnih &amp; Gregor, arXiv:1402.0030; with leave-one-out baselines Kool,
    /// van Hoof &amp; Welling 2019.
    /// </summary>
    public static Estimator ScoreFunction(Baseline baseline) =>
        new(Functional.EstimatorModule.scoreFunction(Guard.NotNull(baseline).Inner));

    /// <summary>
    /// One-hot and binary draws are replaced in guide and model by their relaxations: the exact gradient of the relaxed model's
    /// bound. Maddison, Mnih &amp; Teh, arXiv:1611.00712; Jang, Gu &amp; Poole, arXiv:1611.01144.
    /// </summary>
    /// <param name="temperature">Positive; the smaller, the closer to the discrete draw, and the more variance.</param>
    public static Estimator GumbelSoftmax(double temperature) =>
        new(Functional.EstimatorModule.gumbelSoftmax(Guard.Positive(temperature)));

    /// <summary>
    /// One-hot and binary draws keep their values and have the gradients of their relaxations: little variance, but biased. Jang,
    /// Gu &amp; Poole, arXiv:1611.01144, section 2.2; Bengio, Léonard &amp; Courville, arXiv:1308.3432.
    /// </summary>
    /// <param name="temperature">Positive.</param>
    public static Estimator StraightThrough(double temperature) =>
        new(Functional.EstimatorModule.straightThrough(Guard.Positive(temperature)));

    /// <summary>The estimator with another choice at the draw of that name.</summary>
    public Estimator At(string name, DrawGradient gradient) =>
        new(Functional.EstimatorModule.at(Guard.Path(name), Guard.NotNull(gradient).Inner, Inner));

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    private static Functional.GradientPath ToInner(GradientPath path) =>
        path switch
        {
            GradientPath.Total => Functional.GradientPath.Total,
            GradientPath.StickingTheLanding => Functional.GradientPath.StickingTheLanding,
            GradientPath.DoublyReparameterized => Functional.GradientPath.DoublyReparameterized,
            _ => throw new ArgumentOutOfRangeException(nameof(path), $"{path} is no part of a gradient."),
        };
}
