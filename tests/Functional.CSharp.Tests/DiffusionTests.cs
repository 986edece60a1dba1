// Diffusion as a C# program uses it: a model is trained, bounded, sampled, guided and used for filling in.
// The F# suite tests the mathematics; here it is what arrives on this side.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class DiffusionTests
{
    private static Tensor Row(params double[] values) => Tensor.FromArray(values, dtype: Dtype.Float64);

    // Data in a narrow cloud around (1, -1), denoised by a function.
    private static readonly Denoiser Cloud = Denoiser.FromFunction(
        NoiseSchedule.Cosine(), Prediction.Data, (x, _) => x * 0.0 + Row(1, -1));

    // The states as they are when they are reported.
    private sealed class Log : IProgress<SamplerProgress>
    {
        public List<SamplerProgress> Entries { get; } = [];

        public void Report(SamplerProgress value) => Entries.Add(value with { State = value.State.Clone() });
    }

    private static void Close(double expected, double actual, double tolerance = 1e-9) => Assert.Equal(expected, actual, tolerance);

    [Fact]
    public void Schedules_have_the_constants_of_the_literature()
    {
        var end = NoiseSchedule.Linear().At(1).Single();
        Close(4.0358e-5, end.Signal * end.Signal, 5e-10);
        Close(0.00657159, NoiseSchedule.VariancePreserving().At(1).Single().Signal, 5e-9);
        var way = NoiseSchedule.Linear().Transition(Row(0.001), Row(0.002));
        Close(5.45319e-5, way.PosteriorVariance.ToDouble(), 5e-11);
        Assert.Equal(10, NoiseSchedule.All().Count);
        Assert.All(NoiseSchedule.All(), schedule => Assert.NotEmpty(schedule.Source));
        Assert.Equal(6, NoiseSchedule.Learned(8).Parameters.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => NoiseSchedule.Linear(5));
    }

    [Fact]
    public void A_schedule_of_ones_own_needs_signal_and_noise()
    {
        var schedule = NoiseSchedule.FromFunctions("quarter circle", t => (t * (Math.PI / 2)).Cos(), t => (t * (Math.PI / 2)).Sin());
        var t = Row(0.25, 0.5);
        Close(0, schedule.LogSnr(t).ToArray<double>()[1]);
        Close(-Math.PI / 2, schedule.Drift(t).ToArray<double>()[1]);
        Close(Math.PI, schedule.DiffusionSquared(t).ToArray<double>()[1]);
        Close(0.25, schedule.TimesOf(schedule.At(0.25).Single().LogSnr)[0]);
        Close(1, schedule.Scale(t).ToArray<double>()[0]);
    }

    [Fact]
    public void A_schedule_of_ones_own_may_be_learned()
    {
        // log SNR = 4 - 8 tᵖ, with p = exp(bend)
        var bend = new Parameter("bend", Gradient.Record(Tensor.Zeros([1], dtype: Dtype.Float64)));
        var range = new Parameter("range", Gradient.Record(Tensor.Full([1], 8, dtype: Dtype.Float64)));
        Tensor LogSnr(Tensor t) => 4 - range.Value * t.Pow(bend.Value.Exp());

        var schedule = NoiseSchedule.FromFunctions(
            "power",
            t => LogSnr(t).Sigmoid().Sqrt(),
            t => (-LogSnr(t)).Sigmoid().Sqrt(),
            LogSnr,
            parameters: [range, bend],
            inside: [bend]);

        Assert.Equal(["range", "bend"], schedule.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(["bend"], schedule.Inside.Select(parameter => parameter.Name));
        Close(2, schedule.LogSnr(Row(0.25)).ToDouble(), 1e-15);
        var denoiser = Denoiser.FromFunction(schedule, Prediction.Data, (x, t) => x * schedule.Signal(t).Unsqueeze(1));
        var objective = DiffusionBound.ContinuousObjective(0, Reconstruction.Gaussian, denoiser);
        var loss = objective(Tensor.Ones([6, 2], dtype: Dtype.Float64));
        var gradients = Gradient.OfLoss(loss.Value, [range.Value, bend.Value]);
        Assert.All(gradients, gradient => Assert.NotEqual(0, gradient.ToDouble()));

        Assert.Throws<ArgumentException>(() => NoiseSchedule.FromFunctions("power", LogSnr, LogSnr, inside: [bend]));
    }

    [Fact]
    public void Predictions_convert_into_each_other()
    {
        var (signal, sigma, data, noise) = (Row(0.8), Row(0.6), Row(2), Row(-1));
        var x = signal * data + sigma * noise;

        foreach (var from in Prediction.All)
        {
            var output = from.Target(signal, sigma, data, noise);

            foreach (var to in Prediction.All)
            {
                var expected = to.Target(signal, sigma, data, noise).ToDouble();
                Close(expected, from.Convert(to, signal, sigma, x, output).ToDouble(), 1e-12);
            }
        }
    }

    [Fact]
    public void Every_prediction_of_a_denoiser_follows_from_one()
    {
        var (x, t) = (Row(0.3, 0.4).View([1, 2]), Row(0.5));
        var level = Cloud.Schedule.At(0.5).Single();
        Assert.Equal([1.0, -1.0], Cloud.Data(x, t).ToArray<double>());
        Close((0.3 - level.Signal) / level.Noise, Cloud.Noise(x, t).ToArray<double>()[0]);
        Close(-Cloud.Noise(x, t).ToArray<double>()[1] / level.Noise, Cloud.Score(x, t).ToArray<double>()[1]);
        Assert.Equal(Cloud.Velocity(x, t).ToArray<double>(), Cloud.At(Mode.Eval, x, t).Velocity.ToArray<double>());
        Close(-1, Cloud.Predicting(Prediction.Score).Data(x, t).ToArray<double>()[1]);
        Close(0.5, Cloud.Clipped(-0.5, 0.5).Data(x, t).ToArray<double>()[0]);
        var doubled = Cloud.Rewritten(Prediction.Data, (mode, x, t) => Cloud.At(mode, x, t).Data * 2.0);
        Assert.Equal([2.0, -2.0], doubled.Data(x, t).ToArray<double>());
        Assert.Throws<ArgumentException>(() => Cloud.Data(x, Row(0.5, 0.5)));
        Assert.Throws<ArgumentException>(() => Cloud.Data(x, t.Unsqueeze(1)));
    }

    [Fact]
    public async Task A_model_is_trained_and_makes_data()
    {
        var net = Net.Join.Then(Net.Mlp(Activation.Silu, 3, 32)).Then(Net.Linear(32, 2));

        var network = Net.FromFunction(((Tensor X, Tensor Time) input) => (First: input.X, Second: input.Time.Unsqueeze(1)))
            .Then(net);

        var denoiser = new Denoiser(NoiseSchedule.Cosine(), Prediction.Velocity, network);
        Assert.Equal(4, denoiser.Parameters.Count);

        await RandomNumbers.WithSeed(1, async () =>
        {
            var data = Tensor.Randn([512, 2]) * 0.1 + 1.0;
            var objective = DiffusionLoss.Objective(LossWeighting.MinSnr(), TimeSampling.LowDiscrepancy, denoiser);
            var before = objective(data).Value.ToDouble();
            var options = new TrainingOptions { Epochs = 30, BatchSize = 64, Optimizer = Optimizer.Adam(3e-3) };
            await Training.FitAsync(denoiser.Parameters, objective, Dataset.FromTensor(data), options);
            Assert.True(objective(data).Value.ToDouble() < before / 2);

            var log = new Log();
            var options2 = new SamplerOptions { Steps = 20, Start = 0.99 };
            var samples = await Sampler.Ddim().SampleAsync(denoiser, [200, 2], options2, log);
            Assert.InRange(samples.Mean().ToDouble(), 0.8, 1.2);
            Assert.Equal(20, log.Entries.Count);
            var (step, steps, time, state) = log.Entries[^1];
            Assert.Equal((20, 20, 0.0), (step, steps, time));
            Assert.True(state.AllClose(samples));
            Assert.False(log.Entries[^2].State.AllClose(samples));
        });
    }

    [Fact]
    public void Losses_have_one_term_for_each_example()
    {
        var x = Tensor.Zeros([5, 2], dtype: Dtype.Float64);

        foreach (var weighting in LossWeighting.All)
        {
            foreach (var times in TimeSampling.All)
            {
                var loss = DiffusionLoss.Estimate(Mode.Eval, weighting, times, Cloud, x);
                Assert.Equal(weighting.Name, loss.Terms.Single().Name);
                Assert.Equal([5], loss.Value.Shape);
                Assert.Equal([5], times.Draw(Cloud.Schedule, x).Shape);
            }
        }

        Close(2, DiffusionLoss.Estimate(Mode.Eval, LossWeighting.Constant, TimeSampling.Uniform, Cloud, x).Value.ToArray<double>()[0]);
        var conditional = DiffusionLoss.Conditional<Tensor>(LossWeighting.Constant, TimeSampling.Grid(10), condition =>
            Denoiser.FromFunction(Cloud.Schedule, Prediction.Data, (x, _) => x * 0.0 + condition));
        Close(2, conditional((x, Row(1, 1))).Value.ToDouble());
        Close(0, LossWeighting.Constant.LogWeight(Cloud.Schedule, Row(0.5)).ToDouble());
        Assert.Empty(DiffusionLoss.Simple(Cloud)(x).Value.Shape);
    }

    [Fact]
    public void Bounds_have_their_terms_and_one_expectation()
    {
        var x = Tensor.Zeros([20_000, 2], dtype: Dtype.Float64);
        var bound = new DiffusionBound(3, Reconstruction.GaussianOf(0.5), ReverseVariance.Forward);
        var whole = RandomNumbers.WithSeed(1, () => bound.Denoising(Mode.Eval, Cloud, x));
        Assert.Equal(["reconstruction", "diffusion", "prior"], whole.Terms.Select(term => term.Name));
        var expected = whole.Value.Mean().ToDouble();
        Close(expected, RandomNumbers.WithSeed(2, () => bound.Estimate(Mode.Eval, Cloud, x)).Value.Mean().ToDouble(), 0.1);
        Close(expected, RandomNumbers.WithSeed(3, () => bound.Consistency(Mode.Eval, Cloud, x)).Value.Mean().ToDouble(), 0.1);
        Close(-expected, RandomNumbers.WithSeed(4, () => bound.Objective(Cloud)(x)).Value.ToDouble(), 0.1);
        Close(whole["prior"].ToArray<double>()[0], DiffusionBound.Prior(Cloud.Schedule, x).ToArray<double>()[0]);

        // the error of the data does not depend on the noise: half the fall of SNR times 2
        var learned = Denoiser.FromFunction(NoiseSchedule.LearnedLinear(2, -2), Prediction.Data, (x, _) => x * 0.0 + Row(1, -1));
        var continuous = DiffusionBound.Continuous(Mode.Eval, 0, TimeSampling.LowDiscrepancy, Reconstruction.Gaussian, learned, x);
        Close(Math.Exp(2) - Math.Exp(-2), continuous["diffusion"].Mean().ToDouble(), 0.02);
        Assert.Empty(DiffusionBound.ContinuousObjective(0, Reconstruction.Gaussian, learned)(x).Value.Shape);
        Close(8, DiffusionBound.BitsPerDimension(x, Row(-16 * Math.Log(2))).ToDouble());
        var (s, t) = (Tensor.Full([20_000], 0.3, dtype: Dtype.Float64), Tensor.Full([20_000], 0.6, dtype: Dtype.Float64));
        Assert.Equal([20_000], DiffusionBound.Step(Mode.Eval, ReverseVariance.Posterior, Cloud, s, t, x).Shape);
        Assert.Equal(3, Reconstruction.All.Count);
    }

    [Fact]
    public void Noise_levels_are_drawn_and_weighed_as_EDM_does()
    {
        RandomNumbers.WithSeed(1, () =>
        {
            var schedule = NoiseSchedule.Edm();
            var x = Tensor.Zeros([20_000, 1], dtype: Dtype.Float64);
            var levels = schedule.Noise(TimeSampling.LogNormal().Draw(schedule, x)).Log();
            Close(-1.2, levels.Mean().ToDouble(), 0.05);
            Close(1.2, levels.Std().ToDouble(), 0.05);

            // the density of t is that of ln σ over t: at t = 1/80, where σ = 1, it is N(0; -1.2, 1.2²) times 80
            var expected = Math.Log(80 / (1.2 * Math.Sqrt(2 * Math.PI))) - 0.5;
            Close(expected, TimeSampling.LogNormal().LogDensity(schedule, Row(1 / 80.0)).ToDouble(), 1e-4);
            Close(0, TimeSampling.LowDiscrepancy.LogDensity(schedule, Row(0.3)).ToDouble());

            // (σ² + s²)/(σ s)² with σ = 1 and s = 0.5
            Close(Math.Log(5), LossWeighting.Edm().LogWeight(schedule, Row(1 / 80.0)).ToDouble());
            Assert.Throws<ArgumentOutOfRangeException>(() => LossWeighting.Edm(0));
            Assert.Throws<ArgumentOutOfRangeException>(() => TimeSampling.LogNormal(0, -1));
            Assert.Throws<ArgumentException>(() => TimeSampling.LogNormal(double.NaN));
            return 0;
        });
    }

    [Fact]
    public async Task The_inside_of_a_learned_schedule_is_trained_for_little_variance()
    {
        await RandomNumbers.WithSeed(1, async () =>
        {
            var schedule = NoiseSchedule.Learned(8, atData: 6, atNoise: -6);
            Assert.Equal(["slope", "heights", "steepness", "centres"], schedule.Inside.Select(parameter => parameter.Name));
            Assert.Empty(NoiseSchedule.LearnedLinear().Inside);

            // data N(0, I)
            var denoiser = Denoiser.FromFunction(
                schedule, Prediction.Data, (x, t) => x * schedule.Signal(t).Unsqueeze(1));

            double Variance() => DiffusionBound.Continuous(
                Mode.Eval, 0, TimeSampling.Uniform, Reconstruction.Gaussian, denoiser, Tensor.Randn([5000, 16]))["diffusion"]
                .Var().ToDouble();

            var before = Variance();
            var objective = DiffusionBound.ContinuousObjective(0, Reconstruction.Gaussian, denoiser);
            var data = Dataset.FromTensor(Tensor.Randn([640, 16]));
            var options = new TrainingOptions { Epochs = 15, BatchSize = 64, Optimizer = Optimizer.Adam(0.05) };
            await Training.FitAsync(schedule.Inside, objective, data, options);
            Assert.True(Variance() < before / 2);
        });
    }

    [Fact]
    public void Every_sampler_ends_in_the_data()
    {
        foreach (var sampler in Sampler.All)
        {
            var options = new SamplerOptions { Steps = 30, Start = 0.95, Grid = TimeGrid.Quadratic, Denoise = true };
            var x = sampler.Run(Cloud, Sampler.NoiseLike(Cloud, Tensor.Zeros([3, 2], dtype: Dtype.Float64), options), options);
            Close(1, x.ToArray2D<double>()[2, 0], 1e-6);
        }

        var log = new Log();
        var ones = Tensor.Ones([1, 2], dtype: Dtype.Float64);
        var states = Sampler.Ancestral().Trajectory(Cloud, ones, new() { Steps = 4 }, log);
        Assert.Equal(5, states.Count);
        Assert.All(states.Skip(1).Zip(log.Entries), pair => Assert.True(pair.First.AllClose(pair.Second.State)));
        Assert.Equal([7, 2], Sampler.Noise(Cloud, [7, 2]).Shape);
        Assert.Equal([1, 0.5, 0], TimeGrid.Uniform.Times(Cloud.Schedule, 1, 2));
        Assert.Equal(3, TimeGrid.All.Count);
        Assert.Equal(0.1, Sampler.Heun(0.1).Churn);
        Assert.Equal(0, Sampler.Ddim().Churn);
        var levels = Cloud.Schedule.At(0.5, 0);
        Close(1, Sampler.Heun().Step(Cloud, Tensor.Ones([1, 2], dtype: Dtype.Float64), levels[0], levels[1]).ToArray<double>()[0], 1e-9);
    }

    [Fact]
    public void A_network_that_gives_another_shape_is_refused()
    {
        var (x, t) = (Tensor.Randn([4, 2]), Tensor.Rand([4]));

        string Refused(Func<object> action) => Assert.Throws<ArgumentException>(action).Message;

        var narrow = Net.FromFunction(((Tensor X, Tensor Time) input) => input.X).Then(Net.Linear(2, 1));
        var denoiser = new Denoiser(NoiseSchedule.Cosine(), Prediction.Noise, narrow);
        var model = new ColdDiffusion(Degradation.FromFunction("dimming", (x, _) => x * 0.5), narrow);

        Assert.All(
            [
                Refused(() => denoiser.Data(x, t)),
                Refused(() => DiffusionLoss.Simple(denoiser)(x)),
                Refused(() => VelocityField.Rectified(narrow).Loss(x)),
                Refused(() => model.Objective(TimeSampling.Uniform)(x)),
                Refused(() => ScoreMatching.Implicit.Objective((x, _) => x.Sum(1))(x)),
            ],
            message => Assert.Contains("[4; 2]", message, StringComparison.Ordinal));

        Assert.Contains("[4; 1]", Refused(() => denoiser.Data(x, t)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_divides_by_the_signal_says_so()
    {
        var velocity = Denoiser.FromFunction(NoiseSchedule.Rectified, Prediction.Velocity, (x, _) => x * 0.5);
        var (x, visible) = (Tensor.Zeros([1, 2]), Tensor.Ones([1, 2]));
        Assert.False(velocity.NeedsSignal);
        Assert.True(velocity.Predicting(Prediction.Noise).Clipped().NeedsSignal);
        var guided = DiffusionInPainting.Guided(x, visible, velocity);
        Assert.True(guided.NeedsSignal);
        var message = Assert.Throws<ArgumentException>(() => Sampler.Ddim().Sample(guided, [1, 2])).Message;
        Assert.Contains("Start = 0.99", message, StringComparison.Ordinal);
        Assert.Equal([1, 2], Sampler.Ddim().Sample(guided, [1, 2], new() { Start = 0.99 }).Shape);
    }

    [Fact]
    public async Task Sampling_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var (x, image) = (Tensor.Ones([1, 2], dtype: Dtype.Float64), Tensor.Ones([1, 1, 4, 4]));
        var cold = new ColdDiffusion(Degradation.Blur(1), Net.FromFunction(((Tensor X, Tensor Time) input) => input.X));
        Assert.Throws<OperationCanceledException>(
            () => Sampler.PredictorCorrector().Sample(Cloud, [1, 2], cancellationToken: source.Token));
        Assert.Throws<OperationCanceledException>(
            () => Sampler.Ancestral().Trajectory(Cloud, x, cancellationToken: source.Token));
        Assert.Throws<OperationCanceledException>(() => cold.Trajectory(image, cancellationToken: source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cold.RunAsync(image, cancellationToken: source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DiffusionInPainting.SampleAsync(
            1, Sampler.Ancestral(), Cloud, (x, x), cancellationToken: source.Token));
    }

    [Fact]
    public async Task Long_sampling_reports_and_does_not_hold_up_the_caller()
    {
        var steps = new Steps();
        var (x, visible) = (Row(5, 0).View([1, 2]), Row(1, 0).View([1, 2]));
        var options = new SamplerOptions { Steps = 4, Start = 0.95 };
        var filled = await DiffusionInPainting.SampleAsync(2, Sampler.Ancestral(), Cloud, (x, visible), options, steps);
        Assert.Equal(5, filled.ToArray<double>()[0], 1e-9);
        var image = Tensor.Rand([1, 1, 4, 4]);
        var cold = new ColdDiffusion(Degradation.Blur(1), Net.FromFunction(((Tensor X, Tensor Time) input) => input.X * 0.0 + image));
        var blurred = cold.Degradation.Apply(image, Tensor.Full([1], options.Start));
        Assert.True((await cold.RunAsync(blurred, options, steps)).AllClose(image, absoluteTolerance: 1e-5));
        Assert.Equal([1, 2, 3, 4, 1, 2, 3, 4], steps.Seen);
    }

    private sealed class Steps : IProgress<SamplerProgress>
    {
        public List<int> Seen { get; } = [];

        public void Report(SamplerProgress value) => Seen.Add(value.Step);
    }

    [Fact]
    public void Guidance_adds_what_a_condition_says()
    {
        var other = Denoiser.FromFunction(Cloud.Schedule, Prediction.Data, (x, _) => x * 0.0);
        var (x, t) = (Row(0.3, 0.4).View([1, 2]), Row(0.5));
        Close(3, Guidance.ClassifierFree(3, Cloud, other).Data(x, t).ToArray<double>()[0]);
        var level = Cloud.Schedule.At(0.5).Single();
        var guided = Guidance.Classifier(2, (x, _) => x.Sum(1), other);
        Close(2 * level.Noise * level.Noise / level.Signal, guided.Data(x, t).ToArray<double>()[0]);
        var classes = Guidance.Classifier(2, (x, _) => x, other);
        Assert.Contains("choose one", Assert.Throws<ArgumentException>(() => classes.Data(x, t)).Message, StringComparison.Ordinal);
        var dropped = Guidance.Dropped(1, Row(7, 8), Tensor.Zeros([2, 2], dtype: Dtype.Float64));
        Assert.Equal([7.0, 8, 7, 8], dropped.ToArray<double>());
        Assert.Throws<ArgumentException>(() => Guidance.ClassifierFree(
            1, Cloud, Denoiser.FromFunction(NoiseSchedule.Rectified, Prediction.Data, (x, _) => x)));
    }

    [Fact]
    public async Task Conditional_denoisers_share_a_network()
    {
        // the data are the labels' signs
        var network = UNet.Conditional(2, new() { Channels = 4, Multipliers = [1], Attention = [], Groups = 2 });
        var schedule = NoiseSchedule.VariancePreserving();
        Denoiser Of(Tensor labels) => Denoiser.Conditional(schedule, Prediction.Data, network, labels);
        var labels = Tensor.FromArray(Enumerable.Range(0, 512).Select(i => (long)(i % 2)).ToArray());
        var data = (labels.Cast(Dtype.Float32) * 2 - 1).View([512, 1, 1, 1]).Expand([512, 1, 2, 2]);

        await Training.FitAsync(
            Of(labels).Parameters,
            DiffusionLoss.Conditional<Tensor>(
                LossWeighting.Constant, TimeSampling.Uniform, labels => Of(Guidance.Dropped(0.2, Tensor.FromScalar(2L), labels))),
            Dataset.FromTensor(data).Zip(Dataset.FromTensor(labels)),
            new() { Epochs = 30, BatchSize = 64, Optimizer = Optimizer.Adam(1e-2) });

        var wanted = Tensor.FromArray(new long[] { 1, 0, 1 });
        var unknown = Tensor.FromArray(new long[] { 2, 2, 2 });
        var drawn = Sampler.Ddim().Sample(Guidance.ClassifierFree(2, Of(wanted), Of(unknown)), [3, 1, 2, 2], new() { Steps = 20 });
        Assert.Equal(wanted.ToArray<long>(), drawn.Mean([1, 2, 3]).Gt(0).Cast(Dtype.Int64).ToArray<long>());
    }

    [Fact]
    public void What_is_visible_stays()
    {
        var x = Row(5, double.NaN).View([1, 2]);
        var visible = Row(1, 0).View([1, 2]);
        var options = new SamplerOptions { Steps = 10, Start = 0.95 };
        var filled = DiffusionInPainting.Sample(3, Sampler.Ancestral(), Cloud, (x, visible), options);
        Assert.Equal(5, filled.ToArray<double>()[0], 1e-9);
        Close(-1, filled.ToArray<double>()[1], 1e-6);
        var (noisy, t) = (Row(0.3, 0.4).View([1, 2]), Row(0.5));
        var linear = Denoiser.FromFunction(Cloud.Schedule, Prediction.Data, (x, _) => x * 0.5);
        Close(5, DiffusionInPainting.Exact(x, visible, linear).Data(noisy, t).ToArray<double>()[0]);
        Close(0.2, DiffusionInPainting.Guided(x, visible, linear).Data(noisy, t).ToArray<double>()[1]);
        Assert.Throws<ArgumentException>(() => DiffusionInPainting.Replacing(1, x, Row(1), Sampler.Ancestral()));
    }

    [Fact]
    public void Degradations_are_undone()
    {
        var x = Tensor.Rand([2, 1, 6, 6]);
        var restored = Net.FromFunction(((Tensor X, Tensor Time) input) => input.X * 0.0 + x);

        foreach (var degradation in Degradation.All)
        {
            var model = new ColdDiffusion(degradation, restored);
            var degraded = degradation.Apply(x, Tensor.Ones([2]));
            Assert.False(degraded.AllClose(x));
            Assert.True(model.Run(degraded, new() { Steps = 5 }).AllClose(x, absoluteTolerance: 1e-5));
            Assert.True(model.RunNaively(degraded, new() { Steps = 5 }).AllClose(x, absoluteTolerance: 1e-5));
            Assert.Equal(6, model.Trajectory(degraded, new() { Steps = 5 }).Count);
            Close(0, model.Objective(TimeSampling.Uniform)(x).Value.ToDouble(), 1e-5);
            Assert.Empty(model.Parameters);
        }

        var own = Degradation.FromFunction("darker", (x, t) => x * (1.0 - t.View([2, 1, 1, 1])));
        Close(0, own.Apply(x, Tensor.Ones([2])).Sum().ToDouble());
        Assert.Equal("blur 2", Degradation.Blur(2).Name);
        Assert.NotEmpty(Degradation.Fading(3, 2).Formula);
    }
}
