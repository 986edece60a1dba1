// Importance weights and annealed importance sampling, as a C# program uses them.
// z ~ N(0, 1), x | z ~ N(z, 1), so x ~ N(0, 2) and the posterior is N(x/2, 1/2).
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ImportanceTests
{
    private static readonly Tensor X = Tensor.FromArray(new[,] { { 0.5 }, { -1.0 } });

    private static readonly Distribution Prior = Normal.Diagonal(Row(0), Row(1));

    private static readonly AnnealingOptions Quick = new() { Chains = 50, Steps = 40, Leapfrog = 5, StepSize = 0.5 };

    private static Distribution Likelihood(Tensor z) => Normal.Diagonal(z, Row(1));

    private static Tensor Evidence => Normal.Diagonal(Row(0), Row(Math.Sqrt(2))).LogProb(X);

    [Fact]
    public void Good_weights_are_called_good() => RandomNumbers.WithSeed(1, () =>
    {
        var z = Prior.Expand([2]).Sample([2_000]);
        var summary = ImportanceWeights.Summarize(Likelihood(z).LogProb(X));
        Assert.True(summary.LogEvidence.AllClose(Evidence, absoluteTolerance: 0.1));
        Assert.True(summary.SmoothedLogEvidence.AllClose(Evidence, absoluteTolerance: 0.1));
        Assert.True(summary.EffectiveSampleSize.Gt(500).All().ToBool());
        Assert.True(summary.ParetoShape.Lt(0.5).All().ToBool());
        Assert.Equal([2_000, 2], summary.SmoothedLogWeights.Shape);
        Assert.Equal(2_000, summary.Draws);
        Assert.Contains("2 good, 0 usable, 0 unreliable", summary.Verdict());
        return 0;
    });

    [Fact]
    public void Heavy_tails_are_called_unreliable() => RandomNumbers.WithSeed(2, () =>
    {
        var logWeights = Tensor.Rand([1_000, 1], dtype: Dtype.Float64).Log() * -1.5;
        var summary = ImportanceWeights.Summarize(logWeights);
        Assert.InRange(summary.ParetoShape[0].ToDouble(), 0.9, 2.1);
        Assert.Contains("1 unreliable", summary.Verdict());
        Assert.True(ImportanceWeights.EffectiveSampleSize(logWeights).AllClose(summary.EffectiveSampleSize));
        Assert.True(ImportanceWeights.LogEvidence(logWeights).AllClose(summary.LogEvidence));
        Assert.Equal(0.5, ImportanceWeights.Threshold(100), 12);
        return 0;
    });

    [Fact]
    public async Task Annealing_finds_the_evidence()
    {
        RandomNumbers.Seed(3);
        var steps = new List<int>();
        var progress = new Listener(report => steps.Add(report.Step));
        var sample = await AnnealedImportance.EvidenceAsync(Prior, Likelihood, X, Quick, progress);
        Assert.Equal([50, 2], sample.LogWeights.Shape);
        Assert.Equal([50, 2, 1], sample.Values.Shape);
        Assert.Equal([50, 2], sample.Acceptance.Shape);
        Assert.Equal(Enumerable.Range(1, 80), steps);
        Assert.True(ImportanceWeights.Summarize(sample.LogWeights).LogEvidence.AllClose(Evidence, absoluteTolerance: 0.1));
    }

    // Scale ~ Exponential(1), x | scale ~ Exponential(scale): p(x) = 1 / (1 + x)².
    [Fact]
    public async Task Annealing_finds_the_evidence_of_a_program()
    {
        RandomNumbers.Seed(5);
        var model = new Program<Tensor>(p =>
        {
            var rate = p.Sample("rate", new Exponential(1.0));
            p.Observe("x", new Exponential(rate), Tensor.FromScalar(0.5f));
            return rate;
        });

        var sample = await AnnealedImportance.OfProgramAsync(model, Normal.Diagonal(Row(0), Row(2)), Quick);
        Assert.Equal([50], sample.LogWeights.Shape);
        Assert.Equal(-2 * Math.Log(1.5), ImportanceWeights.LogEvidence(sample.LogWeights).ToDouble(), 0.15);
    }

    [Fact]
    public async Task Annealing_integrates_any_density()
    {
        RandomNumbers.Seed(4);
        var options = new AnnealingOptions { Chains = 50, Schedule = AnnealingSchedule.Given([0, 0.1, 0.3, 0.6, 1]), StepSize = 0.5 };
        var sample = await AnnealedImportance.RunAsync(Prior.Expand([1]), z => z.Square().Sum(-1) * -1.0, options);
        Assert.Equal(0.5 * Math.Log(Math.PI), ImportanceWeights.LogEvidence(sample.LogWeights)[0].ToDouble(), 0.3);
    }

    [Fact]
    public async Task Annealing_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        var progress = new Listener(_ => source.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => AnnealedImportance.EvidenceAsync(Prior, Likelihood, X, Quick, progress, source.Token));
    }

    [Fact]
    public async Task Bad_arguments_are_ArgumentExceptions()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Chains", () => new AnnealingOptions { Chains = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("Acceptance", () => new AnnealingOptions { Acceptance = 1 });
        Assert.Throws<ArgumentOutOfRangeException>("sharpness", () => AnnealingSchedule.Sigmoid(0));
        Assert.Throws<ArgumentException>(() => ImportanceWeights.Summarize(Tensor.Zeros([0, 2])));
        await Assert.ThrowsAsync<ArgumentNullException>("x", () => AnnealedImportance.EvidenceAsync(Prior, Likelihood, null!));
        var positive = new Exponential(Row(1));
        await Assert.ThrowsAsync<ArgumentException>(() => AnnealedImportance.RunAsync(positive, z => z));
    }

    private sealed class Listener(Action<AnnealingProgress> action) : IProgress<AnnealingProgress>
    {
        public void Report(AnnealingProgress value) => action(value);
    }
}
