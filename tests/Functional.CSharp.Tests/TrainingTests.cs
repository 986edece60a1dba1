// Training with progress, cancellation and failure, on a data set that takes a second.
// A variational autoencoder through Vae.FitAsync, and a model of one's own through Training.FitAsync.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class TrainingTests
{
    private sealed class Log : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);
    }

    private static Task<TrainingResult> Fit(Vae vae, int epochs) =>
        vae.FitAsync(Stripes(), new TrainingOptions { Epochs = epochs, BatchSize = 16, Optimizer = Optimizer.Adam(0.01) });

    [Fact]
    public async Task Training_raises_the_ELBO()
    {
        await RandomNumbers.WithSeed(1, async () =>
        {
            var vae = SmallVae();
            var before = Stripes().Mean(64, x => vae.Elbo(x).Value);
            var result = await Fit(vae, epochs: 60);
            var after = await Stripes().MeanAsync(64, x => vae.Elbo(x).Value);
            Assert.True(after > before + 1, $"{before} -> {after}");
            Assert.Equal(60, result.Epochs.Count);
            Assert.True(result.Epochs[^1].Loss < result.Epochs[0].Loss);
            Assert.Equal(["reconstruction", "kl"], result.Epochs[0].Terms.Select(term => term.Name));
            Assert.True(Stripes().Mean(64, x => vae.LogEvidence(x, samples: 20)) > after - 0.5);
        });
    }

    [Fact]
    public async Task Progress_and_epochs_are_reported_in_order()
    {
        var log = new Log();
        var epochs = new List<EpochSummary>();
        var options = new TrainingOptions { Epochs = 2, BatchSize = 1, OnEpoch = epochs.Add };
        var result = await SmallVae().FitAsync(Stripes(), options, log);

        Assert.Equal([1, 2], epochs.Select(epoch => epoch.Epoch));
        Assert.Equal(epochs.Select(epoch => epoch.Loss), result.Epochs.Select(epoch => epoch.Loss));
        Assert.True(log.Reports.Count >= 4);
        Assert.All(log.Reports, report => Assert.Equal((2, 64), (report.Epochs, report.Steps)));
        Assert.Equal((2, 64), (log.Reports[^1].Epoch, log.Reports[^1].Step));
        Assert.All(log.Reports, report => Assert.True(double.IsFinite(report.Loss) && report.Elapsed > TimeSpan.Zero));
    }

    [Fact]
    public async Task A_schedule_follows_the_steps()
    {
        var steps = new List<int>();
        var beta = Schedule.Linear(0, 1, steps: 10).Delayed(4);
        var values = new List<double>();

        var options = new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 8,
            OnStep = step =>
            {
                steps.Add(step);
                beta.MoveTo(step);
                values.Add(beta.Value);
            },
        };

        await SmallVae().FitAsync(Stripes(), options);

        Assert.Equal(Enumerable.Range(1, 16), steps);
        Assert.All(steps.Zip(values), pair => Assert.Equal(Math.Clamp((pair.First - 5) / 10.0, 0, 1), pair.Second, 12));
        Assert.Equal(0.5, Moved(Schedule.Cosine(1, 0, steps: 2), 2), 12);
        Assert.Equal(9, Moved(Schedule.From(step => step * step), 3));
        Assert.Equal(2, Moved(Schedule.Constant(2), 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Linear(0, 1, 0));

        static double Moved(Schedule schedule, int step)
        {
            schedule.MoveTo(step);
            return schedule.Value;
        }
    }

    [Fact]
    public async Task The_same_seed_trains_to_the_same_weights()
    {
        async Task<float[]> Train()
        {
            var vae = SmallVae();
            await Fit(vae, epochs: 2);
            return vae.Parameters[0].Value.ToArray<float>();
        }

        Assert.Equal(await RandomNumbers.WithSeed(4, Train), await RandomNumbers.WithSeed(4, Train));
    }

    [Fact]
    public async Task Cancelling_throws_and_keeps_the_weights_and_the_finished_epochs()
    {
        using var stop = new CancellationTokenSource();
        var vae = SmallVae();
        var before = vae.Parameters[0].Value.ToArray<float>();

        var options = new TrainingOptions
        {
            Epochs = 1_000_000,
            OnEpoch = epoch =>
            {
                if (epoch.Epoch == 3)
                {
                    stop.Cancel();
                }
            },
        };

        var training = vae.FitAsync(Stripes(), options, cancellationToken: stop.Token);
        var error = await Assert.ThrowsAsync<TrainingCanceledException>(() => training);
        Assert.True(training.IsCanceled);
        Assert.Equal(stop.Token, error.CancellationToken);
        Assert.Equal(3, error.Result.Epochs.Count);
        Assert.NotEqual(before, vae.Parameters[0].Value.ToArray<float>());
        Assert.True(double.IsFinite(Stripes().Mean(64, x => vae.Elbo(x).Value)));
    }

    [Fact]
    public async Task A_token_that_was_cancelled_before_trains_nothing()
    {
        var vae = SmallVae();
        var before = vae.Parameters[0].Value.ToArray<float>();

        var error = await Assert.ThrowsAsync<TrainingCanceledException>(
            () => vae.FitAsync(Stripes(), cancellationToken: new CancellationToken(canceled: true)));

        Assert.Empty(error.Result.Epochs);
        Assert.Equal(before, vae.Parameters[0].Value.ToArray<float>());
    }

    [Fact]
    public async Task Evaluation_can_be_cancelled()
    {
        var vae = SmallVae();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Stripes().MeanAsync(8, x => vae.Elbo(x).Value, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Training_runs_on_the_thread_pool_and_returns_at_once()
    {
        using var go = new ManualResetEventSlim();
        var training = SmallVae().FitAsync(Stripes(), new() { Epochs = 1, OnEpoch = _ => go.Wait() });
        Assert.False(training.IsCompleted);
        go.Set();
        await training;
    }

    [Fact]
    public async Task A_model_of_ones_own_is_trained_by_its_loss()
    {
        await RandomNumbers.WithSeed(6, async () =>
        {
            var mean = new Parameter("mean", Gradient.Record(Tensor.Zeros([1])));
            var data = Dataset.FromTensor(Tensor.Randn([256, 1]) + 3);

            await Training.FitAsync(
                [mean],
                (Tensor x) => -Loss.Term("likelihood", Normal.Diagonal(mean.Value, Tensor.Ones([1])).LogProb(x)).Mean(),
                data,
                new TrainingOptions { Epochs = 20, BatchSize = 32, Optimizer = Optimizer.Sgd(0.1) });

            Assert.InRange(mean.Value.ToDouble(), 2.7, 3.3);
        });
    }

    [Fact]
    public async Task A_classifier_is_trained_on_pairs()
    {
        await RandomNumbers.WithSeed(6, async () =>
        {
            var classifier = Net.Mlp(12, 16).Then(Head.Categorical(2));
            var labels = Dataset.FromTensor(Tensor.FromArray(Enumerable.Range(0, 64).Select(i => i % 2L).ToArray()));
            var data = Stripes().Zip(labels);

            await Training.FitAsync(
                classifier.Parameters,
                batch => -Loss.Term("label", classifier.Run(Mode.Train, batch.First).LogProb(batch.Second)).Mean(),
                data,
                new TrainingOptions { Epochs = 20, BatchSize = 16, Optimizer = Optimizer.AdamW(0.02) });

            Tensor Guess(Tensor x) => classifier.Run(Mode.Eval, x).Mode;
            var accuracy = data.Mean(64, batch => Guess(batch.First).Eq(batch.Second).Cast(Dtype.Float32));
            Assert.True(accuracy > 0.95, $"accuracy {accuracy}");
        });
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("momentum")]
    [InlineData("sgd")]
    public void A_loop_of_ones_own_steps_an_optimizer(string name)
    {
        var optimizer = name switch
        {
            "adam" => Optimizer.Adam(0.1),
            "momentum" => Optimizer.Momentum(0.02),
            _ => Optimizer.Sgd(0.1),
        };

        var x = new Parameter("x", Gradient.Record(Tensor.Full([2], 4.0)));
        var state = optimizer.Start([x]);
        Assert.NotEmpty(optimizer.Name);

        for (var step = 0; step < 100; step++)
        {
            Scope.Run(() => state.Step(Gradient.OfLoss(x.Value.Square().Sum(), [x.Value])));
        }

        Assert.True(x.Value.Abs().Max().ToDouble() < 1);
        Assert.Equal(name == "sgd" ? 0 : name == "adam" ? 2 : 1, state.Memory.Count);
        state.LearningRate = 0.5;
        Assert.Equal(0.5, state.LearningRate);
    }

    [Fact]
    public async Task A_loss_that_is_no_number_stops_training_and_restores_the_weights()
    {
        var x = new Parameter("x", Gradient.Record(Tensor.Ones([1])));
        var data = Dataset.FromTensor(Tensor.Ones([8, 1]));

        var error = await Assert.ThrowsAnyAsync<NotFiniteNumberException>(() => Training.FitAsync(
            [x], (Tensor batch) => Loss.Term("broken", (batch * x.Value * double.NaN).Sum()), data, new() { Epochs = 1 }));

        Assert.Contains("broken", error.Message);
        Assert.Equal(1, x.Value.ToDouble());
    }

    [Fact]
    public async Task A_checkpoint_goes_on_where_training_stopped()
    {
        using var file = new TemporaryFile();

        async Task<TrainingResult> Run(int epochs) =>
            await RandomNumbers.WithSeed(9, () =>
                SmallVae().FitAsync(Stripes(), new() { Epochs = epochs, BatchSize = 16, Checkpoint = file.Path }));

        await Run(epochs: 2);
        Assert.True(File.Exists(file.Path));
        var resumed = await Run(epochs: 3);
        Assert.Equal(3, resumed.Epochs[^1].Epoch);
    }

    [Fact]
    public async Task A_last_batch_that_is_smaller_can_be_left_out()
    {
        async Task<IEnumerable<int>> Sizes(bool dropLast)
        {
            var x = new Parameter("x", Gradient.Record(Tensor.Ones([1])));
            var sizes = new List<int>();

            Loss Squares(Tensor batch)
            {
                sizes.Add(batch.Shape[0]);
                return Loss.Term("squares", (batch * x.Value).Square().Mean());
            }

            var options = new TrainingOptions { Epochs = 1, BatchSize = 4, DropLast = dropLast };
            await Training.FitAsync([x], (Tensor batch) => Squares(batch), Dataset.FromTensor(Tensor.Ones([9, 1])), options);
            return sizes;
        }

        Assert.Equal([4, 4, 1], await Sizes(dropLast: false));
        Assert.Equal([4, 4], await Sizes(dropLast: true));
    }

    [Fact]
    public async Task Bad_arguments_are_ArgumentExceptions()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Epochs", () => new TrainingOptions { Epochs = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("BatchSize", () => new TrainingOptions { BatchSize = 0 });
        Assert.Throws<ArgumentNullException>("Optimizer", () => new TrainingOptions { Optimizer = null! });
        Assert.ThrowsAny<ArgumentException>(() => Optimizer.Adam(rate: -1));
        Assert.ThrowsAny<ArgumentException>(() => Optimizer.Momentum(0.1, momentum: 1));
        Assert.Throws<ArgumentNullException>("data", () => { _ = SmallVae().FitAsync(null!); });
        Assert.Throws<ArgumentNullException>("prior", () => new Vae(SmallVae().Encoder, SmallVae().Decoder, null!));

        // Pixels that do not fit the encoder, and a loss that is not a scalar.
        await Assert.ThrowsAnyAsync<ArgumentException>(() => SmallVae().FitAsync(Dataset.FromTensor(Tensor.Zeros([8, 5]))));

        var x = new Parameter("x", Gradient.Record(Tensor.Ones([1])));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Training.FitAsync(
            [x], (Tensor batch) => Loss.Term("vector", batch * x.Value), Dataset.FromTensor(Tensor.Ones([8, 1]))));
    }
}
