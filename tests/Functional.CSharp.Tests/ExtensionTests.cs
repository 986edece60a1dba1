// What a program adds of its own to the library's lists: samplers, weightings, times, last steps, objectives of scores, methods.
// Each is one that the library has as well, written anew, and is held to it.
namespace FacadeTests;

public sealed class ExtensionTests
{
    private const string Formula = "as the library's", Source = "this test";

    // A denoiser that is wrong in every number.
    private static readonly Denoiser Model = Denoiser.FromFunction(
        NoiseSchedule.VariancePreserving(), Prediction.Noise, (x, t) => (x * 0.7 + t.View([-1, 1])).Tanh());

    private static Tensor Draws(int rows) => RandomNumbers.WithSeed(1, () => Tensor.Randn([rows, 2], dtype: Dtype.Float64));

    private static void Same(Tensor expected, Tensor actual) => Assert.True(actual.AllClose(expected, 1e-9, 1e-9));

    private static Tensor Times(Tensor rows, double time) => Tensor.Full([rows.Shape[0]], time, dtype: rows.Dtype);

    [Fact]
    public void A_sampler()
    {
        var own = Sampler.FromFunction("mine", (denoiser, x, t, s) =>
        {
            var predicted = denoiser.At(Mode.Eval, x, Times(x, t.Time));
            return predicted.Data * s.Signal + predicted.Noise * s.Noise;
        });

        var options = new SamplerOptions { Steps = 7, Start = 0.9 };
        Same(Sampler.Ddim().Run(Model, Draws(5), options), own.Run(Model, Draws(5), options));
        var churning = Sampler.FromFunction("churning", (denoiser, x, t, s) => Sampler.Heun().Step(denoiser, x, t, s), churn: 0.2);
        Tensor Run(Sampler sampler) => RandomNumbers.WithSeed(2, () => sampler.Run(Model, Draws(5), options));
        Same(Run(Sampler.Heun(0.2)), Run(churning));
        Assert.Equal(("mine", "", ""), (own.Name, own.Formula, own.Source));
        Assert.Throws<ArgumentNullException>(() => Sampler.FromFunction("mine", null!));
        var forgetful = Sampler.FromFunction("forgetful", (_, _, _, _) => null!);
        Assert.Throws<ArgumentException>("step", () => forgetful.Run(Model, Draws(5)));
    }

    [Fact]
    public void A_grid_of_times()
    {
        var own = TimeGrid.FromFunction(
            "mine", (_, start, steps) => from i in Enumerable.Range(0, steps + 1) select start * (1 - (double)i / steps), Formula, Source);

        Assert.Equal(TimeGrid.Uniform.Times(Model.Schedule, 0.9, 5), own.Times(Model.Schedule, 0.9, 5));
        var (expected, found) = (new SamplerOptions { Steps = 5 }, new SamplerOptions { Steps = 5, Grid = own });
        Same(Sampler.Heun().Run(Model, Draws(5), expected), Sampler.Heun().Run(Model, Draws(5), found));

        Assert.Equal((Formula, Source), (own.Formula, own.Source));

        // it may look at the schedule: a stop where there is as much noise as data
        var even = Model.Schedule.TimesOf(0)[0];
        var stopping = TimeGrid.FromFunction("stopping", (schedule, start, _) => [start, schedule.TimesOf(0)[0], 0]);
        Assert.Equal([0.9, even, 0], stopping.Times(Model.Schedule, 0.9, 2));
    }

    [Fact]
    public void A_weighting_of_errors()
    {
        var limit = Math.Log(5);
        var own = LossWeighting.FromFunction("min-SNR-5", (schedule, t) => schedule.LogSnr(t).Clamp(high: limit));

        var told = LossWeighting.FromFunction(
            "min-SNR-5",
            (schedule, t) => schedule.LogSnr(t).Clamp(high: limit),
            (schedule, t) => (limit - schedule.LogSnr(t)).Clamp(high: 0),
            Formula,
            Source);

        foreach (var prediction in Prediction.All)
        {
            Tensor Error(LossWeighting weighting) => RandomNumbers.WithSeed(2, () => DiffusionLoss.Estimate(
                Mode.Train, weighting, TimeSampling.Uniform, Model.Predicting(prediction), Draws(5))["min-SNR-5"]);

            Same(Error(LossWeighting.MinSnr()), Error(own));
            Same(Error(LossWeighting.MinSnr()), Error(told));
        }

        Assert.Equal((Formula, Source), (told.Formula, told.Source));
        Assert.Throws<ArgumentNullException>("logWeight", () => LossWeighting.FromFunction("none", null!));
    }

    [Fact]
    public void Times_to_look_at()
    {
        // u² has the density ½ t^(-½)
        var own = TimeSampling.FromFunction(
            "early",
            (_, examples) => (1 - Tensor.Rand([examples.Shape[0]], dtype: examples.Dtype)).Square(),
            (_, t) => (t * 4).Log() * -0.5,
            Formula,
            Source);

        var data = Tensor.Zeros([40_000, 2], dtype: Dtype.Float64);
        Assert.Equal(1.0 / 3, RandomNumbers.WithSeed(1, () => own.Draw(Model.Schedule, data)).Mean().ToDouble(), 0.01);
        var learned = Denoiser.FromFunction(NoiseSchedule.LearnedLinear(2, -2), Prediction.Data, (x, _) => x * 0.0 + 1.0);

        // the bound divides by the density: both estimate half the fall of SNR times 2
        foreach (var times in new[] { TimeSampling.Uniform, own })
        {
            var bound = RandomNumbers.WithSeed(
                2, () => DiffusionBound.Continuous(Mode.Eval, 0, times, Reconstruction.Gaussian, learned, data));

            Assert.Equal(Math.Exp(2) - Math.Exp(-2), bound["diffusion"].Mean().ToDouble(), 0.3);
        }

        var still = TimeSampling.FromFunction("still", (_, examples) => Times(examples, 0.5));
        Same(Times(data, 0), still.LogDensity(Model.Schedule, Times(data, 0.3)));
        Assert.Equal(("early", Formula, Source), (own.Name, own.Formula, own.Source));
    }

