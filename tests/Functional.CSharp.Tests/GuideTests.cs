// Posteriors as a C# user asks for them: automatic guides, Laplace's approximation, Markov chains, parameters for every datum.
// Each is held against an exact posterior: in closed form for linear regression, by quadrature for logistic regression.
namespace FacadeTests;

public sealed class GuideTests
{
    // Makes the fields before any test begins, outside of its scopes.
    static GuideTests()
    {
    }

    private static Tensor Number(double value) => Tensor.FromScalar(value, Dtype.Float64);

    private static Tensor Row(params double[] values) => Tensor.FromArray(values, Dtype.Float64);

    private static Tensor Zero(int count) => Tensor.Zeros([count], dtype: Dtype.Float64);

    private static Tensor Eye(int count) => Tensor.Eye(count, dtype: Dtype.Float64);

    // ---- linear regression, whose posterior is known ----

    // An intercept and two features that go together, so that the posterior is correlated.
    private static readonly Tensor Features = RandomNumbers.WithSeed(1, () =>
    {
        var first = Tensor.Randn([40, 1], dtype: Dtype.Float64);
        var second = first * 0.8 + Tensor.Randn([40, 1], dtype: Dtype.Float64) * 0.6;
        return Regression.WithIntercept(Tensor.Cat([first, second], dim: 1));
    });

    private static readonly Tensor Responses = RandomNumbers.WithSeed(2, () =>
        Features.Matmul(Row(0.5, -1, 2)) + Tensor.Randn([40], dtype: Dtype.Float64) * 0.5);

    private static readonly Program<Tensor> Linear = new(p =>
    {
        var weights = p.Sample("weights", Normal.Diagonal(Zero(3), Zero(3) + 2));
        p.Plate("data", 40, _ => p.Observe("y", new Normal(Regression.Predictor(Features, weights), Number(0.5)), Responses));
        return weights;
    });

    private static readonly LinearRegression Exact =
        BayesianLinearRegression.Fit(MultivariateNormal.FromCovariance(Zero(3), Eye(3) * 4), Number(0.5), Features, Responses);

    // Its gradient has no variance where the guide is the posterior, so that the fit is exact.
    private static VariationalOptions ToTheEnd(int steps) =>
        new() { Steps = steps, Bound = Elbo.MonteCarlo(4).With(Estimator.StickingTheLanding) };

    [Theory]
    [InlineData("full-rank", 1000)]
    [InlineData("low-rank", 3000)]
    public async Task Guides_with_correlations_find_the_posterior_of_linear_regression(string kind, int steps)
    {
        RandomNumbers.Seed(3);
        var guide = kind == "full-rank" ? AutoGuide.FullRank(Linear) : AutoGuide.LowRank(Linear, rank: 2);
        Linear.Fits(guide.Program);
        var result = await Variational.FitAsync(Linear, guide, ToTheEnd(steps));
        Assert.Equal(kind, guide.Name);
        Assert.Equal(Enumerable.Range(1, steps / 100).Select(i => 100 * i), result.History.Select(entry => entry.Step));
        Assert.Equal(Exact.LogEvidence.ToDouble(), result.History[^1].Bound, 0.02);

        var covariance = guide.Posterior switch
        {
            MultivariateNormal normal => normal.Covariance,
            LowRankMultivariateNormal normal => normal.Covariance,
            var other => throw new InvalidCastException(other.ToString()),
        };

        var deviation = Exact.Weights.Covariance.Diagonal().Sqrt();
        Near(Exact.Weights.Location / deviation, guide.Posterior.Mean / deviation, 0.05);
        var scale = deviation.Unsqueeze(1) * deviation;
        Near(Exact.Weights.Covariance / scale, covariance / scale, 0.05);
    }

