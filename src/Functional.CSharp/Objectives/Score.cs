// Scores s(x) = ∇ log p(x): of energies, of distributions, of networks, and of data with noise on them.
// Score matching fits one, Langevin dynamics follows one. A score is a function of rows; with noise, of rows and each row's noise.
using Functional.Interop;
using Core = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>Standard deviations σ₁ &gt; ... &gt; σ_L &gt; 0 of Gaussian noise on data.</summary>
public sealed class NoiseLadder
{
    internal NoiseLadder(Functional.NoiseLadder inner) => Inner = inner;

    internal Functional.NoiseLadder Inner { get; }

    /// <summary>σ₁, ..., σ_L, falling.</summary>
    public IReadOnlyList<double> Levels => ScoreBridge.levels(Inner);

    /// <summary>σ₁, about the largest distance between data points, so that noised data are one cloud.</summary>
    public double Highest => Inner.Highest;

    /// <summary>σ_L, a noise that nobody sees.</summary>
    public double Lowest => Inner.Lowest;

    /// <summary>These standard deviations.</summary>
    /// <exception cref="ArgumentException">They are not positive, or do not fall.</exception>
    public static NoiseLadder FromLevels(params IReadOnlyList<double> levels) =>
        new(ScoreBridge.ladder([.. Guard.NotNull(levels)]));

    /// <summary>
    /// The same ratio from each level to the next. In many dimensions d a ratio of about 1 + 3/√(2d) lets the noised clouds of
    /// neighbouring levels overlap; in few, any does. Song &amp; Ermon, arXiv:1907.05600, section 3.1; for the ratio
    /// arXiv:2006.09011, section 3.2.
    /// </summary>
    /// <param name="highest">σ₁.</param>
    /// <param name="lowest">σ_L, positive and below σ₁.</param>
    /// <param name="count">L, at least 2.</param>
    /// <exception cref="ArgumentException">The levels are not positive, or do not fall, or are fewer than two.</exception>
    public static NoiseLadder Geometric(double highest, double lowest, int count) =>
        new(Functional.NoiseLadderModule.geometric(highest, lowest, count));

    /// <summary>One level for each row, of shape [n], drawn uniformly.</summary>
    public Tensor Draw(Tensor rows) => new(Inner.Draw(Guard.Inner(rows)));

    /// <summary>Where noise is between the ends, on a logarithmic scale: 0 at the lowest level, 1 at the highest.</summary>
    public Tensor Position(Tensor noise) => new(Inner.Position(Guard.Inner(noise)));

    /// <summary>Its ends and how many levels it has.</summary>
    public override string ToString() => Inner.ToString();
}

/// <summary>
/// The gradient of a log-density in its value: a function from rows x of shape [n; d...] to the same shape. A noise-conditional
/// score takes x and the standard deviation σ of the noise in each row, [n], and is the score of the data's density convolved
/// with N(0, σ² I); at σ = 0 that of the data.
/// </summary>
public static class Score
{
    /// <summary>
    /// The score ∇f of exp(f(x))/Z, whatever Z. By a backward pass, which is recorded where f closes over parameters, so that
    /// training differentiates it again.
    /// </summary>
    /// <param name="f">Minus the energy: rows [n; d...] to [n] or [n; 1]; the score throws for other shapes.</param>
    public static Func<Tensor, Tensor> FromEnergy(Func<Tensor, Tensor> f) => Lower(ScoreBridge.ofEnergy(Differentiate.Lift(f)));

    /// <summary>∇ log p(x) of a distribution without batch axes.</summary>
    public static Func<Tensor, Tensor> FromDistribution(Distribution distribution) =>
        Lower(ScoreBridge.ofDistribution(Guard.Inner(distribution)));

    /// <summary>A score that is the same for any noise: how a plain score is given to what knows noise.</summary>
    public static Func<Tensor, Tensor, Tensor> Unconditional(Func<Tensor, Tensor> score) =>
        Lower(ScoreBridge.unconditional(Differentiate.Lift(score)));

    /// <summary>A noise-conditional score at one noise.</summary>
    public static Func<Tensor, Tensor> AtNoise(double noise, Func<Tensor, Tensor, Tensor> score) =>
        Lower(ScoreBridge.atNoise(noise, Lift(score)));

    /// <summary>
    /// g(x)/σ: a network that need not be told the noise, as the norm of a score is about √d/σ. Song &amp; Ermon,
    /// arXiv:2006.09011, section 3.3.
    /// </summary>
    public static Func<Tensor, Tensor, Tensor> Scaled(Func<Tensor, Tensor> network) =>
        Lower(ScoreBridge.scaled(Differentiate.Lift(network)));

    /// <summary>
    /// g(x, t)/σ, where t, of shape [n], is the noise's place on the ladder, 0 to 1: the score of a network that is told times.
    /// </summary>
    public static Func<Tensor, Tensor, Tensor> Conditional(NoiseLadder ladder, Func<Tensor, Tensor, Tensor> network) =>
        Lower(ScoreBridge.conditional(Guard.NotNull(ladder).Inner, Lift(network)));

    /// <summary>
    /// E[data | x] = x + σ² s(x, σ), the data that noised rows came from, in the mean. It removes what noise annealed samples
    /// keep. Tweedie's formula; Jolicoeur-Martineau et al., arXiv:2009.05475.
    /// </summary>
    /// <param name="score">The noise-conditional score.</param>
    /// <param name="noise">σ.</param>
    /// <param name="x">Rows with that noise.</param>
    public static Tensor Denoise(Func<Tensor, Tensor, Tensor> score, double noise, Tensor x) =>
        new(ScoreBridge.denoise(Lift(score), noise, Guard.Inner(x)));

    internal static Func<Core, Core, Core> Lift(Func<Tensor, Tensor, Tensor> score)
    {
        Guard.NotNull(score);
        return (x, noise) => Guard.Returned(score(new(x), new(noise)), nameof(score)).Inner;
    }

    private static Func<Tensor, Tensor> Lower(Func<Core, Core> score) => x => new(score(Guard.Inner(x)));

    internal static Func<Tensor, Tensor, Tensor> Lower(Func<Core, Core, Core> score) =>
        (x, noise) => new(score(Guard.Inner(x), Guard.Inner(noise)));
}
