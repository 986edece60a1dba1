// What every model has, asked of each of them: weights in files, and parts that outlive the scope they were made in.
// A new model is found by itself, and is asked for a small one of its kind below.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class GenerativeModelTests
{
    public static TheoryData<Type> Kinds =>
    [
        .. typeof(GenerativeModel).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(GenerativeModel)) && !type.IsAbstract),
    ];

    private static GenerativeModel Small(Type kind)
    {
        Net<Tensor, Distribution> encoder = Net.Mlp(4, 8).Then(Head.DiagonalNormal(2));
        Net<Tensor, Distribution> decoder = Net.Mlp(2, 8).Then(Head.Bernoulli(4));
        Net<(Tensor, Tensor), Distribution> encoderOfPair = Net.LinearPair(4, 2, 8).Then(Head.DiagonalNormal(2));
        Net<(Tensor, Tensor), Distribution> decoderOfPair = Net.LinearPair(2, 2, 8).Then(Head.Bernoulli(4));
        var labels = OneHotCategorical.FromLogits(Tensor.Zeros([2]));
        var prior = Normal.Standard([2]);

        return kind.Name switch
        {
            nameof(Vae) => new Vae(encoder, decoder, prior),
            nameof(VampVae) => new VampVae(encoder, decoder, PseudoInputs.UnitInterval(Tensor.Rand([3, 4]))),
            nameof(GaussianMixtureVae) => GaussianMixtureVae.Create(3, 2, encoder, decoder),
            nameof(HierarchicalVae) => new HierarchicalVae(Hierarchy.BottomUp(encoder), [decoder], prior),
            nameof(ConditionalVae) => new ConditionalVae(
                Net.Linear(2, 8).Then(Head.DiagonalNormal(2)), encoderOfPair, decoderOfPair),
            nameof(SemiSupervisedVae) => new SemiSupervisedVae(
                Net.Mlp(4, 8).Then(Head.OneHotCategorical(2)), encoderOfPair, decoderOfPair, labels, prior),
            nameof(Gan) => new Gan(Net.Linear(2, 2), Net.Linear(2, 1), prior),
            nameof(ConditionalGan) => new ConditionalGan(Net.LinearPair(2, 2, 2), Net.LinearPair(2, 2, 1), prior),
            nameof(Bigan) => new Bigan(Net.Linear(2, 2), Net.Linear(2, 2), Net.LinearPair(2, 2, 1), prior),
            nameof(CycleGan) => new CycleGan(Net.Linear(2, 2), Net.Linear(2, 2), Net.Linear(2, 1), Net.Linear(2, 1)),
            nameof(AdversarialAutoencoder) => new AdversarialAutoencoder(encoder, decoder, Net.Linear(2, 1), prior),
            _ => throw new ArgumentException("There is no small one of this kind yet.", nameof(kind)),
        };
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Weights_are_saved_and_read(Type kind)
    {
        using var file = new TemporaryFile();
        var (saved, read) = (Small(kind), Small(kind));
        bool Differs((Parameter First, Parameter Second) pair) => !pair.First.Value.Equals(pair.Second.Value);
        Assert.Contains(saved.Parameters.Zip(read.Parameters), Differs);

        saved.Save(file.Path);
        read.Load(file.Path);
        Assert.DoesNotContain(saved.Parameters.Zip(read.Parameters), Differs);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_model_that_a_scope_returns_is_whole(Type kind)
    {
        var model = Scope.Run(() => Small(kind));
        Assert.DoesNotContain(model.Parameters, parameter => parameter.Value.IsDisposed);

        foreach (var part in kind.GetProperties().Select(property => property.GetValue(model)).OfType<Distribution>())
        {
            Assert.True(double.IsFinite(part.Sample().Sum().ToDouble()));
        }
    }
}
