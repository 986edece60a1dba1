// What a transform is: a smooth invertible map between two supports, with the logarithm of its volume change both ways.
// Distributions are pushed through it (Transformed), constrained quantities are reached from the real numbers by it (ToSupport).
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Whether a map of numbers keeps their order.</summary>
public enum Direction
{
    /// <summary>x &lt; y gives f(x) &lt; f(y).</summary>
    Increasing,

    /// <summary>x &lt; y gives f(x) &gt; f(y).</summary>
    Decreasing,

    /// <summary>It differs between the elements of the parameters, or the map is not one of numbers.</summary>
    Unknown,
}

/// <summary>
/// An invertible map y = f(x), a bijector, between arrays that end in Domain.EventRank and Codomain.EventRank axes; the axes
/// before them are a batch.
/// </summary>
/// <remarks>
/// Where f leads onto a surface (the simplex, Cholesky factors of correlations, symmetric matrices), determinants are those of
/// the map to the surface's free coordinates, which the transform names.
/// </remarks>
public abstract class Transform : IWrapper
{
    private protected Transform(Functional.Transform inner) => Inner = inner;

    internal Functional.Transform Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>The transform's name.</summary>
    public string Name => Inner.Name;

    /// <summary>Where x lies.</summary>
    public Support Domain => new(Inner.Domain);

    /// <summary>Where y lies: all values, or, of some compositions, a support around them.</summary>
    public Support Codomain => new(Inner.Codomain);

    /// <summary>Its parameters by name; where parts share a name, the second one's ends in a 2, and so on.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => Guard.ByName(TransformBridge.parameters(Inner));

    /// <summary>Whether it keeps the order of numbers.</summary>
    public Direction Direction =>
        Inner.Direction switch
        {
            { IsIncreasing: true } => Direction.Increasing,
            { IsDecreasing: true } => Direction.Decreasing,
            _ => Direction.Unknown,
        };

    /// <summary>f⁻¹ as a transform; that of an inverse is the original.</summary>
    public Transform Inverted => Wrap(Inner.Inverted);

    /// <summary>The transforms one after the other, the first first. Of none it is the identity.</summary>
    public static Transform Compose(params IEnumerable<Transform> transforms) =>
        Wrap(Functional.TransformModule.compose(Guard.Inner(transforms)));

    /// <summary>
    /// A smooth bijection from all real numbers, vectors or arrays onto the support: exp onto positive numbers, sigmoid onto
    /// intervals, stick-breaking onto the simplex, and so on. The ends of a closed interval are not reached.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The support is a set of isolated points, or an interval only some of whose bounds are infinite.
    /// </exception>
    public static Transform ToSupport(Support support) => Wrap(Functional.TransformModule.toSupport(Guard.Inner(support)));

    /// <summary>f(x).</summary>
    /// <exception cref="ArgumentException">x has a shape that f does not take.</exception>
    public Tensor Forward(Tensor x) => new(Inner.Forward(Guard.Inner(x)));

    /// <summary>f⁻¹(y).</summary>
    /// <exception cref="ArgumentException">y has a shape that f does not make.</exception>
    public Tensor Inverse(Tensor y) => new(Inner.Inverse(Guard.Inner(y)));

    /// <summary>log |det ∂f/∂x|, one number for each event.</summary>
    /// <exception cref="ArgumentException">x has a shape that f does not take.</exception>
    public Tensor LogDet(Tensor x) => ForwardAndLogDet(x).LogDet;

    /// <summary>f(x) and log |det ∂f/∂x|, one number for each event.</summary>
    /// <exception cref="ArgumentException">x has a shape that f does not take.</exception>
    public (Tensor Value, Tensor LogDet) ForwardAndLogDet(Tensor x)
    {
        var (value, logDet) = TransformBridge.forwardAndLogDet(Inner, Guard.Inner(x));
        return (new(value), new(logDet));
    }

    /// <summary>f⁻¹(y) and log |det ∂f⁻¹/∂y|, one number for each event.</summary>
    /// <exception cref="ArgumentException">y has a shape that f does not make.</exception>
    public (Tensor Value, Tensor LogDet) InverseAndLogDet(Tensor y)
    {
        var (value, logDet) = TransformBridge.inverseAndLogDet(Inner, Guard.Inner(y));
        return (new(value), new(logDet));
    }

    /// <summary>The shape of f(x) from that of x.</summary>
    /// <exception cref="ArgumentException">x cannot have that shape.</exception>
    public IReadOnlyList<int> ForwardShape(IReadOnlyList<int> shape) =>
        Array.AsReadOnly(Inner.ForwardShape(Guard.Shape(shape)));

    /// <summary>The shape of x from that of f(x).</summary>
    /// <exception cref="ArgumentException">f(x) cannot have that shape.</exception>
    public IReadOnlyList<int> InverseShape(IReadOnlyList<int> shape) =>
        Array.AsReadOnly(Inner.InverseShape(Guard.Shape(shape)));

    /// <summary>Where f(x) lies for x in a part of the domain.</summary>
    public Support Image(Support support) => new(Inner.Image(Guard.Inner(support)));

    /// <summary>Whether two transforms are known to be the same map.</summary>
    public bool IsSameAs(Transform other) => Inner.IsSameAs(Guard.Inner(other));

    /// <summary>x ↦ next(f(x)).</summary>
    public Transform Then(Transform next) => Wrap(Inner.Then(Guard.Inner(next)));

    /// <summary>The same map, whose last <paramref name="rank"/> batch axes are event axes.</summary>
    /// <exception cref="ArgumentException"><paramref name="rank"/> is negative.</exception>
    public Transform Independent(int rank) => Wrap(Functional.TransformModule.independent(rank, Inner));

    /// <summary>The transform's name.</summary>
    public override string ToString() => Inner.ToString();

    // The class of the facade that a transform has; an inverse without a class of its own has none.
    internal static Transform Wrap(Functional.Transform inner) =>
        inner switch
        {
            Functional.AffineTransform map => new AffineTransform(map),
            Functional.BlockTransform map => new BlockTransform(map),
            Functional.CholeskyProductTransform map => new CholeskyProductTransform(map),
            Functional.ComposeTransform map => new ComposeTransform(map),
            Functional.CorrelationCholeskyTransform map => new CorrelationCholeskyTransform(map),
            Functional.CumulativeSumTransform map => new CumulativeSumTransform(map),
            Functional.ExpTransform map => new ExpTransform(map),
            Functional.IdentityTransform map => new IdentityTransform(map),
            Functional.IndependentTransform map => new IndependentTransform(map),
            Functional.IntervalTransform map => new IntervalTransform(map),
            Functional.LogTransform map => new LogTransform(map),
            Functional.LowerCholeskyTransform map => new LowerCholeskyTransform(map),
            Functional.OrderedTransform map => new OrderedTransform(map),
            Functional.PermuteTransform map => new PermuteTransform(map),
            Functional.PowerTransform map => new PowerTransform(map),
            Functional.ReshapeTransform map => new ReshapeTransform(map),
            Functional.SigmoidTransform map => new SigmoidTransform(map),
            Functional.SoftmaxTransform map => new SoftmaxTransform(map),
            Functional.SoftplusTransform map => new SoftplusTransform(map),
            Functional.StackTransform map => new StackTransform(map),
            Functional.StickBreakingTransform map => new StickBreakingTransform(map),
            Functional.TanhTransform map => new TanhTransform(map),
            _ => new Other(inner),
        };

    private sealed class Other(Functional.Transform inner) : Transform(inner);
}
