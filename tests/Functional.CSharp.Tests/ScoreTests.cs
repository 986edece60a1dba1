// Scores, score matching, energy-based models and Langevin dynamics, as a C# program uses them.
// The F# suite tests the mathematics; here it is what arrives on this side.
namespace FacadeTests;

public sealed class ScoreTests
{
    private static readonly NoiseLadder Ladder = NoiseLadder.Geometric(1, 0.1, 3);

    private static Tensor Row(params double[] values) => Tensor.FromArray(values, Dtype.Float64);

    private static Tensor Draws(int rows) => Tensor.Randn([rows, 2], dtype: Dtype.Float64);

    private static void Near(double expected, Tensor actual, double tolerance) =>
        Assert.All(actual.ToArray<double>(), value => Assert.Equal(expected, value, tolerance));

    private static void Same(Tensor expected, Tensor actual) => Near(0, (expected - actual).View([-1]), 1e-9);

    // N(0, I) with noise.
    private static Tensor NormalScore(Tensor x, Tensor noise) => -x / (noise.Square() + 1).View([-1, 1]);

    private sealed class Log : IProgress<ChainProgress>
    {
        public List<ChainProgress> Entries { get; } = [];

        public void Report(ChainProgress value) => Entries.Add(value);
    }

    // ---- traces ----

    [Fact]
    public void Traces_of_Jacobians_are_exact_or_estimated()
    {
        var x = RandomNumbers.WithSeed(1, () => Draws(5));
        var (value, trace) = JacobianTrace.Exact(rows => rows.Square(), x);
        Same(x.Square(), value);
        Same((x * 2).Sum(1), trace);

        // a diagonal Jacobian has no variance for signs
        Same(trace, JacobianTrace.Hutchinson(rows => rows.Square(), x).Trace);
        Same(trace, JacobianTrace.HutchinsonMean(rows => rows.Square(), x, 3, Probe.Rademacher).Trace);
        Same((x * 8).Sum(1), JacobianTrace.Along(rows => rows.Square(), x, x.FullLike(2)).Trace);
        Assert.Equal([5, 2], Probe.Gaussian.Draw(x).Shape);
        Same(x.OnesLike(), Probe.Rademacher.Draw(x).Abs());
        Assert.Throws<ArgumentException>(() => JacobianTrace.Exact(rows => rows.Sum(1), x));
        Assert.Throws<ArgumentOutOfRangeException>(() => JacobianTrace.HutchinsonMean(rows => rows, x, 0));
    }

    // ---- scores ----

    [Fact]
    public void Scores_are_made_of_energies_distributions_and_networks()
    {
        var x = RandomNumbers.WithSeed(1, () => Draws(4));
        var noise = Row(0.1, 0.2, 0.5, 1);
        Same(-x, Score.FromEnergy(rows => rows.Square().Sum(1) * -0.5 + 7)(x));
        Same(-x, Score.FromDistribution(Normal.Diagonal(Row(0, 0), Row(1, 1)))(x));
        Same(-x, Score.Unconditional(rows => -rows)(x, noise));
        Same(x / noise.View([4, 1]), Score.Scaled(rows => rows)(x, noise));
        Same(x * 4, Score.AtNoise(0.5, Score.Scaled(rows => rows * 2))(x));
        var told = Score.Conditional(NoiseLadder.Geometric(1, 0.1, 4), (rows, t) => rows * t.View([-1, 1]));
        Same(x * (noise.Log10() + 1).View([4, 1]) / noise.View([4, 1]), told(x, noise));
        Same(x * 0.5, Score.Denoise(NormalScore, 1, x));
        Assert.Throws<ArgumentException>(() => Score.FromEnergy(rows => rows)(x));
    }

