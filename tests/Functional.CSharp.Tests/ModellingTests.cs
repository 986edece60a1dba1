// Distributions at work, as a C# program has them: fitting, correlated vectors, relaxed choices, missing data, several experts.
// Each test is a small program; formulas are tested in Functional.Tests.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ModellingTests
{
    [Fact]
    public void A_mixture_is_fitted_by_following_the_gradient_of_its_likelihood()
    {
        var weights = Categorical.FromProbabilities(Row(0.3, 0.7));
        var truth = Mixture.Of(weights, new Normal(-2, 0.5), new Normal(3, 1));
        var data = RandomNumbers.WithSeed(1, () => truth.Sample([500]));

        Mixture Model(Tensor means) => new(weights, new Normal(means, Row(0.5, 1)));
        var means = Row(-1, 1);

        for (var step = 0; step < 60; step++)
        {
            means += Differentiate.Gradient(means => Model(means).LogProb(data).Mean(), means) * 0.5;
        }

        Assert.Equal([-2.0, 3.0], means.ToArray<double>(), (a, b) => Math.Abs(a - b) < 0.2);

        var responsibilities = Model(means).LogResponsibilities(Row(-2, 3)).Exp();
        Assert.True(responsibilities.AllClose(Tensor.Eye(2), 1e-2, 1e-2));
        Assert.Equal(2, truth.Components.Count);
        Assert.IsType<Normal>(truth.Components[1]);
        Assert.Equal(2, truth.Weights.Count);
    }

    [Fact]
    public void A_flow_of_transforms_has_the_density_that_the_change_of_variables_gives()
    {
        var x = Row(0.5, 1, 2);
        var flow = new Transformed(new Normal(0, 1), new AffineTransform(1, 0.5).Then(new ExpTransform()));
        Assert.True(flow.LogProb(x).AllClose(new LogNormal(1, 0.5).LogProb(x), 1e-4, 1e-4));
        Assert.IsType<Normal>(flow.Base);
        Assert.IsType<ComposeTransform>(flow.Transform);

        var squashed = new Transformed(Normal.Standard([3]), new TanhTransform());
        var (action, logProb) = squashed.SampleAndLogProb([5]);
        Assert.Equal([5, 3], action.Shape);
        Assert.Equal([5], logProb.Shape);

        var slope = Differentiate.Gradient(
            scale => new Transformed(new Normal(0, 1), new AffineTransform(Tensor.FromScalar(0.0), scale)).LogProb(Row(2)).Sum(),
            Tensor.FromScalar(1.0));

        // d/dσ log N(2; 0, σ²) = -1/σ + 4/σ³
        Assert.Equal(3, slope.ToDouble(), 1e-4);
    }

    [Fact]
    public void Divergences_in_closed_form_agree_with_their_estimates()
    {
        (Distribution, Distribution)[] pairs =
        [
            (new Gamma(2, 3), new Gamma(3, 2)),
            (new Beta(2, 3), new Beta(3, 2)),
            (new Dirichlet(Row(1, 2, 3)), new Dirichlet(Row(3, 2, 1))),
            (new Laplace(0, 1), new Laplace(1, 2)),
            (Categorical.FromLogits(Row(0, 1, 2)), Categorical.FromLogits(Row(2, 1, 0))),
            (MultivariateNormal.FromCovariance(Row(0, 1), Covariance), Normal.Standard([2])),
            (new Joint(new Normal(0, 1), new Poisson(2)), new Joint(new Normal(1, 1), new Poisson(3))),
            (new LogNormal(0, 1), new LogNormal(1, 2)),
        ];

        foreach (var (p, q) in pairs)
        {
            Assert.True(Kl.HasClosedForm(p, q), $"{p} || {q}");
            var estimate = RandomNumbers.WithSeed(2, () => Kl.Estimate(p, q, samples: 20_000));
            var tolerance = 5 * estimate.StandardError.ToDouble() + 1e-4;
            Assert.Equal(estimate.Value.ToDouble(), Kl.Divergence(p, q).ToDouble(), tolerance);
        }
    }

    [Fact]
    public void A_divergence_of_ones_own_is_registered_for_a_pair_of_families()
    {
        var (p, q) = (new Kumaraswamy(2, 3), new LogitNormal(0, 1));
        Assert.False(Kl.HasClosedForm(p, q));
        Kl.Register<Kumaraswamy, LogitNormal>((p, q) => p.Concentration1 * q.Scale * 5);
        Assert.Equal(10, Kl.Divergence(p, q).ToDouble());
        Assert.Contains((typeof(Kumaraswamy), typeof(LogitNormal)), Kl.Pairs());
        Assert.Contains((typeof(Normal), typeof(Normal)), Kl.Pairs());
        Assert.Throws<ArgumentException>(() => Kl.Register<Distribution, Normal>((_, q) => q.Scale));
    }

    [Fact]
    public void A_multivariate_normal_is_made_from_what_is_at_hand()
    {
        var normal = MultivariateNormal.FromCovariance(location: Row(1, -1), covariance: Covariance);
        var sample = RandomNumbers.WithSeed(3, () => normal.Sample([20_000]));
        Assert.True(sample.Transpose().Cov().AllClose(Covariance, 0.05, 0.05));
        Assert.True(normal.ScaleTril.Matmul(normal.ScaleTril.Transpose()).AllClose(Covariance, 1e-5, 1e-5));
        Assert.True(normal.Precision.Matmul(Covariance).AllClose(Tensor.Eye(2), 1e-5, 1e-5));

        var same = MultivariateNormal.FromPrecision(Row(1, -1), normal.Precision);
        Assert.Equal(0, Kl.Divergence(normal, same).ToDouble(), 1e-5);
    }

    [Fact]
    public void Relaxed_choices_pass_gradients_on()
    {
        var values = Row(1, 2, 3);
        var logits = Gradient.Record(Row(0, 0, 0));
        var relaxed = RelaxedOneHotCategorical.FromLogits(temperature: 0.5, logits);
        var choice = relaxed.RSample([100]);
        Assert.True(choice.Sum(-1).AllClose(Tensor.Ones([100]), 1e-4, 1e-4));
        var slope = Gradient.OfLoss((choice * values).Sum(-1).Mean(), [logits])[0];
        Assert.True(slope[2].ToDouble() > 0 && slope[0].ToDouble() < 0);

        var hard = StraightThroughOneHotCategorical.FromLogits(temperature: 0.5, logits);
        var bits = hard.RSample([100]);
        Assert.True(hard.Support.Contains(bits).All().ToBool());
        Assert.True(Gradient.IsRecorded(bits));
        Assert.Equal(0.5, hard.Relaxed.Temperature.ToDouble());
        Assert.Equal(3, hard.Discrete.Count);
    }

    [Fact]
    public void A_truncated_distribution_has_one_bound_or_two()
    {
        var x = Row(0.5, 1, 2);
        var positive = new Truncated(new Normal(0, 1), low: Tensor.FromScalar(0.0));
        Assert.True(positive.LogProb(x).AllClose(new HalfNormal(1).LogProb(x), 1e-4, 1e-4));
        Assert.Equal(0, positive.Low!.ToDouble());
        Assert.Null(positive.High);

        var between = new Truncated(new Normal(0, 1), low: -1, high: 2);
        Assert.True(between.LogProb(x).AllClose(new TruncatedNormal(0, 1, -1, 2).LogProb(x), 1e-4, 1e-4));
        Assert.Equal(double.NegativeInfinity, between.LogProb(Tensor.FromScalar(3.0)).ToDouble());
        Assert.ThrowsAny<ArgumentException>(() => new Truncated(new Normal(0, 1)));
    }

    [Fact]
    public void A_joint_distribution_splits_its_vectors_again()
    {
        var joint = new Joint(Normal.Standard([2]), new Gamma(2, 1), Categorical.FromLogits(Row(0, 0)));
        Assert.Equal([4], joint.EventShape);
        var parts = joint.Split(joint.Sample([5]));
        Assert.Equal([[5, 2], [5], [5]], parts.Select(part => part.Shape));
        Assert.Equal(Dtype.Int64, parts[2].Dtype);
        Assert.IsType<Gamma>(joint.Parts[1]);
        Assert.True(joint.Parts[1].Support.Contains(parts[1]).All().ToBool());
        Assert.ThrowsAny<ArgumentException>(() => joint.Split(Row(1, 2)));
    }

    [Fact]
    public void Missing_data_count_for_nothing()
    {
        var seen = Row(1, 0, 1).Cast(Dtype.Bool);
        var masked = new Masked(new Normal(Tensor.Zeros([3]), Tensor.Ones([3])), seen);
        var logProb = masked.LogProb(Row(0, double.NaN, 0));
        Assert.Equal(0, logProb[1].ToDouble());
        Assert.Equal(new Normal(0, 1).LogProb(Tensor.FromScalar(0.0)).ToDouble(), logProb[0].ToDouble(), 6);
        Assert.True(masked.Mask.Equals(seen));
    }

    [Fact]
    public void Experts_vote_with_their_precisions()
    {
        var product = ProductOfExperts.Normals(new Normal(0, 1), new Normal(2, 1));
        Assert.Equal(1, product.Location.ToDouble(), 5);
        Assert.Equal(Math.Sqrt(0.5), product.Scale.ToDouble(), 5);
        Assert.Equal(1, ProductOfExperts.WithStandardPrior(new Normal(2, 1)).Location.ToDouble(), 5);
        Assert.Equal(0, ProductOfExperts.WithStandardPrior().Location.ToDouble());
        var rows = ProductOfExperts.Independents(Normal.Standard([2]), Normal.Diagonal(Row(2, 4), Row(1, 1)));
        Assert.Equal([1.0, 2.0], rows.Mean.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.ThrowsAny<ArgumentException>(() => ProductOfExperts.Normals());
    }

    [Fact]
    public void Weighted_samples_are_a_distribution()
    {
        var posterior = new Empirical(Row(1, 2, 4), logWeights: Row(0.2, 0.3, 0.5).Log());
        Assert.Equal(2.8, posterior.Mean.ToDouble(), 5);
        Assert.Equal(4, posterior.Mode.ToDouble());
        Assert.Equal(Math.Log(0.3), posterior.LogProb(Tensor.FromScalar(2.0)).ToDouble(), 5);
        Assert.Equal([0.2, 0.3, 0.5], posterior.LogWeights.Exp().ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Grey_values_and_counts_have_densities_that_sum_to_one()
    {
        Distribution[] distributions =
        [
            new DiscretizedLogistic(0.2, 0.1), new Quantized(new Normal(3, 2), low: 0, high: 9),
            Binomial.FromProbabilities(9, 0.3), new BetaBinomial(9, 2, 3),
        ];

        foreach (var distribution in distributions)
        {
            Assert.Equal(1, distribution.LogProb(distribution.EnumerateSupport()).Exp().Sum().ToDouble(), 4);
        }

        var open = new Quantized(new Normal(3, 2), low: 0);
        Assert.Equal((0, null), (open.Low, open.High));
        Assert.Equal(256, new DiscretizedLogistic(0, 1).Levels);
    }

    [Fact]
    public void A_point_and_a_stretched_batch()
    {
        var point = new Delta(Row(1, 2), eventRank: 1, logDensity: Tensor.FromScalar(0.5));
        Assert.Equal(0.5, point.LogProb(Row(1, 2)).ToDouble());
        Assert.Equal(double.NegativeInfinity, point.LogProb(Row(1, 3)).ToDouble());

        var stretched = new Expanded(new Normal(Tensor.Zeros([1, 2]), Tensor.Ones([2])), batchShape: [4, 3, 2]);
        Assert.Equal([4, 3, 2], stretched.Sample().Shape);
        Assert.IsType<Normal>(stretched.Base);
    }

    [Fact]
    public void Messages_name_the_family_the_parameter_and_what_fits()
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => new Gamma(concentration: -1, rate: 1));
        Assert.Contains("Gamma", error.Message);
        Assert.Contains("concentration", error.Message);
        Assert.Contains("positive", error.Message);

        error = Assert.ThrowsAny<ArgumentException>(() => new Normal(Row(1, 2), Row(1, 2, 3)));
        Assert.Contains("[2]", error.Message);
        Assert.Contains("[3]", error.Message);

        error = Assert.ThrowsAny<ArgumentException>(() => MultivariateNormal.FromCovariance(Row(0, 0), -Tensor.Eye(2)));
        Assert.Contains("symmetric and positive definite", error.Message);

        Assert.ThrowsAny<ArgumentException>(() => new Quantized(new Poisson(1)));
        Assert.ThrowsAny<ArgumentException>(() => new LKJCholesky(1, 1));
        Assert.ThrowsAny<ArgumentException>(() => new Empirical(Tensor.Zeros([0])));
        Assert.Throws<ArgumentNullException>("scale", () => new Laplace(Row(0), null!));
        Assert.Throws<ArgumentNullException>("transform", () => new Transformed(new Normal(0, 1), null!));
        Assert.Throws<ArgumentNullException>("weights", () => Mixture.Of(null!, new Normal(0, 1)));
        Assert.Throws<ArgumentNullException>("components", () => Mixture.Of(Categorical.FromLogits(Row(0)), null!, null!));
        Assert.Throws<ArgumentNullException>("experts", () => ProductOfExperts.Normals(new Normal(0, 1), null!));
    }

    private static Tensor Covariance => Tensor.FromArray([2.0, 0.5, 0.5, 1.0], [2, 2]).Cast(Dtype.Float32);
}
