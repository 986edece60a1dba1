// Losses and bounds on the evidence, their gradients and their training, on models whose evidence is known.
// z ~ N(0, 1), x | z ~ N(z, 1), so x ~ N(0, 2) and the posterior is N(x/2, 1/2).
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ObjectiveTests
{
    private static readonly Tensor X = Tensor.FromArray(new[,] { { 0.5 }, { -1.0 } });

    private static readonly Program<Tensor> Model = ModelOf(X);

    private static readonly Program<Tensor> Exact = GuideOf(X * 0.5, Tensor.Full([1], Math.Sqrt(0.5)));

    // q(z) = N(-1, 1) for both examples.
    private static readonly Program<Tensor> Rough = GuideOf(Tensor.Full([2, 1], -1.0), Tensor.Ones([1]));

    private static Tensor Evidence => Normal.Diagonal(Tensor.Zeros([1]), Tensor.Full([1], Math.Sqrt(2))).LogProb(X);

    // From the mean of the rough guide to that of each posterior.
    private static Tensor Distance => X[.., 0] * 0.5 + 1;

    private static Program<Tensor> ModelOf(Tensor x) =>
        new(p =>
        {
            var z = p.Sample("z", Normal.Standard([1]));
            p.Observe("x", Normal.Diagonal(z, Tensor.Ones([1])), x);
            return z;
        });

    private static Program<Tensor> GuideOf(Tensor mean, Tensor scale) =>
        Programs.Of(q => q.Sample("z", Normal.Diagonal(mean, scale)));

    [Fact]
    public void Losses_add_scale_and_keep_their_terms()
    {
        var loss = Loss.Term("a", Row(1, 2)) - 0.5 * Loss.Term("b", Row(2, 4));
        Assert.Equal(Row(0, 0), loss.Value);
        Assert.Equal([("a", 1.0), ("b", -0.5)], loss.Terms.Select(term => (term.Name, term.Weight)));
        Assert.Equal(Row(2, 4), loss["b"]);
        Assert.Equal(3, (-loss).Mean()["b"].ToDouble());
        Assert.Equal(6, loss.Sum()["b"].ToDouble());
        Assert.Equal(Row(4, 8), loss.Map(value => value * 2)["b"]);
        Assert.Equal(0.25, (loss / 2).Terms[1].Weight * -1);
        Assert.Equal(Row(2, 4), loss.Prefixed("half")["half b"]);
        Assert.Throws<KeyNotFoundException>(() => loss["c"]);
    }

    // ---- bounds ----

    [Fact]
    public void Objectives_of_a_batch_and_a_scheduled_weight_have_known_bounds_among_them()
    {
        var beta = Schedule.Linear(0, 4, steps: 4);
        beta.MoveTo(3);
        Same(Elbo.Weighed(2), Elbo.Weighed(() => beta.Value));
        Same(Elbo.Bound(), InfoVae.Bound(Kernel.Gaussian(1), alpha: 0, lambda: 1));
        Same(Elbo.MonteCarlo(), BetaTcVae.Bound(AggregateSampling.WholeSet, alpha: 1, beta: 1, gamma: 1));
        var wae = Wae.Bound(Kernel.Gaussian(1), lambda: 10).Estimate(Model, Rough);
        Assert.Equal([("reconstruction", 1.0), ("mmd", -10.0)], wae.Terms.Select(term => (term.Name, term.Weight)));

        static void Same(Bound expected, Bound found) => Close(Seeded(expected), Seeded(found));
        static Tensor Seeded(Bound bound) => RandomNumbers.WithSeed(1, () => bound.Estimate(Model, Rough).Value);
    }

    [Fact]
    public void With_the_exact_posterior_every_bound_is_the_evidence()
    {
        Bound[] bounds =
            [Elbo.MonteCarlo(), Elbo.MonteCarlo(3), Iwae.Bound(3), Renyi.Bound(0.5, 3), Renyi.Bound(1, 3), Cubo.Bound(2, 3)];

        Assert.All(bounds, bound => Close(Evidence, bound.Estimate(Model, Exact).Value));
        Assert.All(bounds, bound => Close(Evidence, bound.EstimateWithin(1, Model, Exact).Value));
        Close(Evidence, LogEvidence.Estimate(Model, Exact, samples: 3));
        Close(Evidence.Expand([3, 2]), LogEvidence.Weights(Model, Exact, samples: 3));

        Assert.Equal([1, 3, 3, 3, 3, 3], bounds.Select(bound => bound.Particles));
        Assert.Equal([Side.Lower, Side.Upper], bounds.Select(bound => bound.Side).Distinct());
        Assert.Equal("iwae (3 particles, standard)", bounds[2].ToString());
        Assert.Equal(["iwae"], bounds[2].Estimate(Model, Exact).Terms.Select(term => term.Name));
    }

    [Fact]
    public void With_a_rough_guide_the_bounds_have_their_closed_forms()
    {
        // E_q[log p(x|z)] - KL(q ‖ p), for q = N(-1, 1)
        var kl = 0.5;
        var reconstruction = -0.5 * Math.Log(2 * Math.PI) - ((X[.., 0] + 1).Pow(2) + 1) * 0.5;
        Near(reconstruction - kl, Elbo.Bound(200));
        Near(reconstruction - kl, Elbo.WithEntropy(200));
        Near(reconstruction - kl, Elbo.MonteCarlo(200));
        Near(reconstruction - kl, Renyi.Bound(1, 200));
        Near(reconstruction - 4 * kl, Elbo.Weighed(4, 200));
        Near(reconstruction - 3 * (2 - kl), Elbo.Capacity(3, () => 2, 200));

        // log p(x) - D_α(q ‖ posterior) with α = 1/2, and log p(x) + ½ log (1 + χ²(posterior ‖ q))
        var divergence = Distance.Pow(2) / 3 + (0.5 * Math.Log(0.5) - Math.Log(0.5 / 0.75));
        Near(Evidence - divergence, Renyi.Bound(0.5, 2000), bias: 0.005);
        var chiSquare = Distance.Pow(2) / 1.5 - 0.5 * Math.Log(0.75);
        Near(Evidence + chiSquare * 0.5, Cubo.Bound(2, 4000), bias: 0.02);
        Near(Evidence, Iwae.Bound(2000), bias: 0.005);

        RandomNumbers.WithSeed(4, () =>
        {
            var weights = LogEvidence.Weights(Model, Rough, samples: 50_000).Exp();
            var error = weights.Std(0) / Math.Sqrt(50_000);
            Assert.True(((weights.Mean(0) - Evidence.Exp()).Abs() / error).Lt(5).All().ToBool());
            return 0;
        });
    }

    [Fact]
    public void Terms_say_what_is_in_closed_form()
    {
        static IEnumerable<(string, double)> Terms(Bound bound) =>
            bound.Estimate(Model, Rough).Terms.Select(term => (term.Name, term.Weight));

        Assert.Equal([("reconstruction", 1), ("kl", -1)], Terms(Elbo.Bound()));
        Assert.Equal([("reconstruction", 1), ("kl", -4)], Terms(Elbo.Weighed(4)));
        Assert.Equal([("joint", 1), ("entropy", 1)], Terms(Elbo.WithEntropy()));
        Assert.Equal([("reconstruction", 1), ("prior", 1), ("posterior", -1)], Terms(Elbo.MonteCarlo()));
        Assert.Equal([("reconstruction", 1), ("distance from capacity", -2)], Terms(Elbo.Capacity(2, () => 1)));

        Assert.Equal(Row(0.5, 0.5), Elbo.Bound().Estimate(Model, Rough)["kl"], Same);
        Assert.Equal(Row(0.75, 0.75), Elbo.Capacity(2, () => 1.25).Estimate(Model, Rough)["distance from capacity"], Same);

        // Student's t has no closed form with the normal distribution
        var student = Programs.Sample("z", new Independent(new StudentT(Tensor.Full([2, 1], 5.0), X, Tensor.Ones([1])), 1));
        var estimated = Elbo.Bound().Estimate(Model, student).Terms.Select(term => term.Name);
        Assert.Equal(["reconstruction", "kl (Monte Carlo)"], estimated);
    }

    [Fact]
    public void Bounds_of_ones_own()
    {
        var own = Bound.FromIntegrand("own", 3, run =>
        {
            Assert.Equal(3, run.Particles);
            Assert.Equal(["z"], run.Guide.Latents.Select(site => site.Name));
            Assert.Equal(SiteKind.Observed, run.Model["x"].Kind);
            Assert.Equal([3, 2], run.LogWeights.Shape);
            Close(run.LogModel - run.LogGuide, run.LogWeights);
            return Loss.Term("joint", run.LogModel) - Loss.Term("guide", run.LogGuide);
        });

        Tensor Seeded(Bound bound) => RandomNumbers.WithSeed(5, () => bound.Estimate(Model, Rough).Value);
        Close(Seeded(Elbo.MonteCarlo(3)), Seeded(own));
        Assert.Equal(("own", Side.Lower, 3), (own.Name, own.Side, own.Particles));

        var iwae = Bound.FromWeights("mine", 4, weights => weights.LogSumExp(0) - Math.Log(4));
        Close(Seeded(Iwae.Bound(4)), Seeded(iwae));
        Assert.Equal(["mine"], iwae.Estimate(Model, Rough).Terms.Select(term => term.Name));
    }

    [Fact]
    public void A_guide_is_fitted_by_the_forward_divergence_or_to_dreams()
    {
        // log p(x) + KL(posterior ‖ q), for q = N(-1, 1)
        var divergence = (Distance.Pow(2) + (0.5 - 1 - Math.Log(0.5))) * 0.5;
        Near(Evidence + divergence, ForwardKl.Bound(4000), bias: 0.02);
        Near(Evidence, WakeSleep.Wake(2000), bias: 0.005);
        Assert.Equal((Side.Upper, "forward kl"), (ForwardKl.Bound(2).Side, ForwardKl.Bound(2).Name));

        // the entropy of the posterior, ½ log (2πe/2), at dreams of 2 examples
        var losses = RandomNumbers.WithSeed(5, () => Tensor.Stack([.. Enumerable.Range(0, 500).Select(_ =>
            WakeSleep.Sleep(
                ModelOf(X).Replay(Programs.Sample("z", Normal.Diagonal(Tensor.Zeros([2, 1]), Tensor.Ones([1]))).Trace()),
                dream => GuideOf(dream["x"].Value * 0.5, Tensor.Full([1], Math.Sqrt(0.5)))).Value)]));

        var entropy = 0.5 * Math.Log(Math.PI * Math.E);
        Within5Errors(Row(entropy, entropy), losses, "sleep");

        // the same draws for every example
        RandomNumbers.WithSeed(4, () =>
        {
            Assert.True(LogEvidence.Naive(Model, samples: 50_000).AllClose(Evidence, 0.02, 0.02));
            return 0;
        });
    }

    [Fact]
    public void Labels_are_summed_out_in_the_model_or_in_the_guide()
    {
        // k ~ Bernoulli(0.3), x ~ N(k, 1), with guide Bernoulli(0.6): both sums have two terms
        var model = Mixture(1.5);
        var joint = LogJoint(1.5);
        var evidence = Math.Log(joint.Exp().Sum().ToDouble());
        Assert.Equal(evidence, Elbo.Bound().Estimate(model.Enumerate(), Programs.Result(0)).Value.ToDouble(), 5);

        var guide = Programs.Of(q => q.Sample("k", Bernoulli.FromProbabilities(0.6)));
        var elbo = 0.4 * (joint[0].ToDouble() - Math.Log(0.4)) + 0.6 * (joint[1].ToDouble() - Math.Log(0.6));
        Assert.Equal(elbo, Elbo.Bound().Estimate(model, guide.Enumerate()).Value.ToDouble(), 5);
        Assert.Equal(elbo, Elbo.MonteCarlo().Estimate(model, guide.Enumerate()).Value.ToDouble(), 5);
        Assert.Throws<NotSupportedException>(() => Iwae.Bound(1).Estimate(model, guide.Enumerate()));
    }

    // ---- gradients ----

    [Fact]
    public void Every_estimator_has_the_gradient_as_its_mean()
    {
        (Bound, Estimator)[] cases =
        [
            (Elbo.Bound(20), Estimator.Standard),
            (Elbo.WithEntropy(20), Estimator.Pathwise),
            (Elbo.Bound(), Estimator.ScoreFunction(Baseline.Zero)),
            (Elbo.MonteCarlo(20), Estimator.ScoreFunction(Baseline.LeaveOneOut)),
            (Elbo.MonteCarlo(), Estimator.ScoreFunction(Baseline.Running(new(decay: 0.9)))),
            (Elbo.MonteCarlo(20), Estimator.Vimco),
            (Elbo.MonteCarlo(20), Estimator.StickingTheLanding),
            (Renyi.Bound(1, 20), Estimator.DoublyReparameterized),
        ];

        // q = N(m, s²) at x = 1: the ELBO's slope in m is 1 - 2m, in log s it is 1 - 2s²
        var (m, s) = (0.2, 0.8);

        foreach (var (bound, estimator) in cases)
        {
            var slopes = RandomNumbers.WithSeed(6, () =>
                Tensor.Stack([.. Enumerable.Range(0, 100).Select(_ => Slope(bound.With(estimator), m, s))]));

            Within5Errors(Row(1 - 2 * m, 1 - 2 * s * s), slopes, $"{bound.With(estimator)}");
        }
    }

    [Fact]
    public void At_the_posterior_some_gradients_vanish_with_every_draw()
    {
        var (m, s) = (0.5, Math.Sqrt(0.5));
        var zero = Row(0, 0);
        Close(zero, Slope(Elbo.MonteCarlo().With(Estimator.StickingTheLanding), m, s));
        Close(zero, Slope(Iwae.Bound(3).With(Estimator.DoublyReparameterized), m, s));
        Assert.False(Slope(Elbo.MonteCarlo(), m, s).AllClose(zero, 1e-3, 1e-3));
        Assert.False(Slope(Iwae.Bound(3), m, s).AllClose(zero, 1e-3, 1e-3));
    }

    [Fact]
    public void Gradients_of_discrete_draws()
    {
        var model = Mixture(1.5);
        var joint = LogJoint(1.5);

        Tensor Gradients(Bound bound, Func<Tensor, Program<Tensor>> guide)
        {
            var logits = Gradient.Record(Tensor.FromScalar(0.4));
            return Gradient.OfLoss(bound.Estimate(model, guide(logits)).Value, [logits])[0];
        }

        static Program<Tensor> Guide(Tensor logits) => Programs.Of(q => q.Sample("k", Bernoulli.FromLogits(logits)));

        // Σ_k q(k) (log p(k, x) - log q(k)), differentiated by hand: q(1-q) (log p(1, x) - log p(0, x) - logit)
        var q = 1 / (1 + Math.Exp(-0.4));
        var exact = q * (1 - q) * (joint[1].ToDouble() - joint[0].ToDouble() - 0.4);
        Assert.Equal(exact, Gradients(Elbo.MonteCarlo(), logits => Guide(logits).Enumerate()).ToDouble(), 5);

        Bound[] bounds =
        [
            Elbo.MonteCarlo(10), Elbo.MonteCarlo(10).With(Estimator.Vimco),
            Elbo.MonteCarlo().With(Estimator.ScoreFunction(Baseline.Zero)),
        ];

        foreach (var bound in bounds)
        {
            var drawn = RandomNumbers.WithSeed(7, () =>
                Tensor.Stack([.. Enumerable.Range(0, 300).Select(_ => Gradients(bound, Guide))]));

            Within5Errors(Tensor.FromScalar(exact), drawn, $"{bound}");
        }

        // straight through, draws stay 0 or 1; relaxed, they do not
        var values = new[] { joint[0].ToDouble() - Math.Log(1 - q), joint[1].ToDouble() - Math.Log(q) };
        var logits = Tensor.FromScalar(0.4);
        var through = Elbo.MonteCarlo().With(Estimator.StraightThrough(0.5)).Estimate(model, Guide(logits)).Value.ToDouble();
        Assert.Contains(values, value => Math.Abs(value - through) < 1e-4);
        Assert.NotEqual(0, Gradients(Elbo.MonteCarlo().With(Estimator.StraightThrough(0.5)), Guide).ToDouble());
        Assert.NotEqual(0, Gradients(Elbo.MonteCarlo().With(Estimator.GumbelSoftmax(0.5)), Guide).ToDouble());

        var error = Assert.ThrowsAny<NotSupportedException>(() => Gradients(Elbo.Bound().With(Estimator.Pathwise), Guide));
        Assert.Contains("'k'", error.Message);
        Assert.Contains("Bernoulli", error.Message);
    }

    [Fact]
    public void Estimators_are_changed_in_parts()
    {
        var mine = Estimator.Standard with
        {
            Name = "mine",
            Draw = site => site.Name == "z" ? DrawGradient.Score : DrawGradient.Pathwise,
            Baseline = Baseline.Zero,
        };

        Tensor Seeded(Estimator estimator) => RandomNumbers.WithSeed(8, () => Slope(Elbo.MonteCarlo(2).With(estimator), 0.1, 1));
        var score = Seeded(Estimator.ScoreFunction(Baseline.Zero));
        Close(score, Seeded(mine));
        Close(score, Seeded((Estimator.Standard with { Baseline = Baseline.Zero }).At("z", DrawGradient.Score)));
        Assert.False(score.AllClose(Seeded(Estimator.Standard), 1e-3, 1e-3));
        Close(Seeded(Estimator.StickingTheLanding), Seeded(Estimator.Standard with { Path = GradientPath.StickingTheLanding }));

        Assert.Equal(("mine", GradientPath.Total, "zero"), (mine.Name, mine.Path, $"{mine.Baseline}"));
        Assert.Equal(GradientPath.DoublyReparameterized, Estimator.DoublyReparameterized.Path);
        Assert.True(Iwae.Bound(2).Accepts(Estimator.DoublyReparameterized));
        Assert.False(Elbo.Bound().Accepts(Estimator.StickingTheLanding));
        Assert.Throws<NotSupportedException>(() => Elbo.Bound().With(Estimator.StickingTheLanding));
        Assert.Equal("VIMCO", Elbo.Bound(2).With(Estimator.Vimco).Estimator.ToString());

        var site = Exact.Trace()["z"].Site;
        Assert.Equal(DrawGradient.Score, mine.Draw(site));
        Assert.Equal(DrawGradient.Pathwise, Estimator.Standard.Draw(site));
        Assert.NotEqual(DrawGradient.Relaxed(0.5), DrawGradient.Relaxed(0.6));
        Assert.Equal(DrawGradient.StraightThrough(0.5), Estimator.Standard.At("z", DrawGradient.StraightThrough(0.5)).Draw(site));

        // (0.25 · 4 + 0.75 · 0.25 · 2) / (1 - 0.75²) weighs the newer number more
        var mean = new RunningMean(decay: 0.75);
        Assert.Equal(0, mean.Value(Row(1)).ToDouble());
        mean.Add(Row(1, 3));
        mean.Add(Row(4));
        Assert.Equal((0.25 * 4 + 0.75 * 0.25 * 2) / (1 - 0.75 * 0.75), mean.Value(Row(1)).ToDouble(), 5);
    }

    // ---- training ----

    [Fact]
    public async Task A_guide_is_trained_to_the_posterior()
    {
        // q(z|x) = N(a x, s²) is the posterior at a = 1/2 and s² = 1/2
        var data = Dataset.FromTensor(RandomNumbers.WithSeed(9, () => Tensor.Randn([64, 1]) * 2));
        var (slope, logScale) = (Gradient.Record(Row(0)), Gradient.Record(Row(0)));

        var objective = Elbo.MonteCarlo().With(Estimator.StickingTheLanding).Objective(
            (Tensor x) => ModelOf(x),
            (Tensor x) => GuideOf(x * slope, logScale.Exp()));

        Parameter[] parameters = [new("slope", slope), new("log scale", logScale)];
        var options = new TrainingOptions { Epochs = 100, BatchSize = 16, Optimizer = Optimizer.Adam(0.02) };
        await Training.FitAsync(parameters, objective, data, options);

        Assert.Equal(0.5, slope.ToDouble(), 0.01);
        Assert.Equal(Math.Sqrt(0.5), logScale.Exp().ToDouble(), 0.01);
    }

    [Fact]
    public void An_objective_is_checked_with_its_first_batch_and_minimised()
    {
        var lower = Iwae.Bound(4).Objective((Tensor x) => ModelOf(x), (Tensor x) => GuideOf(x, Tensor.Ones([1])));
        var upper = Cubo.Bound(2, 4).Objective((Tensor x) => ModelOf(x), (Tensor x) => GuideOf(x, Tensor.Ones([1])));
        Tensor Seeded(Func<Tensor> run) => RandomNumbers.WithSeed(3, run);
        Tensor Estimate(Bound bound) => bound.Estimate(ModelOf(X), GuideOf(X, Tensor.Ones([1]))).Mean().Value;
        Close(-Seeded(() => Estimate(Iwae.Bound(4))), Seeded(() => lower(X).Value));
        Close(Seeded(() => Estimate(Cubo.Bound(2, 4))), Seeded(() => upper(X).Value));

        var standard = Normal.Standard([1]);
        var misnamed = Elbo.Bound().Objective((Tensor x) => ModelOf(x), (Tensor x) => Programs.Sample("y", standard));
        Assert.Contains("'y'", Assert.ThrowsAny<ArgumentException>(() => misnamed(X)).Message);
        Assert.Contains("'z'", Assert.ThrowsAny<ArgumentException>(() => Elbo.Bound().Estimate(Model, Programs.Result(0))).Message);
    }

    [Fact]
    public void An_autoencoder_is_a_model_and_a_guide_for_every_bound()
    {
        var (vae, x) = (RandomNumbers.WithSeed(1, SmallVae), Stripes().Head(8));
        var (model, guide) = (vae.Model(Mode.Eval, x), vae.Guide(Mode.Eval, x));
        Assert.Equal(["z", "x"], model.Replay(guide.Trace()).Trace().Sites.Select(site => site.Name));

        Tensor Seeded(Func<Tensor> run) => RandomNumbers.WithSeed(2, run);
        Close(Seeded(() => vae.Elbo(x).Value), Seeded(() => Elbo.Bound().Estimate(model, guide).Value));
        var direct = Seeded(() => Iwae.Bound(3).Estimate(model, guide).Value);
        Close(direct, Seeded(() => vae.Estimate(Mode.Eval, Iwae.Bound(3), x).Value));
        Close(Seeded(() => vae.Loss(x).Value), Seeded(() => -vae.Estimate(Mode.Train, Elbo.Bound(), x).Mean().Value));

        var iwae = vae.Objective(Iwae.Bound(5));
        Close(Seeded(() => iwae(x).Value), Seeded(() => -vae.Estimate(Mode.Train, Iwae.Bound(5), x).Mean().Value));
        Close(Seeded(() => vae.LogEvidence(x, samples: 7)), Seeded(() => LogEvidence.Estimate(model, guide, samples: 7)));
    }

    [Fact]
    public void Bad_arguments_are_ArgumentExceptions()
    {
        Assert.Throws<ArgumentOutOfRangeException>("particles", () => Iwae.Bound(particles: 0));
        Assert.Throws<ArgumentOutOfRangeException>("samples", () => LogEvidence.Estimate(Model, Rough, samples: 0));
        Assert.Throws<ArgumentOutOfRangeException>("depth", () => Elbo.Bound().EstimateWithin(-1, Model, Rough));
        Assert.Throws<ArgumentException>("alpha", () => Renyi.Bound(-1, 2));
        Assert.Throws<ArgumentException>("order", () => Cubo.Bound(0.5, 2));
        Assert.Throws<ArgumentException>("decay", () => new RunningMean(1));
        Assert.Throws<ArgumentOutOfRangeException>("temperature", () => Estimator.GumbelSoftmax(0));
        Assert.Throws<ArgumentOutOfRangeException>("temperature", () => DrawGradient.Relaxed(-1));
        Assert.Throws<ArgumentNullException>("guide", () => Elbo.Bound().Estimate(Model, (Program<Tensor>)null!));
        Assert.Throws<ArgumentNullException>("estimator", () => Elbo.Bound().With(null!));
        Assert.Throws<ArgumentNullException>("baseline", () => Estimator.ScoreFunction(null!));
        Assert.Throws<ArgumentNullException>("capacity", () => Elbo.Capacity(1, null!));
        Assert.Throws<ArgumentNullException>("bound", () => SmallVae().Objective(null!));
        Assert.Throws<ArgumentException>("terms", () => Bound.FromIntegrand("own", 1, _ => null!).Estimate(Model, Rough));
    }

    // ---- helpers ----

    // k ~ Bernoulli(0.3), x ~ N(k, 1).
    private static Program<Tensor> Mixture(double x) =>
        new(p =>
        {
            var k = p.Sample("k", Bernoulli.FromProbabilities(0.3));
            p.Observe("x", new Normal(k, Tensor.FromScalar(1.0)), Tensor.FromScalar(x));
            return k;
        });

    // log p(k, x) of it, for k = 0 and 1.
    private static Tensor LogJoint(double x) =>
        Row(0.7, 0.3).Log() + new Normal(Row(0, 1), Row(1, 1)).LogProb(Tensor.FromScalar(x));

    // The gradient of a bound in the mean and the logarithm of the scale of its guide, averaged over 50 examples x = 1.
    private static Tensor Slope(Bound bound, double mean, double scale)
    {
        var (m, logS) = (Gradient.Record(Row(mean)), Gradient.Record(Row(Math.Log(scale))));
        var loss = bound.Estimate(ModelOf(Tensor.Ones([50, 1])), GuideOf(m + Tensor.Zeros([50, 1]), logS.Exp())).Mean();
        return Tensor.Cat(Gradient.OfLoss(loss.Value, [m, logS]));
    }

    // The mean of 50 estimates with the rough guide, within five of its standard errors and what the bound is known to be off by.
    private static void Near(Tensor expected, Bound bound, double bias = 0)
    {
        var values = RandomNumbers.WithSeed(2, () =>
            Tensor.Stack([.. Enumerable.Range(0, 50).Select(_ => bound.Estimate(Model, Rough).Value)]));

        Within5Errors(expected, values, $"{bound}", bias);
    }

    private static void Within5Errors(Tensor expected, Tensor values, string what, double bias = 0)
    {
        var error = values.Std(0) / Math.Sqrt(values.Shape[0]);
        var distance = (values.Mean(0) - expected).Abs();
        Assert.True(distance.Le(error * 5 + (bias + 1e-5)).All().ToBool(), $"{what}: {values.Mean(0)} ± {error}, not {expected}");
        Assert.True(error.Max().ToDouble() < 0.1, $"{what}: ± {error}");
    }

    private static bool Same(Tensor a, Tensor b) => a.AllClose(b, 1e-5, 1e-5);

    private static void Close(Tensor expected, Tensor actual) =>
        Assert.True(actual.AllClose(expected, 1e-4, 1e-4), $"expected {expected}, found {actual}");
}