    [Fact]
    public void Ladders_fall_by_one_ratio()
    {
        Assert.Equal([1, Math.Sqrt(0.1), 0.1], Ladder.Levels, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal((1, 0.1), (Ladder.Highest, Ladder.Lowest));
        Assert.Equal([3.0, 2.0], NoiseLadder.FromLevels(3, 2).Levels);
        Same(Row(1, 0), Ladder.Position(Row(1, 0.1)));
        Assert.Equal([7], Ladder.Draw(Draws(7)).Shape);
        Assert.Throws<ArgumentException>(() => NoiseLadder.FromLevels(1, 2));
        Assert.Contains("3 levels", Ladder.ToString());
    }

    // ---- score matching ----

    public static TheoryData<string> Objectives => [.. ScoreMatching.All.Select(objective => objective.Name)];

    [Theory]
    [MemberData(nameof(Objectives))]
    public void Every_objective_is_lower_at_the_score_than_elsewhere(string name)
    {
        RandomNumbers.Seed(1);
        var objective = ScoreMatching.All.Single(objective => objective.Name == name);
        var x = Draws(20_000);
        var loss = objective.Objective(NormalScore)(x);
        Assert.All(
            new Func<Tensor, Tensor, Tensor>[]
            {
                (rows, noise) => NormalScore(rows, noise) * 0.5,
                (rows, noise) => NormalScore(rows, noise) + 0.5,
            },
            other => Assert.True(objective.Objective(other)(x).Value.ToDouble() > loss.Value.ToDouble()));
        Assert.Equal([20_000], objective.PerExample(NormalScore, x).Value.Shape);
        Assert.NotEmpty(objective.Formula);
        Assert.NotEmpty(objective.Source);
        Assert.All(objective.Levels, level => Assert.True(level.Weight > 0));
    }

    [Fact]
    public void Objectives_are_made_with_settings()
    {
        Assert.Equal([new NoiseWeight(0.5, 1)], ScoreMatching.Denoising(0.5).Levels);
        Assert.Equal(3, ScoreMatching.NoiseConditional(Ladder).Levels.Count);
        Assert.Equal(3, ScoreMatching.Noised(Ladder, ScoreMatching.Sliced(Probe.Gaussian)).Levels.Count);
        Assert.Contains("2 probes", ScoreMatching.Hutchinson(2).Name);
        Assert.Contains("Gaussian", ScoreMatching.SlicedReduced(Probe.Gaussian).ToString());
        Assert.Throws<ArgumentException>(() => ScoreMatching.Denoising(0));
        Assert.Throws<ArgumentException>(() => ScoreMatching.Noised(Ladder, ScoreMatching.Denoising(1)));

        var x = RandomNumbers.WithSeed(1, () => Draws(10));
        var loss = ScoreMatching.Explicit(rows => -rows).Objective(rows => -rows + 1)(x);
        Assert.Equal(1, loss["score error"].ToDouble(), 1e-9);
        Assert.Equal(["norm", "divergence"], ScoreMatching.Implicit.PerExample(NormalScore, x).Terms.Select(term => term.Name));
    }

    [Fact]
    public async Task A_network_is_trained_to_a_score() => await RandomNumbers.WithSeed(1, async () =>
    {
        var net = Net.Linear(2, 2);
        var data = Dataset.FromTensor(Tensor.Randn([5000, 2]) * 0.5);
        var options = new TrainingOptions { Epochs = 30, BatchSize = 500, Optimizer = Optimizer.Adam(0.05) };
        await Training.FitAsync(net.Parameters, ScoreMatching.SlicedReduced().Objective(x => net.Run(Mode.Train, x)), data, options);
        var weight = net.Parameters[0].Value.Cast(Dtype.Float64);
        Near(0, (weight + Tensor.Eye(2, dtype: Dtype.Float64) * 4).View([-1]), 0.5);
    });

    // ---- energies ----

    [Fact]
    public void Contrastive_divergence_compares_energies_of_model_and_data()
    {
        var data = RandomNumbers.WithSeed(1, () => Draws(6));
        static Tensor F(Tensor x) => x.Square().Sum(1) * -0.5;
        var loss = ContrastiveDivergence.Objective(rows => rows * 2, F)(data);
        Assert.Equal(4 * F(data).Mean().ToDouble(), loss["model"].ToDouble(), 1e-9);
        Assert.Equal(3 * F(data).Mean().ToDouble(), loss.Value.ToDouble(), 1e-9);

        var chains = new PersistentChains(Tensor.Zeros([3, 2], dtype: Dtype.Float64));
        var objective = ContrastiveDivergence.Persistent(chains, rows => rows + 1, F);
        Assert.Equal(-1, objective(data)["model"].ToDouble(), 1e-9);
        Assert.Equal(-4, objective(data)["model"].ToDouble(), 1e-9);
        Near(2, chains.Rows.View([-1]), 1e-9);
    }

    [Fact]
    public async Task Noise_contrastive_estimation_finds_the_normalizer() => await RandomNumbers.WithSeed(1, async () =>
    {
        var normalizer = NoiseContrastive.Normalizer();
        var noise = Normal.Diagonal(Tensor.Zeros([2]), Tensor.Full([2], 1.5));
        Tensor LogDensity(Tensor x) => normalizer.Run(Mode.Train, x.Square().Sum(1) * -0.5);
        var data = Dataset.FromTensor(Tensor.Randn([20_000, 2]));
        var options = new TrainingOptions { Epochs = 5, BatchSize = 500, Optimizer = Optimizer.Adam(0.05) };
        await Training.FitAsync(normalizer.Parameters, NoiseContrastive.Objective(noise, 2, LogDensity), data, options);
        Assert.Equal(Math.Log(2 * Math.PI), normalizer.Parameters[0].Value.ToDouble(), 0.1);
        var loss = NoiseContrastive.PerExample(noise, 3, noise.LogProb, Tensor.Randn([4, 2]));
        Assert.Equal(4 * Math.Log(4), loss["data"].Sum().ToDouble(), 1e-4);
        Assert.Throws<ArgumentException>(() => NoiseContrastive.PerExample(noise, 3, noise.LogProb, Tensor.Randn([4, 3])));
    });

    // ---- Langevin dynamics ----

    [Fact]
    public void Unadjusted_chains_keep_their_own_variance()
    {
        RandomNumbers.Seed(1);
        var variance = 1 / (1 - 0.4 / 4);
        var x = Langevin.Unadjusted(x => -x, Draws(20_000) * Math.Sqrt(variance), new() { Steps = 3, StepSize = 0.4 });
        Near(variance, x.Var(0), 5 * variance * Math.Sqrt(2.0 / 20_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LangevinOptions { StepSize = 0 });

        using var source = new CancellationTokenSource();
        var evaluations = 0;

        Tensor Score(Tensor x)
        {
            if (++evaluations == 4)
            {
                source.Cancel();
            }

            return -x;
        }

        Assert.Throws<OperationCanceledException>(() => Langevin.Unadjusted(Score, Draws(10), cancellationToken: source.Token));
        Assert.Equal(4, evaluations);
    }

    [Fact]
    public async Task Annealed_chains_end_at_the_data()
    {
        var log = new Log();
        var options = new LangevinOptions { Steps = 50, StepSize = 0.02 };
        RandomNumbers.Seed(1);
        var x = await Langevin.AnnealedAsync(Ladder, NormalScore, Tensor.Zeros([5000, 2], dtype: Dtype.Float64), options, log);
        Near(1.01, x.Var(0), 0.15);
        Assert.Equal(150, log.Entries[^1].Step);
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Langevin.AnnealedAsync(Ladder, NormalScore, x, options, cancellationToken: stopped.Token));
    }

    [Fact]
    public async Task Adjusted_chains_have_the_moments_of_the_density()
    {
        var log = new Log();
        var options = new MetropolisOptions { Warmup = 300, Draws = 100, Thin = 5 };
        var start = RandomNumbers.WithSeed(1, () => Draws(100));
        var chains = await Langevin.AdjustedAsync(x => (x - 1).Square().Sum(1) * -2, start, options, log);
        var draws = chains.Pooled["x"];
        Assert.Equal([10_000, 2], draws.Shape);
        var size = Convergence.EffectiveSizeOfMean(chains.Coordinates);
        Near(0, (draws.Mean(0) - 1) / (0.5 / size.Sqrt()), 5);
        Assert.InRange(chains.Acceptance, 0.45, 0.7);
        Assert.Equal((800, 300), (log.Entries[^1].Step, log.Entries[^1].Warmup));
        Assert.Equal((1000, 5), (Langevin.AdjustedDefaults.Warmup, Langevin.AdjustedDefaults.Thin));
    }

    [Fact]
    public async Task Adjusted_chains_draw_from_the_posterior_of_a_model()
    {
        var one = Tensor.FromScalar(1.0, Dtype.Float64);

        var model = new Program<Tensor>(p =>
        {
            var z = p.Sample("z", new Normal(one - 1, one));
            p.Observe("x", new Normal(z, one), one);
            return z;
        });

        var chains = await Langevin.PosteriorAsync(model, new() { Warmup = 300, Draws = 100 });
        var error = Math.Sqrt(0.5 / chains.EffectiveSize.ToDouble());
        Assert.Equal(0.5, chains.Values["z"].Mean().ToDouble(), 5 * error);
    }
}