    [Fact]
    public async Task Mean_field_guides_find_the_mean_and_the_conditional_variances()
    {
        RandomNumbers.Seed(4);
        var guide = AutoGuide.MeanField(Linear);
        var progress = new Log<TrainingProgress>();
        var result = await Variational.FitAsync(Linear, guide, new() { Steps = 1000, Bound = Elbo.Bound(20) }, progress);
        var conditional = Exact.Weights.Covariance.Inv().Diagonal().Pow(-0.5);
        Near(Exact.Weights.Location / conditional, guide.Posterior.Mean / conditional, 0.1);
        Near(Zero(3) + 1, guide.Posterior.StandardDeviation / conditional, 0.05);

        // too narrow, and its bound is not the evidence
        Assert.True(conditional.Lt(Exact.Weights.Covariance.Diagonal().Sqrt()).All().ToBool());
        Assert.True(result.History[^1].Bound < Exact.LogEvidence.ToDouble() - 0.1);

        // the divergence from a normal prior is in closed form
        Assert.Equal(["reconstruction", "kl"], Elbo.Bound().Estimate(Linear, guide.Program).Terms.Select(term => term.Name));
        Assert.Equal(10, progress.Entries[^1].Epochs);
        Assert.Equal(["location", "logScale"], guide.Parameters.Select(parameter => parameter.Name));
    }

    [Fact]
    public async Task Laplace_is_exact_for_linear_regression()
    {
        var laplace = await LaplaceApproximation.FitAsync(Linear);
        Close(Exact.Weights.Location, laplace.Mode, 1e-8);
        Close(Exact.Weights.Covariance, laplace.Covariance, 1e-10);
        Assert.Equal(Exact.LogEvidence.ToDouble(), laplace.LogEvidence, 8);
        Close(Exact.Weights.Location, (await Map.FitAsync(Linear))["weights"], 1e-8);
        Assert.Empty(laplace.Guide.Parameters);

        // with the posterior as guide every draw has the weight p(y)
        Close(Exact.LogEvidence, Iwae.Bound(5).Estimate(Linear, laplace.Guide.Program).Value, 1e-7);

        var draws = RandomNumbers.WithSeed(5, () => laplace.Sample(20_000));
        var summary = Assert.Single(Draws.Summarize(draws));
        var error = Exact.Weights.Covariance.Diagonal().Sqrt() / Math.Sqrt(20_000);
        Assert.Equal("weights", summary.Name);
        Near(Exact.Weights.Location / error, summary.Mean / error, 5);
        Near(Zero(3) + 1, summary.StandardDeviation / error / Math.Sqrt(20_000), 5 / Math.Sqrt(40_000));
        Assert.True((summary.Lower.Lt(summary.Median) * summary.Median.Lt(summary.Upper)).All().ToBool());
    }

    [Fact]
    public async Task A_point_mass_goes_to_the_most_probable_value()
    {
        var guide = AutoGuide.Delta(Linear);
        await Variational.FitAsync(Linear, guide, new() { Steps = 600 });
        Close(Exact.Weights.Location, guide.Posterior.Mean, 1e-3);
        Close(Exact.Weights.Location, guide.Sample(2)["weights"][1], 1e-3);
    }

    [Fact]
    public async Task Guides_of_ones_own_are_fitted_by_their_parameters()
    {
        RandomNumbers.Seed(6);
        var (location, logScale) = (Gradient.Record(Number(0)), Gradient.Record(Number(0)));

        // z ~ N(0, 1), x = 1 ~ N(z, 1), so that z|x ~ N(1/2, 1/2) and x ~ N(0, 2)
        var model = Programs.Of(p =>
        {
            var z = p.Sample("z", new Normal(Number(0), Number(1)));
            p.Observe("x", new Normal(z, Number(1)), Number(1));
        });

        var guide = Programs.Of(q => q.Sample("z", new Normal(location, logScale.Exp())));
        Parameter[] parameters = [new("location", location), new("logScale", logScale)];
        var result = await Variational.FitProgramsAsync(parameters, model, guide, ToTheEnd(1000));
        Assert.Equal(0.5, location.ToDouble(), 1e-3);
        Assert.Equal(Math.Sqrt(0.5), logScale.Exp().ToDouble(), 1e-3);
        Assert.Equal(-0.25 - 0.5 * Math.Log(4 * Math.PI), result.History[^1].Bound, 1e-3);

        // at the posterior an upper bound is the same number, and is told with its own sign
        var still = new VariationalOptions { Steps = 100, Bound = Cubo.Bound(2, 8), Optimizer = Optimizer.Sgd(1e-9) };
        var above = await Variational.FitProgramsAsync(parameters, model, guide, still);
        Assert.Equal(result.History[^1].Bound, above.History[^1].Bound, 1e-3);
    }

