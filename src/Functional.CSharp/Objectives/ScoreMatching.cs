// Score matching: losses whose minimiser is the score of the data's density, none of which asks for its normalizer.
// Values to choose from; Objective is what training minimises.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A noise level, and how much it counts.</summary>
/// <param name="Noise">σ, the standard deviation of the noise that is put on the data; 0 for none.</param>
/// <param name="Weight">λ(σ).</param>
public sealed record NoiseWeight(double Noise, double Weight);

/// <summary>
/// A loss whose expectation is, up to a constant, that of λ(σ) ½ ‖s(x, σ) - ∇ log p_σ(x)‖² over the levels of noise and over x from
/// p_σ, the density of the data with that noise. Not nats: the unit is that of 1/x², or none where λ = σ².
/// </summary>
public sealed class ScoreMatching
{
    private ScoreMatching(Functional.ScoreMatching inner) => Inner = inner;

    internal Functional.ScoreMatching Inner { get; }

    /// <summary>Its name.</summary>
    public string Name => Inner.Name;

    /// <summary>What is averaged over the data.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Who found it.</summary>
    public string Source => Inner.Source;

    /// <summary>The noise on the data whose score is learned; each level counts equally often.</summary>
    public IReadOnlyList<NoiseWeight> Levels =>
        Array.ConvertAll(ScoreBridge.weights(Inner), level => new NoiseWeight(level.Noise, level.Weight));

    /// <summary>Every objective that needs nothing but data, each with settings that are usual.</summary>
    public static IReadOnlyList<ScoreMatching> All =>
        Array.ConvertAll(ScoreBridge.all(), objective => new ScoreMatching(objective));

    /// <summary>An objective of one's own.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="perExample">The loss of each row of data, of shape [n], from a noise-conditional score and the rows.</param>
    /// <param name="levels">The noise on the data whose score is learned. Default: none.</param>
    /// <param name="formula">What is averaged over the data. Default: nothing.</param>
    /// <param name="source">Who found it. Default: nobody.</param>
    public static ScoreMatching FromFunction(
        string name,
        Func<Func<Tensor, Tensor, Tensor>, Tensor, Loss> perExample,
        IEnumerable<NoiseWeight>? levels = null,
        string formula = "",
        string source = "")
    {
        Guard.NotNull(perExample);
        levels ??= [new(Noise: 0, Weight: 1)];

        return new(ScoreBridge.matching(
            Guard.Path(name),
            Guard.NotNull(formula),
            Guard.NotNull(source),
            [.. levels.Select(level => new Functional.NoiseWeight(level.Noise, level.Weight))],
            (score, x) => Guard.Returned(perExample(Score.Lower(score), new(x)), nameof(perExample)).Inner));
    }

    /// <summary>
    /// ½ ‖s(x)‖² + tr ∇s(x), the trace exact: a backward pass for each dimension. Terms `norm` and `divergence`. Hyvärinen,
    /// JMLR 6 (2005), theorem 1.
    /// </summary>
    public static ScoreMatching Implicit => new(Functional.ScoreMatchingModule.@implicit);

    /// <summary>
    /// ½ ‖s(x) - ∇ log p(x)‖² from the true score, which is known only where there is nothing to learn. Term `score error`.
    /// Hyvärinen, JMLR 6 (2005), equation 2.
    /// </summary>
    public static ScoreMatching Explicit(Func<Tensor, Tensor> truth) => new(ScoreBridge.@explicit(Differentiate.Lift(truth)));

    /// <summary><see cref="Implicit"/> with the trace estimated: a backward pass for each probe.</summary>
    /// <param name="probes">How many probes a row, at least 1.</param>
    /// <param name="probe">Their distribution. Default: <see cref="Probe.Rademacher"/>.</param>
    public static ScoreMatching Hutchinson(int probes, Probe? probe = null) =>
        new(Functional.ScoreMatchingModule.hutchinson(Guard.AtLeast(probes, 1), (probe ?? Probe.Rademacher).Inner));

