// f-divergences, their bounds and tests on samples, as a C# program uses them.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class DivergenceTests
{
    private static readonly Normal P = new(Row(1), Row(1));

    private static readonly Normal Q = new(Row(0), Row(1));

    [Fact]
    public void The_table_says_what_it_holds()
    {
        Assert.True(FDivergence.All.Count >= 11);
        Assert.Equal(FDivergence.All.Count, FDivergence.All.Select(divergence => divergence.Name).Distinct().Count());
        Assert.All(FDivergence.All, divergence => Assert.Contains("u", divergence.Formula));
        Assert.All(FDivergence.All, divergence => Assert.Contains("arXiv", divergence.Source));
        Assert.Equal((double.NegativeInfinity, 1), FDivergence.SquaredHellinger.Domain);
        Assert.Equal("reverse KL", FDivergence.ReverseKl.ToString());
    }

    [Fact]
    public void Its_functions_obey_Fenchel_and_Young()
    {
        var (l, v) = (Row(-1, -0.2, 0.5), Row(2, 0.1, -1));

        foreach (var divergence in FDivergence.All)
        {
            var (f, t) = (divergence.Generator(l), divergence.Activation(v));
            Assert.True((f + divergence.Conjugate(t) - l.Exp() * t).Ge(-1e-5).All().ToBool(), divergence.Name);
            var best = divergence.OptimalCritic(l);
            Assert.True(divergence.Conjugate(best).AllClose(l.Exp() * best - f, absoluteTolerance: 1e-4), divergence.Name);
            Assert.True(divergence.ConjugateOfActivation(v).AllClose(divergence.Conjugate(t), absoluteTolerance: 1e-4));
            Assert.True(divergence.Perspective(l).AllClose(f / l.Exp(), absoluteTolerance: 1e-5));
        }
    }

    [Fact]
    public void Estimates_and_sums_agree_with_closed_forms() => RandomNumbers.WithSeed(1, () =>
    {
        foreach (var estimate in new[] { FDivergence.Kl.EstimateFromP(P, Q, 20_000), FDivergence.Kl.EstimateFromQ(P, Q, 20_000) })
        {
            Assert.InRange((estimate.Value - 0.5).Abs().ToDouble(), 0, 5 * estimate.StandardError.ToDouble());
        }

        var (logP, logQ) = (Row(0.5, 0.5).Log(), Row(0.25, 0.75).Log());
        Assert.Equal(0.25, FDivergence.TotalVariation.OfLogProbabilities(logP, logQ).ToDouble(), 6);
        var exact = FDivergence.Pearson.Exact(Categorical.FromLogits(logP), Categorical.FromLogits(logQ)).ToDouble();
        Assert.Equal(0.25 + 0.75 / 9, exact, 6);
        var x = Row(0, 1).View([2, 1]);
        var ratios = P.LogProb(x) - Q.LogProb(x);
        Assert.True(FDivergence.ReverseKl.OfDrawsFromQ(ratios).Value.AllClose(-ratios.Mean(0)));
        Assert.True(FDivergence.Kl.OfDrawsFromP(ratios).Value.AllClose(ratios.Mean(0)));
        return 0;
    });

    [Fact]
    public void A_divergence_of_ones_own_is_made_from_f()
    {
        var triangular = FDivergence.FromGenerator("triangular", u => (u - 1).Square() / (u + 1));
        Assert.Equal(1, triangular.Domain.Highest, 6);
        Assert.Equal(-1, triangular.Conjugate(Row(-4)).ToDouble(), 6);
        var gentle = triangular.WithActivation(v => 1 - v.Softplus());
        Assert.True(gentle.ConjugateOfActivation(Row(1)).AllClose(triangular.Conjugate(1 - Row(1).Softplus())));

        var error = Assert.Throws<ArgumentException>(() => FDivergence.FromGenerator("mine", u => u.Log()));
        Assert.Contains("not convex", error.Message);
        Assert.Throws<ArgumentException>(() => FDivergence.Alpha(1));
        Assert.Throws<ArgumentNullException>("critic", () => triangular.Dual(null!, Row(1), Row(1)));
    }

    [Fact]
    public async Task A_critic_is_trained_towards_the_divergence()
    {
        await RandomNumbers.WithSeed(2, async () =>
        {
            var critic = Net.Mlp(Activation.Tanh, 1, 16).Then(Head.Output(1));
            var divergence = FDivergence.JensenShannon;
            var data = Dataset.FromTensor(Tensor.Zeros([400, 1]));
            var options = new TrainingOptions { Epochs = 1, BatchSize = 1, Optimizer = Optimizer.Adam(0.01) };
            Loss Negative(Tensor _) => -divergence.Dual(critic, P.Sample([256]), Q.Sample([256]));
            await Training.FitAsync(critic.Parameters, Negative, data, options);
            var bound = divergence.DualEstimate(critic, P.Sample([50_000]), Q.Sample([50_000]));
            var exact = divergence.EstimateFromQ(P, Q, 50_000).Value.ToDouble();
            Assert.InRange(bound.Value.ToDouble(), 0.9 * exact, exact + 0.02);
            var outputs = (critic.Run(Mode.Eval, Row(1).View([1, 1])), critic.Run(Mode.Eval, Row(0).View([1, 1])));
            Assert.Equal(["critic", "conjugate"], divergence.DualOfOutputs(outputs.Item1, outputs.Item2).Terms.Select(term => term.Name));
        });
    }

    [Fact]
    public void Games_are_made_of_divergences()
    {
        var (real, fake) = (Row(1, 2), Row(-1, 0));
        var gan = FGan.NonSaturating(FDivergence.Gan);
        Assert.True(gan.Critic(real, fake).AllClose((-real).Softplus().Mean() + fake.Softplus().Mean()));
        Assert.True(gan.Generator(real, fake).AllClose((-fake).Softplus().Mean()));
        Assert.True(FGan.Saturating(FDivergence.Gan).Generator(real, fake).AllClose(-fake.Softplus().Mean()));
    }

    [Fact]
    public void Two_samples_are_told_apart() => RandomNumbers.WithSeed(3, () =>
    {
        var (x, same, other) = (Tensor.Randn([100, 2]), Tensor.Randn([80, 2]), Tensor.Randn([90, 2]) + 1);
        var kernel = Kernel.MultiScale(Mmd.MedianDistance(x, other));

        foreach (var test in new Func<Tensor, TestResult>[]
        {
            y => PermutationTest.Mmd(kernel, x, y, permutations: 199),
            y => PermutationTest.Energy(x, y, permutations: 199),
            y => PermutationTest.Run((a, b) => RandomNumbers.WithSeed(0, () => Wasserstein.Sliced(a, b, 20)), x, y, permutations: 199),
            y => ClassifierTest.Run(x, y, new() { Training = new() { Epochs = 20, BatchSize = 32, Optimizer = Optimizer.Adam(0.01) } }),
        })
        {
            Assert.True(test(other).Rejects(0.01));
            Assert.False(test(same).Rejects(0.001));
        }

        Assert.Equal(test1(), test1());
        TestResult test1() => ClassifierTest.Run(x, same, new() { Seed = 5 });
        Assert.Equal(2, Wasserstein.OfNumbers(Row(0, 1), Row(3, 2, 2, 3)).ToDouble(), 6);
        Assert.True(EnergyDistance.Biased(x, other).ToDouble() > EnergyDistance.Unbiased(x, same).ToDouble());
        Assert.True(Kernel.NegativeDistance().Rows(x[..80], same).AllClose(-(x[..80] - same).Square().Sum(1).Sqrt()));
        return 0;
    });

    [Fact]
    public async Task Tests_run_beside_the_caller_and_can_be_cancelled()
    {
        var (x, y) = (Tensor.Randn([60, 2]), Tensor.Randn([60, 2]) + 2);
        Tensor Distance(Tensor a, Tensor b) => (a.Mean(0) - b.Mean(0)).Square().Sum();
        Assert.True((await PermutationTest.RunAsync(Distance, x, y, permutations: 199)).Rejects(0.01));
        var reports = new Reports();
        var options = new ClassifierTestOptions { Training = new() { Epochs = 20, BatchSize = 16, Optimizer = Optimizer.Adam(0.01) } };
        Assert.True((await ClassifierTest.RunAsync(x, y, options, reports)).Rejects(0.01));
        Assert.Equal(20, reports.Epochs.Distinct().Count());

        using var source = new CancellationTokenSource();
        var evaluations = 0;

        Tensor Stopping(Tensor a, Tensor b)
        {
            if (++evaluations == 5)
            {
                source.Cancel();
            }

            return Distance(a, b);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => PermutationTest.RunAsync(Stopping, x, y, cancellationToken: source.Token));
        Assert.Equal(5, evaluations);

        using var stop = new CancellationTokenSource();
        var training = new TrainingOptions { Epochs = 1_000_000, OnEpoch = epoch => stop.Cancel() };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ClassifierTest.RunAsync(x, y, new() { Training = training }, cancellationToken: stop.Token));
    }

    private sealed class Reports : IProgress<TrainingProgress>
    {
        public List<int> Epochs { get; } = [];

        public void Report(TrainingProgress value) => Epochs.Add(value.Epoch);
    }

    [Fact]
    public void Tests_refuse_what_they_cannot_use()
    {
        var x = Tensor.Randn([60, 2]);
        var message = Assert.Throws<ArgumentException>(() => PermutationTest.Run((a, b) => a.Mean(0) - b.Mean(0), x, x)).Message;
        Assert.Contains("[2]", message, StringComparison.Ordinal);
        var options = new ClassifierTestOptions { Training = new() { Checkpoint = "there.safetensors" } };
        message = Assert.Throws<ArgumentException>(() => ClassifierTest.Run(x, x, options)).Message;
        Assert.Contains("there.safetensors", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_is_held_to_a_score() => RandomNumbers.WithSeed(4, () =>
    {
        Func<Tensor, Tensor> score = x => -x;
        var (good, bad) = (Tensor.Randn([200, 2]), Tensor.Randn([200, 2]) * 0.5);

        foreach (var kernel in new[] { SteinKernel.Gaussian(1), SteinKernel.Gaussian(Row(1)[0]), SteinKernel.InverseMultiquadric(1) })
        {
            Assert.True(KernelStein.Test(kernel, score, bad, bootstraps: 199).Rejects(0.01));
            Assert.False(KernelStein.Test(kernel, score, good, bootstraps: 199).Rejects(0.001));
            Assert.True(KernelStein.Unbiased(kernel, score, bad).ToDouble() > 0);
            Assert.True(KernelStein.Matrix(kernel, score, good).Mean().AllClose(KernelStein.Biased(kernel, score, good)));
            var squares = Row(0.5, 2);
            Assert.True(kernel.Value(squares).Gt(0).All().ToBool() && kernel.First(squares).Lt(0).All().ToBool());
            Assert.True(kernel.Second(squares).Gt(0).All().ToBool());
        }

        Assert.Throws<ArgumentException>(() => KernelStein.Test(SteinKernel.Gaussian(1), score, good, change: 0.9));
        return 0;
    });
}
