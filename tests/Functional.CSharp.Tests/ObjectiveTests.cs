// Losses and the bounds on the evidence, on a model whose evidence is known.
// z ~ N(0, 1), x | z ~ N(z, 1), so x ~ N(0, 2) and the posterior is N(x/2, 1/2).
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ObjectiveTests
{
    private static readonly LatentModel Model = new(
        prior: Normal.Standard([1]), likelihood: z => Normal.Diagonal(z, Tensor.Ones([1])));

    private static readonly Tensor X = Tensor.FromArray(new[,] { { 0.5 }, { -1.0 } });

    private static Tensor Evidence => Normal.Diagonal(Tensor.Zeros([1]), Tensor.Full([1], Math.Sqrt(2))).LogProb(X);

    private static Distribution Exact => Normal.Diagonal(X * 0.5, Tensor.Full([1], Math.Sqrt(0.5)));

    private static Distribution Rough => Normal.Diagonal(Tensor.Zeros([2, 1]), Tensor.Ones([1]));

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
        Assert.Throws<KeyNotFoundException>(() => loss["c"]);
    }

    [Fact]
    public void With_the_exact_posterior_every_bound_is_the_evidence()
    {
        Assert.True(Elbo.MonteCarlo(Model, Exact, X).Value.AllClose(Evidence, absoluteTolerance: 1e-5));
        Assert.True(Iwae.Bound(Model, Exact, X, particles: 3).Value.AllClose(Evidence, absoluteTolerance: 1e-5));
        Assert.True(LogEvidence.Estimate(Model, Exact, X, samples: 3).AllClose(Evidence, absoluteTolerance: 1e-5));
    }

    [Fact]
    public void All_forms_of_the_bound_agree_on_average_and_lie_below_the_evidence()
    {
        RandomNumbers.WithSeed(2, () =>
        {
            var closed = Elbo.Bound(Model, Rough, X, particles: 20_000);
            Assert.Equal(["reconstruction", "kl"], closed.Terms.Select(term => term.Name));
            var withEntropy = Elbo.WithEntropy(Model, Rough, X, particles: 20_000);
            var monteCarlo = Elbo.MonteCarlo(Model, Rough, X, particles: 20_000);
            Assert.True(closed.Value.AllClose(withEntropy.Value, absoluteTolerance: 0.1));
            Assert.True(closed.Value.AllClose(monteCarlo.Value, absoluteTolerance: 0.1));
            Assert.True(closed.Value.Lt(Evidence).All().ToBool());
            Assert.True(LogEvidence.Estimate(Model, Rough, X, samples: 20_000).AllClose(Evidence, absoluteTolerance: 0.05));
            return 0;
        });
    }

    [Fact]
    public void Losses_of_a_batch_are_scalars()
    {
        Assert.Equal(1, Elbo.Loss(Model, Rough, X).Value.Nelement);
        Assert.Equal(1, Iwae.Loss(Model, Rough, X, particles: 4).Value.Nelement);
        Assert.Equal([4, 2], Iwae.LogWeights(Model, Rough, X, particles: 4).Shape);
    }

    [Fact]
    public void A_latent_model_draws_and_scores()
    {
        Assert.Equal([6, 1], Model.Sample(6).Shape);
        Assert.Equal([2], Model.LogJoint(Tensor.Zeros([2, 1]), X).Shape);
        Assert.Equal([1], Model.Prior.EventShape);
        Assert.Equal([2], Model.Likelihood(X).BatchShape);
    }

    [Fact]
    public void Bad_arguments_are_ArgumentExceptions()
    {
        Assert.Throws<ArgumentOutOfRangeException>("particles", () => Iwae.Bound(Model, Rough, X, particles: 0));
        Assert.Throws<ArgumentOutOfRangeException>("samples", () => LogEvidence.Estimate(Model, Rough, X, samples: 0));
        Assert.Throws<ArgumentNullException>("posterior", () => Elbo.Bound(Model, null!, X));
        Assert.Throws<ArgumentNullException>("likelihood", () => new LatentModel(Normal.Standard([1]), null!));
    }
}