    // ---- logistic regression, by quadrature ----

    private static readonly Tensor Places = RandomNumbers.WithSeed(7, () =>
        Regression.WithIntercept(Tensor.Randn([60, 1], dtype: Dtype.Float64) + 0.7));

    private static readonly Tensor Labels = RandomNumbers.WithSeed(8, () =>
        Places.Matmul(Row(-0.5, 1.5)).Sigmoid().Bernoulli());

    private static readonly Program<ValueTuple> Logistic =
        Regression.Logistic(Normal.Diagonal(Zero(2), Zero(2) + 2), Places, Labels);

    // Evidence, mean and covariance by the trapezoid rule, whose error is far below rounding for smooth functions that vanish at
    // both ends.
    private static readonly (double LogEvidence, Tensor Mean, Tensor Covariance) Quadrature = Scope.Run(() =>
    {
        const int count = 301;
        const double reach = 8;
        var line = Tensor.Linspace(-reach, reach, count, dtype: Dtype.Float64);
        var rows = line.Unsqueeze(1).Expand([count, count]);
        var grid = Tensor.Stack([rows, rows.Transpose(0, 1)], 2).View([-1, 2]);
        var log = Unconstrained.FromProgram(Logistic).LogDensity(grid);
        var weights = log.Softmax(0).Unsqueeze(1);
        var mean = (weights * grid).Sum(0);
        var centred = grid - mean;
        var cell = Math.Pow(2 * reach / (count - 1), 2);
        return (log.LogSumExp(0).ToDouble() + Math.Log(cell), mean, centred.Transpose(0, 1).Matmul(centred * weights));
    });

    private static Tensor Deviation => Quadrature.Covariance.Diagonal().Sqrt();

    [Fact]
    public async Task Guides_come_close_to_the_posterior_of_logistic_regression()
    {
        RandomNumbers.Seed(9);
        var options = new VariationalOptions { Steps = 1500, Bound = Elbo.MonteCarlo(8).With(Estimator.StickingTheLanding) };
        var (full, narrow) = (AutoGuide.FullRank(Logistic), AutoGuide.MeanField(Logistic));
        var wide = await Variational.FitAsync(Logistic, full, options);
        var less = await Variational.FitAsync(Logistic, narrow, options);

        Near(Quadrature.Mean / Deviation, full.Posterior.Mean / Deviation, 0.1);
        Near(Zero(2) + 1, full.Posterior.StandardDeviation / Deviation, 0.1);
        Near(Quadrature.Mean / Deviation, narrow.Posterior.Mean / Deviation, 0.3);
        Assert.True(narrow.Posterior.StandardDeviation.Lt(Deviation).All().ToBool());

        // both are bounds, and correlations are worth something
        Assert.InRange(wide.History[^1].Bound, Quadrature.LogEvidence - 0.1, Quadrature.LogEvidence);
        Assert.True(less.History[^1].Bound < wide.History[^1].Bound);
        var summary = LogEvidence.Summarize(Logistic, full.Program, samples: 4000);
        Assert.Equal(Quadrature.LogEvidence, summary.LogEvidence.ToDouble(), 0.05);
        Assert.True(summary.EffectiveSampleSize.ToDouble() > 2000, summary.Verdict());
    }

    [Fact]
    public async Task Laplace_comes_close_to_the_posterior_of_logistic_regression()
    {
        var laplace = await LaplaceApproximation.FitAsync(Logistic);
        Assert.Equal(Quadrature.LogEvidence, laplace.LogEvidence, 0.1);
        Near(Quadrature.Mean / Deviation, laplace.Mode / Deviation, 0.5);

        // no gradient at the mode
        var slope = Differentiate.Gradient(w => Logistic.LogJoint(("weights", w)), laplace.Mode);
        Close(Zero(2), slope, 1e-6);
        Close(laplace.Mode, (await Map.FitAsync(Logistic))["weights"], 1e-8);
    }

