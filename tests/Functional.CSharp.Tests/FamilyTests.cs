// Every family and wrapper once from plain numbers and once as a batch: what all distributions have is asked of each.
// A family without an entry here fails a test.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class FamilyTests
{
    private static readonly Dictionary<string, Func<Distribution>[]> Families = new()
    {
        [nameof(Beta)] = [() => new Beta(2, 3), () => new Beta(concentration1: Row(2, 3), concentration0: Row(3, 4))],
        [nameof(Cauchy)] = [() => new Cauchy(0, 1), () => new Cauchy(location: Row(0, 1), scale: Row(1, 2))],
        [nameof(Chi2)] = [() => new Chi2(3), () => new Chi2(degreesOfFreedom: Row(3, 4))],
        [nameof(ContinuousBernoulli)] =
            [() => ContinuousBernoulli.FromProbabilities(0.3), () => ContinuousBernoulli.FromLogits(Row(0, 1))],
        [nameof(Exponential)] = [() => new Exponential(2), () => new Exponential(rate: Row(1, 2))],
        [nameof(Gamma)] = [() => new Gamma(2, 3), () => new Gamma(concentration: Row(2, 3), rate: Row(1, 2))],
        [nameof(Gumbel)] = [() => new Gumbel(0, 1), () => new Gumbel(location: Row(0, 1), scale: Row(1, 2))],
        [nameof(HalfCauchy)] = [() => new HalfCauchy(1), () => new HalfCauchy(scale: Row(1, 2))],
        [nameof(HalfNormal)] = [() => new HalfNormal(1), () => new HalfNormal(scale: Row(1, 2))],
        [nameof(InverseGamma)] = [() => new InverseGamma(3, 2), () => new InverseGamma(concentration: Row(3, 4), rate: Row(1, 2))],
        [nameof(Kumaraswamy)] =
            [() => new Kumaraswamy(2, 3), () => new Kumaraswamy(concentration1: Row(2, 3), concentration0: Row(3, 4))],
        [nameof(Laplace)] = [() => new Laplace(0, 1), () => new Laplace(location: Row(0, 1), scale: Row(1, 2))],
        [nameof(LogNormal)] = [() => new LogNormal(0, 1), () => new LogNormal(location: Row(0, 1), scale: Row(1, 2))],
        [nameof(Logistic)] = [() => new Logistic(0, 1), () => new Logistic(location: Row(0, 1), scale: Row(1, 2))],
        [nameof(LogitNormal)] = [() => new LogitNormal(0, 1), () => new LogitNormal(location: Row(0, 1), scale: Row(1, 2))],
        [nameof(Normal)] = [() => new Normal(0, 1), () => new Normal(mean: Row(0, 1), scale: Row(1, 2))],
        [nameof(Pareto)] = [() => new Pareto(1, 3), () => new Pareto(scale: Row(1, 2), concentration: Row(3, 4))],
        [nameof(StudentT)] =
        [
            () => new StudentT(4, 0, 1),
            () => new StudentT(degreesOfFreedom: Row(4, 5), location: Row(0, 1), scale: Row(1, 2)),
        ],
        [nameof(TruncatedNormal)] =
        [
            () => new TruncatedNormal(mean: 0, scale: 1, low: -1, high: double.PositiveInfinity),
            () => new TruncatedNormal(Row(0, 1), Row(1, 2), Row(-1, -1), Row(1, 1)),
        ],
        [nameof(Uniform)] = [() => new Uniform(0, 1), () => new Uniform(low: Row(0, 1), high: Row(1, 2))],
        [nameof(VonMises)] = [() => new VonMises(0, 1), () => new VonMises(location: Row(0, 1), concentration: Row(1, 2))],
        [nameof(Weibull)] = [() => new Weibull(1, 2), () => new Weibull(scale: Row(1, 2), concentration: Row(2, 3))],

        [nameof(Bernoulli)] = [() => Bernoulli.FromProbabilities(0.3), () => Bernoulli.FromLogits(Row(0, 1))],
        [nameof(BetaBinomial)] = [() => new BetaBinomial(5, 2, 3), () => new BetaBinomial(total: 5, Row(2, 3), Row(3, 4))],
        [nameof(Binomial)] =
            [() => Binomial.FromProbabilities(5, 0.3), () => Binomial.FromLogits(total: 5, logits: Row(0, 1))],
        [nameof(Categorical)] =
            [() => Categorical.FromProbabilities(Row(0.2, 0.3, 0.5)), () => Categorical.FromLogits(Tensor.Zeros([2, 3]))],
        [nameof(Geometric)] = [() => Geometric.FromProbabilities(0.3), () => Geometric.FromLogits(Row(0, 1))],
        [nameof(Multinomial)] =
        [
            () => Multinomial.FromProbabilities(5, Row(0.2, 0.3, 0.5)),
            () => Multinomial.FromLogits(total: 5, logits: Tensor.Zeros([2, 3])),
        ],
        [nameof(NegativeBinomial)] =
            [() => NegativeBinomial.FromProbabilities(2.5, 0.3), () => NegativeBinomial.FromLogits(total: 2.5, logits: Row(0, 1))],
        [nameof(OneHotCategorical)] =
        [
            () => OneHotCategorical.FromProbabilities(Row(0.2, 0.3, 0.5)),
            () => OneHotCategorical.FromLogits(Tensor.Zeros([2, 3])),
        ],
        [nameof(Poisson)] = [() => new Poisson(3), () => new Poisson(rate: Row(1, 2))],
        [nameof(ZeroInflated)] =
        [
            () => ZeroInflated.FromProbabilities(0.3, new Poisson(3)),
            () => ZeroInflated.FromLogits(gate: Row(0, 1), baseDistribution: new Poisson(Row(1, 2))),
        ],

        [nameof(Dirichlet)] = [() => new Dirichlet(Row(1, 2, 3)), () => new Dirichlet(concentration: Tensor.Ones([2, 3]))],
        [nameof(LKJCholesky)] =
            [() => new LKJCholesky(3, 2), () => new LKJCholesky(dimension: 3, concentration: Row(1, 2))],
        [nameof(LowRankMultivariateNormal)] =
        [
            () => new LowRankMultivariateNormal(location: Row(0, 1), factor: Tensor.Ones([2, 1]), diagonal: Row(1, 2)),
            () => new LowRankMultivariateNormal(Tensor.Zeros([2, 3]), Tensor.Ones([3, 2]), Tensor.Ones([3])),
        ],
        [nameof(MultivariateNormal)] =
        [
            () => MultivariateNormal.FromCovariance(location: Row(0, 1), covariance: Covariance),
            () => MultivariateNormal.FromScaleTril(location: Tensor.Zeros([2, 3]), scaleTril: Tensor.Eye(3)),
        ],
        [nameof(MultivariateStudentT)] =
        [
            () => new MultivariateStudentT(4, Row(0, 1), Tensor.Eye(2)),
            () => new MultivariateStudentT(degreesOfFreedom: Row(4, 5), location: Row(0, 1, 2), scaleTril: Tensor.Eye(3)),
        ],
        [nameof(Wishart)] =
        [
            () => Wishart.FromCovariance(4, Covariance),
            () => Wishart.FromScaleTril(degreesOfFreedom: Row(4, 5), scaleTril: Tensor.Eye(3)),
        ],

        [nameof(RelaxedBernoulli)] =
            [() => RelaxedBernoulli.FromProbabilities(0.5, 0.3), () => RelaxedBernoulli.FromLogits(temperature: 0.5, Row(0, 1))],
        [nameof(RelaxedOneHotCategorical)] =
        [
            () => RelaxedOneHotCategorical.FromProbabilities(0.7, Row(0.2, 0.3, 0.5)),
            () => RelaxedOneHotCategorical.FromLogits(temperature: Row(0.7, 1), logits: Tensor.Zeros([2, 3])),
        ],
        [nameof(StraightThroughBernoulli)] =
        [
            () => StraightThroughBernoulli.FromProbabilities(0.5, 0.3),
            () => StraightThroughBernoulli.FromLogits(temperature: 0.5, Row(0, 1)),
        ],
        [nameof(StraightThroughOneHotCategorical)] =
        [
            () => StraightThroughOneHotCategorical.FromProbabilities(0.7, Row(0.2, 0.3, 0.5)),
            () => StraightThroughOneHotCategorical.FromLogits(0.7, Tensor.Zeros([2, 3])),
        ],

        [nameof(DiscretizedLogistic)] =
            [() => new DiscretizedLogistic(0, 0.3), () => new DiscretizedLogistic(Row(0, 0.5), Row(0.1, 0.2), levels: 16)],
        [nameof(DiscretizedLogisticMixture)] =
        [
            () => new DiscretizedLogisticMixture(Row(0, 1), Row(-0.5, 0.5), Row(0.1, 0.2)),
            () => new DiscretizedLogisticMixture(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Ones([3]), levels: 16),
        ],
        [nameof(Quantized)] =
            [() => new Quantized(new Normal(3, 2), low: 0, high: 6), () => new Quantized(new Normal(Row(0, 1), Row(1, 2)))],

        [nameof(Delta)] = [() => new Delta(Tensor.FromScalar(2.0)), () => new Delta(Tensor.Ones([2, 3]), eventRank: 1)],
        [nameof(Empirical)] =
        [
            () => new Empirical(Row(1, 2, 4)),
            () => new Empirical(Tensor.Randn([5, 2, 3]), eventRank: 1, logWeights: Tensor.Zeros([5, 2])),
        ],
        [nameof(Expanded)] =
        [
            () => new Expanded(new Normal(0, 1), []),
            () => new Expanded(new Normal(Tensor.Zeros([1]), Tensor.Ones([1])), batchShape: [2]),
        ],
        [nameof(Independent)] =
            [() => Normal.Standard([3]), () => new Independent(Bernoulli.FromLogits(Tensor.Zeros([2, 3])), rank: 1)],
        [nameof(Joint)] =
        [
            () => new Joint(new Normal(0, 1), new Dirichlet(Row(1, 2, 3))),
            () => new Joint(new Normal(Row(0, 1), Row(1, 2)), new Gamma(2, 3)),
        ],
        [nameof(Masked)] =
        [
            () => new Masked(new Normal(0, 1), Tensor.FromScalar(true, Dtype.Bool)),
            () => new Masked(new Normal(Row(0, 1), Row(1, 2)), mask: Row(1, 0).Cast(Dtype.Bool)),
        ],
        [nameof(Mixture)] =
        [
            () => Mixture.Of(Categorical.FromLogits(Row(0, 1)), new Normal(0, 1), new Laplace(2, 1)),
            () => new Mixture(Categorical.FromLogits(Row(0, 1, 2)), new Normal(Tensor.Zeros([2, 3]), Tensor.Ones([3]))),
        ],
        [nameof(Transformed)] =
        [
            () => new Transformed(new Normal(0, 1), new ExpTransform()),
            () => new Transformed(new Normal(Tensor.Zeros([2, 3]), Tensor.Ones([3])), new StickBreakingTransform()),
        ],
        [nameof(Truncated)] =
        [
            () => new Truncated(new Normal(0, 1), low: -1, high: 2),
            () => new Truncated(new Gamma(Row(2, 3), Row(1, 2)), high: Row(3, 3)),
        ],
    };

    private static Tensor Covariance => Tensor.FromArray([2.0, 0.5, 0.5, 1.0], [2, 2]).Cast(Dtype.Float32);

    public static TheoryData<string, bool> Entries()
    {
        var entries = new TheoryData<string, bool>();

        foreach (var family in Families.Keys)
        {
            entries.Add(family, false);
            entries.Add(family, true);
        }

        return entries;
    }

    [Fact]
    public void Every_family_has_an_entry()
    {
        var families = typeof(Distribution).Assembly.GetExportedTypes()
            .Where(type => type.IsSealed && type.IsSubclassOf(typeof(Distribution)))
            .Select(type => type.Name);

        Assert.Equal(families.Order(), Families.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void Samples_have_shapes_densities_and_a_support(string family, bool isBatch) =>
        RandomNumbers.WithSeed(3, () =>
        {
            var distribution = Make(family, isBatch);
            int[] shape = [.. distribution.BatchShape, .. distribution.EventShape];
            Assert.Equal(isBatch ? [2] : [], distribution.BatchShape);

            var value = distribution.Sample([7]);
            Assert.Equal([7, .. shape], value.Shape);
            Assert.True(distribution.Support.Contains(value).All().ToBool());
            Assert.Equal([7, .. distribution.BatchShape], distribution.LogProb(value).Shape);
            Assert.True(distribution.LogProb(value).IsFinite().All().ToBool());
            Assert.Equal(shape, distribution.Sample().Shape);

            var (drawn, logProb) = distribution.SampleAndLogProb([7]);
            Assert.True(distribution.LogProb(drawn).AllClose(logProb, 1e-3, 1e-3));
            return 0;
        });

    [Theory]
    [MemberData(nameof(Entries))]
    public void Pathwise_draws_are_there_or_refused(string family, bool isBatch)
    {
        var distribution = Make(family, isBatch);

        if (distribution.HasRSample)
        {
            Assert.Equal([7, .. distribution.BatchShape, .. distribution.EventShape], distribution.RSample([7]).Shape);
        }
        else
        {
            Assert.Contains("gradient", Assert.ThrowsAny<NotSupportedException>(() => distribution.RSample([7])).Message);
        }
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void It_keeps_its_class_when_it_comes_back_from_the_library(string family, bool isBatch)
    {
        var distribution = Make(family, isBatch);
        var expanded = distribution.Expand([4, .. distribution.BatchShape]);
        Assert.IsType(distribution.GetType(), expanded);
        Assert.Equal([4, .. distribution.BatchShape], expanded.BatchShape);
        Assert.NotEmpty(distribution.Parameters);
        Assert.StartsWith(family, distribution is Independent ? $"Independent{distribution.Name}" : distribution.Name);
    }

    private static Distribution Make(string family, bool isBatch)
    {
        var distribution = Families[family][isBatch ? 1 : 0]();
        Assert.Equal(family, distribution.GetType().Name);
        return distribution;
    }
}