    [Fact]
    public void A_last_step_to_the_data()
    {
        var own = Reconstruction.FromFunction("mine", (mode, denoiser, data, x, t) =>
        {
            var scale = (denoiser.Schedule.LogSnr(t) * -0.5).Exp().View([-1, 1]);
            return Normal.Diagonal(denoiser.At(mode, x, t).Data, scale * x.OnesLike()).LogProb(data);
        });

        var (data, x) = (Draws(5), Draws(5) * 0.5);
        var expected = Reconstruction.Gaussian.LogLikelihood(Mode.Eval, Model, data, x, Times(x, 0.3));
        Same(expected, own.LogLikelihood(Mode.Eval, Model, data, x, Times(x, 0.3)));

        Tensor Bound(Reconstruction last) =>
            RandomNumbers.WithSeed(2, () => new DiffusionBound(4, last).Estimate(Mode.Train, Model, data)).Value;

        Same(Bound(Reconstruction.Gaussian), Bound(own));
    }

    [Fact]
    public void An_objective_of_scores()
    {
        var own = ScoreMatching.FromFunction("mine", (score, x) =>
        {
            var (value, trace) = JacobianTrace.Exact(rows => score(rows, Times(rows, 0)), x);
            return Loss.Term("norm", value.Square().Sum(1) * 0.5) + Loss.Term("divergence", trace);
        });

        static Tensor Tanh(Tensor x, Tensor noise) => (x * 0.5 + noise.View([-1, 1])).Tanh();
        var (expected, found) = (ScoreMatching.Implicit.PerExample(Tanh, Draws(5)), own.PerExample(Tanh, Draws(5)));
        Assert.Equal(expected.Terms.Select(term => term.Name), found.Terms.Select(term => term.Name));
        Same(expected.Value, found.Value);
        Same(ScoreMatching.Implicit.Objective(Tanh)(Draws(5)).Value, own.Objective(Tanh)(Draws(5)).Value);
        Assert.Equal(ScoreMatching.Implicit.Levels, own.Levels);

        // what has no noise takes that of a ladder; what has some does not
        Assert.Equal(3, ScoreMatching.Noised(NoiseLadder.Geometric(1, 0.1, 3), own).Levels.Count);
        var noised = ScoreMatching.FromFunction("noised", (_, x) => Loss.Term("none", x.Sum(1)), [new(0.5, 2)], Formula, Source);
        Assert.Equal(new NoiseWeight(0.5, 2), Assert.Single(noised.Levels));
        Assert.Throws<ArgumentException>(() => ScoreMatching.Noised(NoiseLadder.Geometric(1, 0.1, 3), noised));
    }

    [Fact]
    public void A_method_for_ordinary_equations()
    {
        var (euler, heun) = (OdeMethod.FromTableau("mine", 1, [0], [[]], [1]), OdeMethod.Heun);
        var again = OdeMethod.FromTableau("again", heun.Order, heun.Nodes, heun.Coefficients, heun.Weights, Source);

        foreach (var (expected, own) in new[] { (OdeMethod.Euler, euler), (heun, again) })
        {
            Tensor Solve(OdeMethod method) => OdeSolver.FixedSteps(method, 9, (t, x) => x.Sin() * (1 - t), 0, 2, Draws(5));
            Assert.Equal(Solve(expected).ToArray<double>(), Solve(own).ToArray<double>());
            Assert.Equal(expected.Order, own.Order);
        }

        Assert.Equal(Source, again.Source);
        var message = Assert.Throws<ArgumentException>(() => OdeMethod.FromTableau("mine", 2, [0, 0.5], [[], []], [0, 1])).Message;
        Assert.Contains("rows of 0, 0 coefficients", message);
        Assert.Throws<ArgumentException>(() => OdeMethod.FromTableau("mine", 1, [0], [[]], [0.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => OdeMethod.FromTableau("mine", 0, [0], [[]], [1]));
    }

    [Fact]
    public void A_method_for_stochastic_equations()
    {
        var own = SdeMethod.FromFunction(
            "mine",
            1,
            (sde, t, h, x, noise) =>
                x + sde.Drift(x, Times(x, t)) * h + noise * (sde.DiffusionSquared(Times(x, t)) * Math.Abs(h)).Sqrt().View([-1, 1]),
            Source);

        var sde = ReverseSde.Reverse(Model);
        Tensor Solve(SdeMethod method) => RandomNumbers.WithSeed(3, () => SdeSolver.Solve(method, 9, sde, 0.9, 0.1, Draws(5)));
        Same(Solve(SdeMethod.EulerMaruyama), Solve(own));
        Assert.Equal(("mine", 1, Source), (own.Name, own.Order, own.Source));
    }

    [Fact]
    public void A_degradation()
    {
        var own = Degradation.FromFunction("darker", (x, t) => x * (1.0 - t.View([-1, 1])), Formula, Source);
        Same(Draws(5) * 0.75, own.Apply(Draws(5), Times(Draws(5), 0.25)));
        Assert.Equal(("darker", Formula, Source), (own.Name, own.Formula, own.Source));
    }
}
