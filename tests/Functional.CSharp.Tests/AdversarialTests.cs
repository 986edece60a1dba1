// Adversarial training as a C# program would do it: models through FitAsync, games of one's own through Training.PlayAsync.
// On two-dimensional data that take seconds; the maths is tested in F#.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class AdversarialTests
{
    private static readonly AdversarialOptions Fast = AdversarialOptions.NonSaturating with
    {
        Penalty = CriticPenalty.R1(0.5),
        CriticOptimizer = Optimizer.Adam(5e-3, beta1: 0.5, beta2: 0.99),
        GeneratorOptimizer = Optimizer.Adam(3e-3, beta1: 0.5, beta2: 0.99),
    };

    private static readonly TrainingOptions OneEpoch = new() { Epochs = 1, BatchSize = 64 };

    private static Net<Tensor, Tensor> Network(int inputs, int outputs) =>
        Net.Mlp(Activation.LeakyRelu, inputs, 16, 16).Then(Head.Output(outputs));

    private static Gan SmallGan() =>
        new(generator: Network(2, 2), critic: Network(2, 1), prior: Normal.Standard([2]));

    private static Tensor Cloud(int count, double x, double y, double scale = 0.5) =>
        Tensor.Randn([count, 2]) * scale + Row(x, y).Cast(Dtype.Float32);

    private static double Distance(Tensor samples, double x, double y)
    {
        var mean = samples.Mean(0).ToArray<float>();
        return Math.Max(Math.Abs(mean[0] - x), Math.Abs(mean[1] - y));
    }

    [Fact]
    public async Task A_GAN_learns_where_the_data_are()
    {
        await RandomNumbers.WithSeed(1, async () =>
        {
            var gan = SmallGan();
            var before = Distance(gan.Sample(1000), 1.5, -1);
            var result = await gan.FitAsync(Dataset.FromTensor(Cloud(64 * 300, 1.5, -1)), Fast, OneEpoch);
            Assert.True(Distance(gan.Sample(1000), 1.5, -1) < 0.35, $"it was {before}");

            Assert.Equal(
                ["critic adversarial", "critic accuracy", "critic penalty", "generator adversarial", "generator variance ratio"],
                result.Epochs[0].Terms.Select(term => term.Name));
        });
    }

    [Fact]
    public async Task Cancelling_keeps_the_weights_and_progress_tells_the_players_terms()
    {
        using var stop = new CancellationTokenSource();
        var gan = SmallGan();
        var before = gan.Parameters[0].Value.ToArray<float>();
        var names = new List<string>();

        var progress = new Report(report =>
        {
            names.AddRange(report.Terms.Select(term => term.Name));
            stop.Cancel();
        });

        var options = new TrainingOptions { Epochs = 1000, BatchSize = 16 };
        var error = await Assert.ThrowsAsync<TrainingCanceledException>(
            () => gan.FitAsync(Dataset.FromTensor(Cloud(1600, 0, 0)), Fast, options, progress, stop.Token));

        Assert.Empty(error.Result.Epochs);
        Assert.Contains("generator adversarial", names);
        Assert.NotEqual(before, gan.Parameters[0].Value.ToArray<float>());
    }

    private sealed class Report(Action<TrainingProgress> receive) : IProgress<TrainingProgress>
    {
        void IProgress<TrainingProgress>.Report(TrainingProgress value) => receive(value);
    }

    [Fact]
    public async Task A_game_goes_on_from_its_checkpoint()
    {
        using var file = new TemporaryFile();

        async Task<float[]> Train(int seed, int stopAt, string? checkpoint) =>
            await RandomNumbers.WithSeed(seed, async () =>
            {
                using var stop = new CancellationTokenSource();
                var gan = SmallGan();
                var data = Dataset.FromTensor(RandomNumbers.WithSeed(9, () => Cloud(200, 1, 1)));

                var options = new TrainingOptions
                {
                    Epochs = 2,
                    BatchSize = 20,
                    Checkpoint = checkpoint,
                    OnStep = step =>
                    {
                        if (step == stopAt)
                        {
                            stop.Cancel();
                        }
                    },
                };

                try
                {
                    await gan.FitAsync(data, Fast, options, cancellationToken: stop.Token);
                }
                catch (TrainingCanceledException)
                {
                }

                return gan.Parameters.SelectMany(parameter => parameter.Value.ToArray<float>()).ToArray();
            });

        var whole = await Train(1, stopAt: -1, checkpoint: null);
        await Train(1, stopAt: 7, file.Path);
        Assert.Equal(whole, await Train(2, stopAt: -1, file.Path));
    }

    [Fact]
    public async Task Players_of_ones_own_take_turns_with_their_own_optimizers()
    {
        var x = new Parameter("x", Gradient.Record(Row(2.0)));
        var y = new Parameter("y", Gradient.Record(Row(-2.0)));
        var clipped = 0;
        Tensor Value() => (x.Value * x.Value - y.Value * y.Value + x.Value * y.Value).Sum();

        Player<Tensor>[] players =
        [
            new("min", [x], _ => Loss.Term("value", Value()) + Loss.Observed("y", y.Value.Sum()), Optimizer.Sgd(0.1)),
            new("max", [y], _ => -Loss.Term("value", Value()), Optimizer.Momentum(0.05, 0.5)) { Steps = 2, AfterStep = () => clipped++ },
        ];

        Assert.Equal(("max", 2, "y"), (players[1].Name, players[1].Steps, players[1].Parameters[0].Name));
        var data = Dataset.FromTensor(Tensor.Zeros([400]));
        var options = new TrainingOptions { Epochs = 1, BatchSize = 1 };
        var result = await Training.PlayAsync(players, data, options);

        Assert.Equal(400, clipped);
        Assert.Equal(0, x.Value.ToArray<double>()[0], 6);
        Assert.Equal(0, y.Value.ToArray<double>()[0], 6);
        Assert.Equal(["min value", "min y", "max value"], result.Epochs[0].Terms.Select(term => term.Name));
        Assert.Empty(result.Epochs[0].Warnings);
        await Assert.ThrowsAsync<ArgumentException>(() => Training.PlayAsync<Tensor>([], data));
        await Assert.ThrowsAsync<ArgumentException>(() => Training.PlayAsync([players[0], players[0]], data));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Player<Tensor>("p", [x], _ => Loss.Term("v", Value()), Optimizer.Sgd(1)) { Steps = 0 });
    }

    [Fact]
    public async Task Collapse_is_warned_of()
    {
        var weight = new Parameter("weight", Gradient.Record(Row(1.0)));

        Loss Collapsed(Tensor batch) =>
            Loss.Term("size", (weight.Value * weight.Value).Sum())
            + Loss.Observed(Adversarial.AccuracyTerm, Tensor.Ones([1]))
            + Loss.Observed(Adversarial.VarianceRatioTerm, Tensor.Zeros([1]));

        // One epoch, as games on generated data have it: warnings come with the reports, long before its end.
        var heard = new Heard();
        var data = Dataset.FromTensor(Tensor.Zeros([1000]));
        var result = await Training.FitAsync([weight], Collapsed, data, new() { Epochs = 1, BatchSize = 1 }, heard);
        Assert.Equal(2, result.Epochs[0].Warnings.Count);
        Assert.StartsWith("critic saturated", result.Epochs[0].Warnings[0]);
        Assert.StartsWith("samples collapsing", result.Epochs[0].Warnings[1]);
        Assert.Equal(result.Epochs[0].Warnings.Select(warning => (400, warning)), heard.Warnings);
    }

    private sealed class Heard : IProgress<TrainingProgress>
    {
        public List<(int Step, string Warning)> Warnings { get; } = [];

        public void Report(TrainingProgress value) => Warnings.AddRange(value.Warnings.Select(warning => (value.Step, warning)));
    }

    [Fact]
    public void Losses_and_penalties_are_values()
    {
        var real = Row(0.5, 1.5);
        var fake = Row(-1.0, 0.25);
        Assert.Equal(-1.375, Adversarial.Wasserstein.Critic(real, fake).ToDouble(), 12);
        Assert.Equal(0.375, Adversarial.Wasserstein.Generator(real, fake).ToDouble(), 12);
        Assert.Equal(1, Adversarial.Accuracy(real, fake).ToDouble());
        Assert.True(Adversarial.VarianceRatio(real, fake).ToDouble() > 1);
        Assert.Contains(Adversarial.All, loss => loss.Name == Adversarial.Hinge.Name && loss.Formula.Contains("max") && loss.Saturates);
        Assert.True(Adversarial.Saturating.IsZeroSum);
        Assert.Equal("non-saturating", Adversarial.NonSaturating.ToString());
        Assert.Contains("arXiv", Adversarial.LeastSquares.Source);

        // The slope of 3x is 3, wherever it is taken.
        Func<Tensor, Tensor> critic = x => x.Sum(1) * 3;
        var points = Row(0.5, 1.5).View([2, 1]);
        Assert.Equal(new double[] { 9, 9 }, CriticPenalty.SquaredSlope(critic, points).ToArray<double>());
        Assert.Equal(20, CriticPenalty.Gradient(5).Value(critic, points, points * 2).ToDouble(), 12);
        Assert.Equal(9, CriticPenalty.R1(2).Term(critic, points, points)["penalty"].ToDouble(), 12);
        Assert.Equal(["gradient penalty", "R1"], CriticPenalty.All.Select(penalty => penalty.Name));
        Assert.Throws<ArgumentOutOfRangeException>(() => CriticPenalty.R1(0));

        var kernel = Kernel.Gaussian(1);
        var features = Tensor.Randn([5, 3]);
        Assert.Equal(
            Mmd.Unbiased(kernel, features, features * 2).ToDouble(), Adversarial.Mmd(kernel).Generator(features, features * 2).ToDouble(), 6);
    }

    [Fact]
    public void A_loss_and_a_penalty_of_ones_own_go_into_the_options()
    {
        var loss = new AdversarialLoss(
            "relativistic",
            "softplus of the difference",
            "Jolicoeur-Martineau, arXiv:1807.00734",
            critic: (real, fake) => (fake - real).Softplus().Mean(),
            generator: (real, fake) => (real() - fake).Softplus().Mean());

        var penalty = new CriticPenalty("samples", "E[|grad V(y)|^2]", "", (critic, _, fake) => CriticPenalty.SquaredSlope(critic, fake).Mean());
        var options = Fast with { Loss = loss, Penalty = penalty, CriticSteps = 2, Clip = 0.5 };
        var x = Tensor.Randn([4, 2]);
        Func<Tensor, Tensor> critic = x => x.Sum(1) * 2;

        Assert.Equal(8, options.CriticLoss(critic, x, x)["penalty"].ToDouble(), 5);
        Assert.Equal(Math.Log(2), options.GeneratorLoss(critic, x, x)["adversarial"].ToDouble(), 5);
        var outputs = critic(x);
        Assert.Equal(Math.Log(2), Adversarial.OfCritic(loss, outputs, outputs)["adversarial"].ToDouble(), 5);
        Assert.Equal(Math.Log(2), Adversarial.OfGenerator(loss, () => outputs, outputs).Value.ToDouble(), 5);
        Assert.Equal(Math.Log(2), Adversarial.OfBothSides(loss, outputs, outputs).Value.ToDouble(), 5);

        var net = Network(2, 1);
        var player = options.Critic<Tensor>("critic", net.Parameters, batch => Loss.Term("mean", net.Run(Mode.Train, batch).Mean()));
        Assert.Equal(2, player.Steps);
        Assert.True(double.IsFinite(player.Objective(x).Value.ToDouble()));
        player.AfterStep();
        Assert.All(net.Parameters, parameter => Assert.True(parameter.Value.Abs().Max().ToDouble() <= 0.5));
        AdversarialOptions.ClipWeights(0.01, net.Parameters);
        Assert.All(net.Parameters, parameter => Assert.True(parameter.Value.Abs().Max().ToDouble() <= 0.0101));
        Assert.Equal(1, options.Generator<Tensor>("generator", net.Parameters, player.Objective).Steps);
        Assert.Throws<ArgumentOutOfRangeException>(() => Fast with { Clip = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Fast with { CriticSteps = 0 });
    }

    [Fact]
    public void A_critic_gives_a_number_for_each_example()
    {
        var x = Tensor.Randn([4, 2]);
        Func<Tensor, Tensor>[] critics = [x => x, x => x.Sum(1).Mean(), x => x.Sum(1).Mean(0, keepDim: true)];
        Assert.All(critics, critic => Assert.Throws<ArgumentException>(() => Fast.CriticLoss(critic, x, x)));
        Assert.All(critics, critic => Assert.Throws<ArgumentException>(() => Fast.GeneratorLoss(critic, x, x)));
        Assert.Throws<ArgumentException>(() => Adversarial.OfCritic(Adversarial.Hinge, x, x));
        Assert.Throws<ArgumentException>(() => Adversarial.OfGenerator(Adversarial.Hinge, () => x, x));
        Assert.Throws<ArgumentException>(() => Adversarial.OfBothSides(Adversarial.Hinge, x, x));

        // Patches of an image, and features, are many.
        var patches = Tensor.Randn([4, 1, 3, 3]);
        Assert.True(double.IsFinite(Adversarial.OfCritic(Adversarial.LeastSquares, patches, patches).Value.ToDouble()));
        Assert.True(double.IsFinite(Adversarial.OfCritic(Adversarial.Mmd(Kernel.Gaussian(1)), x, x).Value.ToDouble()));
        Assert.Equal(["MMD"], Adversarial.All.Where(loss => loss.OfFeatures).Select(loss => loss.Name));
    }

    [Fact]
    public async Task A_conditional_GAN_follows_its_labels()
    {
        await RandomNumbers.WithSeed(2, async () =>
        {
            var gan = new ConditionalGan(
                generator: Net.Join.Then(Network(4, 2)),
                critic: Net.Join.Then(Network(4, 1)),
                prior: Normal.Standard([2]));

            var left = Tensor.Cat([Tensor.Ones([9600, 1]), Tensor.Zeros([9600, 1])], dim: 1);
            var right = 1 - left;
            var data = Dataset.FromTensor(Tensor.Cat([Cloud(9600, -2, 0), Cloud(9600, 2, 1)], dim: 0))
                .Zip(Dataset.FromTensor(Tensor.Cat([left, right], dim: 0)));

            await gan.FitAsync(data, Fast, OneEpoch);
            Assert.True(Distance(gan.Sample(left), -2, 0) < 0.4);
            Assert.True(Distance(gan.Sample(right), 2, 1) < 0.4);
            var batch = (Cloud(4, 0, 0), left[..4]);
            Assert.True(double.IsFinite(gan.CriticLoss(Fast, batch).Value.ToDouble()));
            Assert.True(double.IsFinite(gan.GeneratorLoss(Fast, batch).Value.ToDouble()));
        });
    }

    [Fact]
    public async Task A_BiGAN_encodes_and_reconstructs()
    {
        var bigan = new Bigan(Net.Linear(2, 2), Net.Linear(2, 2), Net.Join.Then(Network(4, 1)), Normal.Standard([2]));
        var x = Cloud(6400, 1, -1);
        var result = await bigan.FitAsync(Dataset.FromTensor(x), Fast, OneEpoch);
        Assert.Contains("generator variance ratio", result.Epochs[0].Terms.Select(term => term.Name));
        Assert.Equal([5, 2], bigan.Encode(x[..5]).Shape);
        Assert.Equal([5, 2], bigan.Reconstruct(x[..5]).Shape);
        Assert.Equal([3, 2], bigan.Sample(3).Shape);
        Assert.Equal(["critic", "generator"], bigan.Players().Select(player => player.Name));
        Assert.True(double.IsFinite(bigan.CriticLoss(Fast, x).Value.ToDouble() + bigan.GeneratorLoss(Fast, x).Value.ToDouble()));
    }

    [Fact]
    public async Task A_CycleGAN_translates_there_and_back()
    {
        await RandomNumbers.WithSeed(3, async () =>
        {
            var gan = new CycleGan(Net.Linear(2, 2), Net.Linear(2, 2), Network(2, 1), Network(2, 1));
            var (x, y) = (Cloud(64 * 600, 1, 0), Cloud(64 * 600, 0, 1));
            var data = Dataset.FromTensor(x).Zip(Dataset.FromTensor(y)).Map(batch => (X: batch.First, Y: batch.Second));
            var result = await gan.FitAsync(data.Take(64), options: OneEpoch);
            Assert.Contains("generators cycle", result.Epochs[0].Terms.Select(term => term.Name));
            var players = gan.Players(Fast with { Loss = Adversarial.LeastSquares }, cycle: 1);
            await Training.PlayAsync(players, data, OneEpoch);
            Assert.True(Distance(gan.ToY(x), 0, 1) < 0.4);
            Assert.True(Distance(gan.ToX(y), 1, 0) < 0.4);
            Assert.True((gan.ToX(gan.ToY(x)) - x).Abs().Mean().ToDouble() < 0.2);
            Assert.Equal(["critic of x", "critic of y", "generators"], gan.Players(identity: 5).Select(player => player.Name));
            var loss = gan.GeneratorLoss(Fast, (x[..64], y[..64]), cycle: 2, identity: 1);
            Assert.Equal([2.0, 1.0], loss.Terms.Where(term => term.Name is "cycle" or "identity").Select(term => term.Weight));
        });
    }

    [Fact]
    public async Task An_adversarial_autoencoder_keeps_what_the_data_are()
    {
        await RandomNumbers.WithSeed(4, async () =>
        {
            var model = new AdversarialAutoencoder(
                encoder: Net.Mlp(12, 16).Then(Head.DiagonalNormal(2)),
                decoder: Net.Mlp(2, 16).Then(Head.Bernoulli(12)),
                critic: Network(2, 1),
                prior: Normal.Standard([2]));

            var data = Stripes();
            var x = data.Head(64);
            var before = model.ReconstructionLoss(x).Value.ToDouble();
            var result = await model.FitAsync(data, Fast, new TrainingOptions { Epochs = 100, BatchSize = 32 });
            Assert.True(model.ReconstructionLoss(x).Value.ToDouble() < before - 1);
            Assert.Contains("encoder variance ratio", result.Epochs[^1].Terms.Select(term => term.Name));
            Assert.Equal([64, 2], model.Encode(x).Shape);
            Assert.Equal([64, 12], model.Reconstruct(x).Shape);
            Assert.Equal([7, 12], model.Generate(7).Shape);
            Assert.True(double.IsFinite(model.CriticLoss(Fast, x).Value.ToDouble() + model.EncoderLoss(Fast, x).Value.ToDouble()));
        });
    }
}
