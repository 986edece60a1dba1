// Distributions and their divergences.
// Formulas are tested in Functional.Tests; here each member is called once and each error seen once.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class DistributionTests
{
    private static readonly double LogRoot2Pi = 0.5 * Math.Log(2 * Math.PI);

    [Fact]
    public void A_normal_distribution_knows_its_density_and_moments()
    {
        var normal = new Normal(mean: 1, scale: 2);
        Assert.Equal(-0.5 - Math.Log(2) - LogRoot2Pi, normal.LogProb(Tensor.FromScalar(3.0)).ToDouble(), 5);
        Assert.Equal(1, normal.Mean.ToDouble());
        Assert.Equal(4, normal.Variance.ToDouble());
        Assert.Equal(2, normal.StandardDeviation.ToDouble());
        Assert.Equal(1, normal.Mode.ToDouble());
        Assert.Equal(0.5 + Math.Log(2) + LogRoot2Pi, normal.Entropy().ToDouble(), 5);
        Assert.Equal(0.5, normal.Cdf(Tensor.FromScalar(1.0)).ToDouble(), 5);
        Assert.Equal(1, normal.Icdf(Tensor.FromScalar(0.5)).ToDouble(), 5);
        Assert.Equal("Normal", normal.Name);
        Assert.False(normal.Support.IsDiscrete);
        Assert.Equal(2, normal.Parameters["scale"].ToDouble());
    }

    [Fact]
    public void Batch_and_event_shapes_shape_samples_and_densities()
    {
        var batch = new Normal(Tensor.Zeros([3, 2]), Tensor.Ones([2]));
        Assert.Equal([3, 2], batch.BatchShape);
        Assert.Empty(batch.EventShape);

        var rows = new Independent(batch, rank: 1);
        Assert.Equal([3], rows.BatchShape);
        Assert.Equal([2], rows.EventShape);
        Assert.IsType<Normal>(rows.Base);
        Assert.Equal([5, 3, 2], rows.Sample([5]).Shape);
        Assert.Equal([5, 3], rows.LogProb(rows.Sample([5])).Shape);
        Assert.Equal([4, 3], rows.Expand([4, 3]).BatchShape);

        var (value, logProb) = rows.SampleAndLogProb([5]);
        Assert.True(rows.LogProb(value).AllClose(logProb));
    }

    [Fact]
    public void Gradients_flow_through_RSample_but_not_through_Sample()
    {
        var scale = Gradient.Record(Tensor.Ones([2]));
        var normal = Normal.Diagonal(Tensor.Zeros([2]), scale);
        Assert.True(normal.HasRSample);
        Assert.True(Gradient.IsRecorded(normal.RSample([3])));
        Assert.False(Gradient.IsRecorded(normal.Sample([3])));
    }

    [Fact]
    public void Bernoulli_and_categorical_come_from_logits_or_probabilities()
    {
        var coin = Bernoulli.FromProbabilities(Tensor.FromScalar(0.25));
        Assert.Equal(Math.Log(0.75), coin.LogProb(Tensor.FromScalar(0.0)).ToDouble(), 5);
        Assert.Equal(0.75, coin.Complement.ToDouble());
        Assert.Equal(0.5, Bernoulli.FromLogits(Tensor.FromScalar(0.0)).Probability.ToDouble());

        var die = Categorical.FromProbabilities(Row(0.2, 0.3, 0.5));
        Assert.Equal(3, die.Count);
        Assert.Equal(Math.Log(0.5), die.LogProb(Tensor.FromScalar(2L)).ToDouble(), 5);
        Assert.Equal([0L, 1, 2], die.EnumerateSupport().ToArray<long>());
        Assert.Equal(2, die.Mode.ToInt64());
        Assert.True(die.Support.IsDiscrete);
        Assert.True(Categorical.FromLogits(Row(0, 0)).Probabilities.AllClose(Row(0.5, 0.5)));
    }

    [Fact]
    public void A_uniform_distribution_is_flat_inside_and_nothing_outside()
    {
        var uniform = new Uniform(low: 1, high: 3);
        Assert.Equal([-Math.Log(2), double.NegativeInfinity], uniform.LogProb(Row(2, 4)).ToArray<double>(), Near);
        Assert.Equal(1, uniform.Low.ToDouble());
        Assert.Equal(3, uniform.High.ToDouble());
        Assert.Equal([true, false], uniform.Support.Contains(Row(2, 4)).ToArray<bool>());
    }

    [Fact]
    public void Divergences_have_closed_forms_or_explicit_estimates()
    {
        var (p, q) = (new Normal(0, 1), new Normal(1, 2));
        var exact = Math.Log(2) + 2.0 / 8 - 0.5;
        Assert.True(Kl.HasClosedForm(p, q));
        Assert.Equal(exact, Kl.Divergence(p, q).ToDouble(), 5);

        var estimate = RandomNumbers.WithSeed(1, () => Kl.Estimate(p, q, samples: 20_000));
        var tolerance = 5 * estimate.StandardError.ToDouble();
        Assert.InRange(estimate.Value.ToDouble(), exact - tolerance, exact + tolerance);
        Assert.Equal([3], Kl.Divergence(Normal.Diagonal(Tensor.Zeros([3, 2]), Tensor.Ones([2])), Normal.Standard([2])).Shape);
    }

    [Fact]
    public void A_missing_closed_form_is_a_NotSupportedException_that_names_the_pair()
    {
        var error = Assert.Throws<NotSupportedException>(() =>
            Kl.Divergence(new Normal(0, 1), Bernoulli.FromLogits(Tensor.FromScalar(0.0))));

        Assert.Contains("Normal", error.Message);
        Assert.Contains("Bernoulli", error.Message);
    }

    [Fact]
    public void What_a_family_does_not_have_is_a_NotSupportedException()
    {
        var coin = Bernoulli.FromLogits(Tensor.FromScalar(0.0));
        Assert.False(coin.HasRSample);
        Assert.ThrowsAny<NotSupportedException>(() => coin.RSample());
        Assert.ThrowsAny<NotSupportedException>(() => Categorical.FromLogits(Row(0, 0)).Mean);
    }

    [Fact]
    public void Invalid_parameters_and_values_are_ArgumentExceptions_unless_validation_is_off()
    {
        Assert.ThrowsAny<ArgumentException>(() => new Normal(0, -1));
        Assert.ThrowsAny<ArgumentException>(() => new Uniform(3, 1));
        Assert.ThrowsAny<ArgumentException>(() => Bernoulli.FromProbabilities(Row(0.5, 1.5)));
        Assert.ThrowsAny<ArgumentException>(() => Categorical.FromProbabilities(Row(0.5, 0.6)));
        Assert.ThrowsAny<ArgumentException>(() => new Independent(new Normal(0, 1), 1));
        Assert.ThrowsAny<ArgumentException>(() => Normal.Standard([3]).LogProb(Tensor.Zeros([4, 2])));
        Assert.Throws<ArgumentNullException>("value", () => new Normal(0, 1).LogProb(null!));
        Assert.Throws<ArgumentNullException>("scale", () => new Normal(Row(1), null!));

        Assert.True(Validation.IsOn);
        Assert.False(Validation.Off(() => Validation.IsOn));
        Validation.Off(() => new Normal(0, -1));
    }

    private static bool Near(double a, double b) => a.Equals(b) || Math.Abs(a - b) < 1e-5;
}