    /// <summary>
    /// ½ (vᵀ s(x))² + vᵀ ∇s(x) v with random v, one for each row. Terms `norm` and `divergence`. Song, Garg, Shi &amp; Ermon,
    /// arXiv:1905.07088, section 3.
    /// </summary>
    /// <param name="probe">The distribution of v. Default: <see cref="Probe.Rademacher"/>.</param>
    public static ScoreMatching Sliced(Probe? probe = null) =>
        new(Functional.ScoreMatchingModule.sliced((probe ?? Probe.Rademacher).Inner));

    /// <summary>
    /// ½ ‖s(x)‖² + vᵀ ∇s(x) v with random v, one for each row: sliced score matching with reduced variance. Terms `norm` and
    /// `divergence`. Song, Garg, Shi &amp; Ermon, arXiv:1905.07088, section 3.
    /// </summary>
    /// <param name="probe">The distribution of v. Default: <see cref="Probe.Rademacher"/>.</param>
    public static ScoreMatching SlicedReduced(Probe? probe = null) =>
        new(Functional.ScoreMatchingModule.slicedReduced((probe ?? Probe.Rademacher).Inner));

    /// <summary>
    /// ½ ‖s(x̃) + (x̃ - x)/σ²‖² with x̃ = x + σ ε: the score of data with noise σ. Its variance grows as 1/σ². Term `denoising`.
    /// Vincent, Neural Computation 23 (2011), doi:10.1162/NECO_a_00142, section 4.
    /// </summary>
    /// <param name="noise">σ, positive.</param>
    /// <exception cref="ArgumentException">σ is not positive.</exception>
    public static ScoreMatching Denoising(double noise) => new(Functional.ScoreMatchingModule.denoising(noise));

    /// <summary>
    /// σ² ½ ‖s(x̃, σ) + (x̃ - x)/σ²‖² and, for each row, one of the ladder's levels: denoising at all of them at once. What annealed
    /// Langevin dynamics follows (NCSN). Term `denoising`. Song &amp; Ermon, arXiv:1907.05600, equations 5 and 6.
    /// </summary>
    public static ScoreMatching NoiseConditional(NoiseLadder ladder) =>
        new(Functional.ScoreMatchingModule.noiseConditional(Guard.NotNull(ladder).Inner));

    /// <summary>
    /// An objective on the data with noise from a ladder, weighed with σ²: it learns what <see cref="NoiseConditional"/> does,
    /// without being told which noise was added.
    /// </summary>
    /// <exception cref="ArgumentException">The objective adds noise itself.</exception>
    public static ScoreMatching Noised(NoiseLadder ladder, ScoreMatching objective) =>
        new(Functional.ScoreMatchingModule.noised(Guard.NotNull(ladder).Inner, Guard.NotNull(objective).Inner));

    /// <summary>The loss of each row of data, of shape [n]; its terms are named.</summary>
    /// <param name="score">A noise-conditional score; a plain one is made into that by <see cref="Score.Unconditional"/>.</param>
    /// <param name="x">The rows.</param>
    public Loss PerExample(Func<Tensor, Tensor, Tensor> score, Tensor x) =>
        new(ScoreBridge.perExample(Inner, Score.Lift(score), Guard.Inner(x)));

    /// <summary>
    /// The loss to minimise for each batch of data [n; d...], the mean over its rows. Objectives without noise ask for the score
    /// at σ = 0, where one that is divided by σ has no value.
    /// </summary>
    /// <param name="score">A noise-conditional score.</param>
    public Func<Tensor, Loss> Objective(Func<Tensor, Tensor, Tensor> score)
    {
        var objective = ScoreBridge.objective(Inner, Score.Lift(score));
        return batch => new(objective(Guard.Inner(batch)));
    }

    /// <summary>The same for a score that knows no noise.</summary>
    /// <param name="score">A score: <c>x => net.Run(Mode.Train, x)</c>.</param>
    public Func<Tensor, Loss> Objective(Func<Tensor, Tensor> score) => Objective(Score.Unconditional(score));

    /// <summary>Its name.</summary>
    public override string ToString() => Inner.ToString();
}
