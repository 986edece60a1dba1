// Parameters of one's own for every datum: tables whose rows a plate's indices pick.
// Guides of local draws where no network amortizes them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// q(z_i) = N(z_i; m_i, diag σ_i²) for each of N data, as tables [N; event] of means and of log-scales. In a minibatch only the
/// rows present have a gradient, which the plate's N / B makes unbiased:
/// <c>q.PlateAt("data", n, batch, indices => q.Sample("z", table.At(indices)))</c>.
/// </summary>
public sealed class PerDatum : IWrapper
{
    private readonly Functional.PerDatum inner;

    private PerDatum(Functional.PerDatum inner)
    {
        this.inner = inner;
        Parameters = Array.AsReadOnly(Array.ConvertAll(GuideBridge.ofEveryDatum(inner), parameter => new Parameter(parameter)));
    }

    object IWrapper.Inner => inner;

    /// <summary>What fitting changes: `NAME.location` and `NAME.logScale`.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>
    /// A normal distribution over arrays of that shape for each of <paramref name="count"/> data, with mean 0 to begin with.
    /// </summary>
    /// <param name="name">What the parameters are called after.</param>
    /// <param name="count">N, at least 1.</param>
    /// <param name="eventShape">The shape of one draw; empty for a number.</param>
    /// <param name="scale">Its standard deviation to begin with, positive.</param>
    public static PerDatum Normal(string name, int count, IReadOnlyList<int> eventShape, double scale) =>
        new(Functional.PerDatumModule.normal(
            Guard.Path(name), Guard.AtLeast(count, 1), Guard.Shape(eventShape), Guard.Positive(scale)));

    /// <summary>
    /// The distributions of those data, a batch as long as the indices: what a guide draws inside
    /// <see cref="Handler.PlateAt{T}"/>.
    /// </summary>
    public Distribution At(Tensor indices) => Distribution.Wrap(inner.At(Guard.Inner(indices)));
}