    [Fact]
    public async Task Chains_have_the_moments_of_the_posterior_of_logistic_regression()
    {
        var progress = new Log<ChainProgress>();
        var chains = await Metropolis.SampleAsync(Logistic, new() { Draws = 200, Warmup = 1000 }, progress);
        Assert.Equal([200, 64, 2], chains.Coordinates.Shape);
        Assert.Equal([200, 64], chains.LogDensity.Shape);
        Assert.Equal([200, 64, 2], chains.Values["weights"].Shape);
        Assert.InRange(chains.Acceptance, 0.15, 0.4);
        Assert.True(chains.RHat.Lt(1.01).All().ToBool(), $"{chains.RHat}");
        Assert.True(chains.EffectiveSize.Gt(400).All().ToBool(), $"{chains.EffectiveSize}");
        Close(chains.RHat, Convergence.RHat(chains.Coordinates), 1e-12);

        var size = Convergence.EffectiveSizeOfMean(chains.Coordinates);
        var draws = chains.Pooled["weights"];
        Assert.Equal([12_800, 2], draws.Shape);
        var errorOfMean = Deviation / size.Sqrt();
        Near(Quadrature.Mean / errorOfMean, draws.Mean(0) / errorOfMean, 5);

        var squares = (draws - Quadrature.Mean).Square();
        var sizeOfSquares = Convergence.EffectiveSizeOfMean((chains.Coordinates - Quadrature.Mean).Square());
        var error = squares.Std(0) / sizeOfSquares.Sqrt();
        Near(Quadrature.Covariance.Diagonal() / error, squares.Mean(0) / error, 5);

        Assert.Equal(3000, progress.Entries[^1].Step);
        Assert.All(progress.Entries, entry => Assert.Equal((3000, 1000), (entry.Steps, entry.Warmup)));
        Assert.All(progress.Entries, entry => Assert.InRange(entry.Acceptance, 0, 1));
    }

