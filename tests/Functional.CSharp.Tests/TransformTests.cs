// Transforms as a C# program uses them: from the real numbers to a support and back, one after the other, inverted.
// Formulas are tested in Functional.Tests; here each class is made once, and each member called once.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class TransformTests
{
    // A transform, and a value of its domain.
    private static readonly Dictionary<string, Func<(Transform, Tensor)>> Transforms = new()
    {
        [nameof(AffineTransform)] = () => (new AffineTransform(location: 1, scale: -2), Vector),
        [nameof(BlockTransform)] = () => (new BlockTransform((new ExpTransform(), 1), (new StickBreakingTransform(), 2)), Vector),
        [nameof(CholeskyProductTransform)] =
            () => (new CholeskyProductTransform(), new LowerCholeskyTransform().Forward(Vector)),
        [nameof(ComposeTransform)] = () => (new ComposeTransform(new AffineTransform(1, 2), new TanhTransform()), Vector * 0.1),
        [nameof(CorrelationCholeskyTransform)] = () => (new CorrelationCholeskyTransform(), Vector),
        [nameof(CumulativeSumTransform)] = () => (new CumulativeSumTransform(), Vector),
        [nameof(ExpTransform)] = () => (new ExpTransform(), Vector),
        [nameof(IdentityTransform)] = () => (new IdentityTransform(Support.RealVector), Vector),
        [nameof(IndependentTransform)] = () => (new IndependentTransform(new ExpTransform(), rank: 1), Vector),
        [nameof(IntervalTransform)] = () => (new IntervalTransform(low: 2, high: 3), Vector),
        [nameof(LogTransform)] = () => (new LogTransform(), Row(1, 2, 3)),
        [nameof(LowerCholeskyTransform)] = () => (new LowerCholeskyTransform(), Vector),
        [nameof(OrderedTransform)] = () => (new OrderedTransform(), Vector),
        [nameof(PermuteTransform)] = () => (new PermuteTransform([2, 0, 1]), Vector),
        [nameof(PowerTransform)] = () => (new PowerTransform(exponent: Row(2, 3, -1)), Row(1, 2, 3)),
        [nameof(ReshapeTransform)] = () => (new ReshapeTransform(input: [3], output: [3, 1]), Vector),
        [nameof(SigmoidTransform)] = () => (new SigmoidTransform(), Vector),
        [nameof(SoftmaxTransform)] = () => (new SoftmaxTransform(), Vector),
        [nameof(SoftplusTransform)] = () => (new SoftplusTransform(), Vector),
        [nameof(StackTransform)] =
            () => (new StackTransform(new ExpTransform(), new TanhTransform(), new IdentityTransform()), Vector),
        [nameof(StickBreakingTransform)] = () => (new StickBreakingTransform(), Vector),
        [nameof(TanhTransform)] = () => (new TanhTransform(), Vector),
    };

    private static readonly Dictionary<string, (Support Support, int[] Source)> Supports = new()
    {
        ["Real"] = (Support.Real, [3]),
        ["Positive"] = (Support.Positive, [3]),
        ["NonNegative"] = (Support.NonNegative, [3]),
        ["UnitInterval"] = (Support.UnitInterval, [3]),
        ["Interval"] = (Support.Interval(-2, 5), [3]),
        ["Intervals"] = (Support.Interval(Row(-2, 0, 1), Row(5, 1, 2)), [3]),
        ["AtLeast"] = (Support.AtLeast(4), [3]),
        ["Simplex"] = (Support.Simplex, [3]),
        ["Ordered"] = (Support.Ordered, [3]),
        ["LowerCholesky"] = (Support.LowerCholesky, [6]),
        ["PositiveDefinite"] = (Support.PositiveDefinite, [6]),
        ["CorrelationCholesky"] = (Support.CorrelationCholesky, [6]),
        ["Elementwise"] = (Support.Elementwise(Support.Positive, axes: 2), [2, 3]),
        ["Simplexes"] = (Support.Elementwise(Support.Simplex), [2, 3]),
        ["Concatenated"] = (Support.Concatenated((Support.Positive, [2]), (Support.Simplex, [3])), [4]),
        ["Stacked"] = (Support.Stacked(Support.Positive, Support.Real), [2]),
        ["RealVector"] = (Support.RealVector, [3]),
        ["RealMatrix"] = (Support.RealMatrix, [3, 3]),
    };

    private static Tensor Vector => Row(0.3, -1.2, 0.8);

    public static TheoryData<string> Classes() => [.. Transforms.Keys];

    public static TheoryData<string> SupportNames() => [.. Supports.Keys];

    [Fact]
    public void Every_transform_has_an_entry()
    {
        var classes = typeof(Transform).Assembly.GetExportedTypes()
            .Where(type => type.IsSealed && type.IsSubclassOf(typeof(Transform)))
            .Select(type => type.Name);

        Assert.Equal(classes.Order(), Transforms.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void The_inverse_undoes_values_and_determinants(string name)
    {
        var (transform, x) = Transforms[name]();
        Assert.Equal(name, transform.GetType().Name);

        var (y, logDet) = transform.ForwardAndLogDet(x);
        var (back, inverseLogDet) = transform.InverseAndLogDet(y);
        Assert.True(back.AllClose(x, 1e-3, 1e-4));
        Assert.True(logDet.AllClose(-inverseLogDet, 1e-3, 1e-3));
        Assert.True(transform.Forward(x).AllClose(y) && transform.Inverse(y).AllClose(back));
        Assert.True(transform.LogDet(x).AllClose(logDet));
        Assert.True(transform.Codomain.Contains(y).All().ToBool());
        Assert.True(transform.Domain.Contains(x).All().ToBool());
        Assert.Equal(y.Shape, transform.ForwardShape(x.Shape));
        Assert.Equal(x.Shape, transform.InverseShape(y.Shape));
        Assert.True(transform.Inverted.Forward(y).AllClose(back));
        Assert.True(transform.Inverted.Inverted.IsSameAs(transform));
        Assert.IsType(transform.GetType(), transform.Inverted.Inverted);
    }

    [Theory]
    [MemberData(nameof(SupportNames))]
    public void Every_support_is_reached_from_the_real_numbers(string name)
    {
        var (support, source) = Supports[name];
        var x = RandomNumbers.WithSeed(5, () => Tensor.Randn(source));
        var transform = Transform.ToSupport(support);
        var y = transform.Forward(x);
        Assert.True(support.Contains(y).All().ToBool());
        Assert.True(transform.Inverse(y).AllClose(x, 1e-3, 1e-4));
    }

    [Fact]
    public void Transforms_are_composed_in_reading_order()
    {
        var both = new AffineTransform(1, 2).Then(new ExpTransform());
        Assert.Equal(Math.Exp(7), both.Forward(Tensor.FromScalar(3.0)).ToDouble(), 1e-2);
        Assert.True(Transform.Compose(new AffineTransform(1, 2), new ExpTransform()).IsSameAs(both));
        Assert.IsType<IdentityTransform>(Transform.Compose());
        Assert.Equal(Support.Positive, both.Codomain);
        Assert.Equal(Direction.Increasing, both.Direction);
        Assert.Equal(Direction.Decreasing, both.Then(new AffineTransform(0, -1)).Direction);
        Assert.Equal(Direction.Unknown, new StickBreakingTransform().Direction);

        var parts = Assert.IsType<ComposeTransform>(both).Parts;
        Assert.Equal(2, Assert.IsType<AffineTransform>(parts[0]).Scale.ToDouble());
        Assert.IsType<ExpTransform>(parts[1]);
    }

    [Fact]
    public void Parts_that_share_the_names_of_parameters_keep_them_all()
    {
        var twice = new AffineTransform(1, 2).Then(new AffineTransform(3, 4));
        Assert.Equal(["location", "location2", "scale", "scale2"], twice.Parameters.Keys.Order());
        Assert.Equal(4, twice.Parameters["scale2"].ToDouble());

        var shifted = new Transformed(new Laplace(1, 2), new AffineTransform(3, 4));
        Assert.Equal((2, 4), (shifted.Parameters["scale"].ToDouble(), shifted.Parameters["scale2"].ToDouble()));
    }

    [Fact]
    public void Parts_and_parameters_come_back_as_they_were_given()
    {
        var block = new BlockTransform((new ExpTransform(), 2), (new SoftmaxTransform(), 3));
        Assert.IsType<SoftmaxTransform>(block.Parts[1].Transform);
        Assert.Equal(3, block.Parts[1].Length);

        var rows = Assert.IsType<IndependentTransform>(new ExpTransform().Independent(2));
        Assert.IsType<ExpTransform>(rows.Part);
        Assert.Equal(2, rows.Rank);
        Assert.IsType<TanhTransform>(new StackTransform(new ExpTransform(), new TanhTransform()).Parts[1]);
        Assert.Equal([1, 0], new PermuteTransform([1, 0]).Permutation);
        Assert.Equal([2, 3], new ReshapeTransform([6], [2, 3]).Output);
        Assert.Equal((1, 2), (new IntervalTransform(1, 2).Low.ToDouble(), new IntervalTransform(1, 2).High.ToDouble()));
        Assert.Equal(3, new PowerTransform(3).Exponent.ToDouble());
    }

    [Fact]
    public void Supports_are_equal_when_they_are_the_same_set()
    {
        Assert.Equal(Support.Simplex, new Dirichlet(Row(1, 2)).Support);
        Assert.Equal(Support.Interval(0, 2), new Uniform(0, 2).Support);
        Assert.NotEqual(Support.Interval(0, 2), Support.Interval(0, 3));
        Assert.Equal(Support.Positive.GetHashCode(), new ExpTransform().Codomain.GetHashCode());
        Assert.Equal("positive", Support.Positive.ToString());
        Assert.Equal(2, Support.PositiveDefinite.EventRank);
        Assert.Equal([true, false], new AffineTransform(1, 2).Image(Support.Positive).Contains(Row(2, 0)).ToArray<bool>());
    }

    [Fact]
    public void What_a_transform_cannot_do_is_an_ArgumentException()
    {
        Assert.ThrowsAny<ArgumentException>(() => new AffineTransform(0, scale: 0));
        Assert.ThrowsAny<ArgumentException>(() => new PermuteTransform([0, 0]));
        Assert.ThrowsAny<ArgumentException>(() => new ReshapeTransform([6], [4]));
        Assert.ThrowsAny<ArgumentException>(() => new ComposeTransform());
        Assert.ThrowsAny<ArgumentException>(() => new StickBreakingTransform().Forward(Tensor.FromScalar(1.0)));
        Assert.ThrowsAny<ArgumentException>(() => Transform.ToSupport(new Poisson(1).Support));
        Assert.Throws<ArgumentNullException>("next", () => new ExpTransform().Then(null!));
        Assert.Throws<ArgumentNullException>("support", () => Transform.ToSupport(null!));
        Assert.Throws<ArgumentNullException>("parts", () => new StackTransform(new ExpTransform(), null!));
    }
}