    [Fact]
    public async Task Chains_are_what_their_seed_and_start_say()
    {
        MetropolisOptions Quick(int seed) =>
            new() { Chains = 8, Warmup = 100, Draws = 5, Thin = 1, Seed = seed, Start = Zero(16).View([8, 2]) };

        var (one, same, other) = (
            await Metropolis.SampleAsync(Logistic, Quick(1)),
            await Metropolis.SampleAsync(Logistic, Quick(1)),
            await Metropolis.SampleAsync(Logistic, Quick(2)));
        Assert.Equal(one.Coordinates, same.Coordinates);
        Assert.NotEqual(one.Coordinates, other.Coordinates);

        var wrong = new MetropolisOptions { Start = Zero(2) };
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => Metropolis.SampleAsync(Logistic, wrong));
        Assert.Contains("[64; 2]", refused.Message);
    }

    // ---- coordinates ----

    private static readonly Program<Tensor> Mixed = new(p =>
    {
        var scale = p.Sample("scale", new Gamma(Number(3), Number(2)));

        return p.Plate("pair", 2, _ =>
        {
            var share = p.Sample("share", new Beta(Number(2), Number(3)));
            p.Observe("y", new Normal(share * scale, Number(0.5)), Row(0.3, 0.9));
            return share;
        });
    });

    [Fact]
    public void A_model_is_a_density_over_real_numbers()
    {
        var space = Unconstrained.FromProgram(Mixed);
        Assert.Equal(3, space.Dimension);
        Assert.Equal(["scale", "share"], space.Sites.Select(site => site.Name));
        Assert.Equal([0, 1], space.Sites.Select(site => site.Offset));
        Assert.Equal([1, 2], space.Sites.Select(site => site.Length));
        Assert.Equal("pair", Assert.Single(space.Sites[1].Plates).Name);
        Assert.Equal([2], space.Sites[1].PlateShape);
        Assert.Equal([2], space.Sites[1].SourceShape);
        Assert.Empty(space.Sites[1].EventShape);
        Assert.Equal(Support.NonNegative, space.Sites[0].Support);
        Assert.Equal([3], space.Start.Shape);
        Assert.Empty(space.Subsampled);

        var u = RandomNumbers.WithSeed(10, () => Tensor.Randn([4, 3], dtype: Dtype.Float64));
        var values = space.Constrain(u);
        Assert.Equal([4, 2], values["share"].Shape);
        Close(u, space.Unconstrain(values), 1e-10);

        // z = exp(u) and sigmoid(u): log |det| = u_0 + Σ log z (1 - z)
        var one = space.Constrain(u[1]);
        var volume = u[1][0] + (one["share"] * (1 - one["share"])).Log().Sum();
        Close(Mixed.LogJoint(one), space.LogJoint(u)[1], 1e-10);
        Close(Mixed.LogJoint(one) + volume, space.LogDensity(u)[1], 1e-10);
        Assert.Throws<ArgumentException>(() => space.LogDensity(Zero(2)));
        Assert.Throws<ArgumentException>(() => space.Unconstrain(new Dictionary<string, Tensor> { ["share"] = Row(0.5, 0.5) }));
    }

    [Fact]
    public async Task The_most_probable_value_depends_on_the_units_and_Laplace_does_not_look_at_them()
    {
        // Gamma(a, b): the density of z is highest at (a - 1)/b, that of log z at z = a/b
        var prior = Programs.Of(p => p.Sample("z", new Gamma(Number(3), Number(2))));
        Assert.Equal(1, (await Map.FitAsync(prior))["z"].ToDouble(), 1e-6);
        var laplace = await LaplaceApproximation.FitAsync(prior);
        Assert.Equal(Math.Log(1.5), laplace.Mode[0].ToDouble(), 1e-6);
        Assert.Equal(1.0 / 3, laplace.Covariance[0][0].ToDouble(), 1e-6);

        var chains = await Metropolis.SampleAsync(prior, new() { Draws = 200 });
        var draws = chains.Pooled["z"];
        var error = Math.Sqrt(0.75 / Convergence.EffectiveSizeOfMean(chains.Values["z"]).ToDouble());
        Assert.Equal(1.5, draws.Mean().ToDouble(), 5 * error);
    }

    [Fact]
    public void Guides_begin_where_they_are_told()
    {
        var start = new GuideStart { Location = space => space.Start.ZerosLike() + 1, Scale = 0.5 };

        foreach (var guide in new[] { AutoGuide.MeanField(Mixed, start), AutoGuide.FullRank(Mixed, start) })
        {
            Close(Zero(3) + 1, guide.Posterior.Mean, 1e-12);
            Close(Zero(3) + 0.5, guide.Posterior.StandardDeviation, 1e-12);
            Assert.Equal([7, 2], guide.Sample(7)["share"].Shape);
            Assert.True(guide.Sample(7)["scale"].Gt(0).All().ToBool());
            Assert.Equal(3, guide.Space.Dimension);
            Mixed.Fits(guide.Program);
        }

        Close(Zero(3) + 1, AutoGuide.Delta(Mixed, start).Posterior.Mean, 1e-12);
        Assert.Equal("low-rank guide over R^3", AutoGuide.LowRank(Mixed, 1, start).ToString());
    }

    // ---- parameters for every datum ----

    // z_i ~ N(0, 1), x_i|z_i ~ N(z_i, s²), so that z_i|x_i ~ N(x_i/(1 + s²), s²/(1 + s²)).
    [Fact]
    public async Task Every_datum_has_parameters_of_its_own_fitted_in_minibatches()
    {
        RandomNumbers.Seed(11);
        const int count = 12;
        const double s = 0.7;
        var x = Tensor.Randn([count]) * 1.2;
        var table = PerDatum.Normal("z", count, [], scale: 0.5);

        Program<ValueTuple> Model(Tensor batch) => Programs.Of(p =>
            p.PlateAt("data", count, batch, indices =>
            {
                var z = p.Sample("z", new Normal(0, 1));
                p.Observe("x", new Normal(z, Tensor.FromScalar(s)), x.IndexSelect(0, indices));
            }));

        Program<Tensor> Guide(Tensor batch) => new(q =>
            q.PlateAt("data", count, batch, indices => q.Sample("z", table.At(indices))));

        await Training.FitAsync(
            table.Parameters,
            Elbo.Bound(4).Objective<Tensor, ValueTuple, Tensor>(Model, Guide),
            new Dataset<Tensor>(count, positions => positions),
            new() { Epochs = 500, BatchSize = 4, Optimizer = Optimizer.Adam(0.05).Scheduled(step => 1 - (step - 1) / 1500.0) });

        var all = table.At(Tensor.Arange(count, dtype: Dtype.Int64));
        Assert.Equal([count], all.BatchShape);
        Close(x / (1 + s * s), all.Mean, 0.05);
        Close(Tensor.Ones([count]) * (s * s / (1 + s * s)), all.Variance, 0.05);
        Assert.Equal(["z.location", "z.logScale"], table.Parameters.Select(parameter => parameter.Name));
        Assert.Equal([3], PerDatum.Normal("v", 5, [3], 1).At(Tensor.Arange(2, dtype: Dtype.Int64)).EventShape);
    }

    // ---- draws ----

    [Fact]
    public void Chains_that_disagree_are_noticed() => RandomNumbers.WithSeed(12, () =>
    {
        var same = Tensor.Randn([500, 8, 2], dtype: Dtype.Float64);
        Assert.True(Convergence.RHat(same).Lt(1.01).All().ToBool());
        Assert.True((Convergence.EffectiveSize(same) / 4000 - 1).Abs().Lt(0.2).All().ToBool());

        var apart = same + Tensor.Arange(8, dtype: Dtype.Float64).View([8, 1]);
        Assert.True(Convergence.RHat(apart).Gt(1.5).All().ToBool());
        Assert.True(Convergence.EffectiveSize(apart).Lt(100).All().ToBool());
        Assert.Throws<ArgumentException>(() => Convergence.RHat(Zero(5)));

        Assert.Equal(2.5, Draws.Quantile(0.5, Row(4, 1, 3, 2)).ToDouble());
        Assert.Equal(1.3, Draws.Quantile(0.1, Row(4, 1, 3, 2)).ToDouble(), 12);
        return 0;
    });

    // ---- loops ----

    [Fact]
    public void A_schedule_multiplies_the_rate_of_each_step()
    {
        var linear = Schedule.Linear(1, 4, steps: 3);

        foreach (var optimizer in new[] { Optimizer.Sgd(0.1).Scheduled(step => step), Optimizer.Sgd(0.1).Scheduled(linear) })
        {
            var value = Gradient.Record(Number(0));
            var state = optimizer.Start([new("value", value)]);

            for (var step = 1; step <= 3; step++)
            {
                state.Step([Number(-1)]);
            }

            Assert.Equal(0.1 * (1 + 2 + 3), value.ToDouble(), 12);
        }

        var repeated = Dataset.Repeated(100, "whole");
        Assert.Equal((100, "whole", 4), (repeated.Length, repeated.Head(3), repeated.BatchCount(30)));
    }

    [Fact]
    public async Task Fits_are_cancelled_with_what_they_did()
    {
        using var source = new CancellationTokenSource();
        var guide = AutoGuide.MeanField(Linear);
        var before = guide.Posterior.Mean.Clone();
        var stop = new Log<TrainingProgress>(report => { if (report.Epoch == 3) source.Cancel(); });

        var cancelled = await Assert.ThrowsAsync<VariationalCanceledException>(
            () => Variational.FitAsync(Linear, guide, progress: stop, cancellationToken: source.Token));

        Assert.Equal([100, 200], cancelled.Result.History.Select(entry => entry.Step));
        Assert.True((guide.Posterior.Mean - before).Abs().Max().ToDouble() > 0.1);
    }

    [Fact]
    public async Task Chains_and_searches_are_cancelled()
    {
        using var source = new CancellationTokenSource();
        var stop = new Log<ChainProgress>(_ => source.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Metropolis.SampleAsync(Logistic, progress: stop, cancellationToken: source.Token));

        Assert.Single(stop.Entries);

        // cancelled in the middle of the search, by the model itself
        foreach (var search in new Func<Program<Tensor>, CancellationToken, Task>[] { Map.FitAsync, LaplaceApproximation.FitAsync })
        {
            using var inside = new CancellationTokenSource();
            var runs = 0;

            var model = new Program<Tensor>(p =>
            {
                if (++runs == 20)
                {
                    inside.Cancel();
                }

                return Linear.Run(p);
            });

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search(model, inside.Token));
            Assert.Equal(20, runs);
        }

        // once found, it no longer listens
        using var late = new CancellationTokenSource();
        var laplace = await LaplaceApproximation.FitAsync(Linear, late.Token);
        late.Cancel();
        Assert.Equal([3], laplace.Sample(1)["weights"][0].Shape);
        Assert.True(double.IsFinite(laplace.Guide.Space.LogDensity(laplace.Mode).ToDouble()));
    }

    [Fact]
    public async Task Posteriors_are_results_of_scopes()
    {
        var guide = Scope.Run(() => AutoGuide.FullRank(Linear));
        Assert.False(guide.Parameters[0].Value.IsDisposed);
        Assert.Equal([2, 3], guide.Sample(2)["weights"].Shape);
        Assert.False(Scope.Run(() => PerDatum.Normal("z", 3, [], 1)).Parameters[0].Value.IsDisposed);
        Assert.False(Scope.Run(() => Unconstrained.FromProgram(Mixed)).Start.IsDisposed);

        var laplace = await Scope.RunAsync(() => LaplaceApproximation.FitAsync(Linear));
        Assert.Equal([2, 3], laplace.Sample(2)["weights"].Shape);

        var chains = await Scope.RunAsync(() => Metropolis.SampleAsync(Logistic, new() { Chains = 4, Warmup = 100, Draws = 4 }));
        Assert.False(chains.Pooled["weights"].IsDisposed);
    }

    [Fact]
    public async Task Bad_arguments_are_ArgumentExceptions()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Chains", () => new MetropolisOptions { Chains = 3 });
        Assert.Throws<ArgumentOutOfRangeException>("Warmup", () => new MetropolisOptions { Warmup = 99 });
        Assert.Throws<ArgumentOutOfRangeException>("Steps", () => new VariationalOptions { Steps = 99 });
        Assert.Throws<ArgumentNullException>("Bound", () => new VariationalOptions { Bound = null! });
        Assert.Throws<ArgumentOutOfRangeException>("Scale", () => new GuideStart { Scale = 0 });
        Assert.Throws<ArgumentNullException>("model", () => AutoGuide.MeanField<Tensor>(null!));
        Assert.Throws<ArgumentOutOfRangeException>("rank", () => AutoGuide.LowRank(Linear, 0));
        Assert.Throws<ArgumentException>(() => AutoGuide.LowRank(Linear, 4));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => PerDatum.Normal("z", 0, [], 1));
        Assert.Throws<ArgumentOutOfRangeException>("probability", () => Draws.Quantile(1.5, Row(1)));
        Assert.Throws<ArgumentNullException>("draws", () => Draws.Summarize(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("guide", () => Variational.FitAsync(Linear, null!));
        await Assert.ThrowsAsync<ArgumentNullException>("model", () => Map.FitAsync<Tensor>(null!));

        var uneven = await Assert.ThrowsAsync<ArgumentException>(
            () => Variational.FitAsync(Linear, AutoGuide.MeanField(Linear), new() { Steps = 150 }));

        Assert.Contains("100", uneven.Message);

        var discrete = new Program<Tensor>(p => p.Sample("coin", Bernoulli.FromProbabilities(Number(0.5))));
        Assert.Contains("coin", Assert.Throws<ArgumentException>(() => Unconstrained.FromProgram(discrete)).Message);

        var subsampled = new Program<Tensor>(p =>
        {
            var z = p.Sample("z", new Normal(0, 1));
            p.PlateOf("data", 10, 2, _ => p.Observe("x", new Normal(z, Tensor.FromScalar(1.0)), Tensor.Ones([2])));
            return z;
        });

        Assert.Equal("data", Assert.Single(Unconstrained.FromProgram(subsampled).Subsampled).Name);
        Assert.Contains("data", (await Assert.ThrowsAsync<ArgumentException>(() => LaplaceApproximation.FitAsync(subsampled))).Message);
    }

    private sealed class Log<T>(Action<T>? also = null) : IProgress<T>
    {
        public List<T> Entries { get; } = [];

        public void Report(T value)
        {
            Entries.Add(value);
            also?.Invoke(value);
        }
    }

    private static void Near(Tensor expected, Tensor actual, double distance) =>
        Assert.True((actual - expected).Abs().Le(distance).All().ToBool(), $"expected {expected}, found {actual}");

    private static void Close(Tensor expected, Tensor actual, double tolerance) =>
        Assert.True(actual.AllClose(expected, tolerance, tolerance), $"expected {expected}, found {actual}");
}
