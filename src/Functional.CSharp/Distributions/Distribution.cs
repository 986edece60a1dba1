// What a distribution is: two shapes, a support, sampling and a log-density.
// Every family derives from it, every network that ends in a head returns one, every objective takes them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A probability distribution over arrays of shape <see cref="EventShape"/>, or a batch of them, one for each index of
/// <see cref="BatchShape"/>. Log-densities and entropies are in nats.
/// </summary>
public abstract class Distribution : IWrapper
{
    private protected Distribution(Functional.Distribution inner) => Inner = inner;

    internal Functional.Distribution Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>The family's name.</summary>
    public string Name => Inner.Name;

    /// <summary>One distribution for each index of this shape.</summary>
    public IReadOnlyList<int> BatchShape => Array.AsReadOnly(Inner.BatchShape);

    /// <summary>The shape of one value.</summary>
    public IReadOnlyList<int> EventShape => Array.AsReadOnly(Inner.EventShape);

    /// <summary>Where values lie.</summary>
    public Support Support => new(Inner.Support);

    /// <summary>Its parameters by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters =>
        DistributionBridge.parameters(Inner).ToDictionary(entry => entry.Key, entry => new Tensor(entry.Value));

    /// <summary>Whether samples are a differentiable function of the parameters.</summary>
    public bool HasRSample => Inner.HasRSample;

    /// <summary>The mean, of shape BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The family has none.</exception>
    public Tensor Mean => new(Inner.Mean);

    /// <summary>The variance of each element, of shape BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The family has none.</exception>
    public Tensor Variance => new(Inner.Variance);

    /// <summary>The standard deviation of each element, of shape BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The family has none.</exception>
    public Tensor StandardDeviation => new(Inner.StandardDeviation);

    /// <summary>A most probable value, of shape BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The family has none.</exception>
    public Tensor Mode => new(Inner.Mode);

    /// <summary>Draws that are not recorded for differentiation.</summary>
    /// <param name="sampleShape">
    /// The result has shape sampleShape + BatchShape + EventShape. Default: one draw, no further axes.
    /// </param>
    public Tensor Sample(IReadOnlyList<int>? sampleShape = null) => new(Inner.Draw(Guard.Shape(sampleShape ?? [])));

    /// <summary>Draws through which gradients flow to the parameters.</summary>
    /// <param name="sampleShape">
    /// The result has shape sampleShape + BatchShape + EventShape. Default: one draw, no further axes.
    /// </param>
    /// <exception cref="NotSupportedException">
    /// Samples of this family are no differentiable function of its parameters.
    /// </exception>
    public Tensor RSample(IReadOnlyList<int>? sampleShape = null) => new(Inner.RDraw(Guard.Shape(sampleShape ?? [])));

    /// <summary>Draws and their log-densities, recorded for differentiation where the family can be.</summary>
    public (Tensor Value, Tensor LogProb) SampleAndLogProb(IReadOnlyList<int>? sampleShape = null)
    {
        var (value, logProb) = DistributionBridge.sampleAndLogProb(Inner, Guard.Shape(sampleShape ?? []));
        return (new(value), new(logProb));
    }

    /// <summary>
    /// log p(value), one number for each distribution of the batch. The value's shape lines up with BatchShape + EventShape from
    /// the right: whole leading axes may be missing on either side.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// An axis differs (one of length 1 is not stretched), or the value lies outside the support.
    /// </exception>
    public Tensor LogProb(Tensor value) => new(Inner.LogProb(Guard.Inner(value)));

    /// <summary>-E[log p], of shape BatchShape.</summary>
    /// <exception cref="NotSupportedException">No closed form is known.</exception>
    public Tensor Entropy() => new(Inner.Entropy());

    /// <summary>P(X ≤ value), element by element.</summary>
    /// <exception cref="NotSupportedException">No closed form is known.</exception>
    public Tensor Cdf(Tensor value) => new(Inner.Cdf(Guard.Inner(value)));

    /// <summary>The value below which a share <paramref name="probability"/> of the mass lies, element by element.</summary>
    /// <exception cref="NotSupportedException">No closed form is known.</exception>
    public Tensor Icdf(Tensor probability) => new(Inner.Icdf(Guard.Inner(probability)));

    /// <summary>The same distributions repeated over whole new leading batch axes.</summary>
    /// <exception cref="ArgumentException">The shape does not end with BatchShape.</exception>
    public Distribution Expand(IReadOnlyList<int> batchShape) => Wrap(Inner.Expand(Guard.Shape(batchShape)));

    /// <summary>Every value of a finite support, of shape count + BatchShape + EventShape.</summary>
    /// <exception cref="NotSupportedException">The support is not finite.</exception>
    public Tensor EnumerateSupport() => new(Inner.EnumerateSupport());

    /// <summary>The family and its shapes.</summary>
    public override string ToString() => Inner.ToString();

    // The family that a distribution belongs to, where the facade has a class for it.
    internal static Distribution Wrap(Functional.Distribution inner) =>
        inner switch
        {
            Functional.Normal normal => new Normal(normal),
            Functional.Uniform uniform => new Uniform(uniform),
            Functional.Bernoulli bernoulli => new Bernoulli(bernoulli),
            Functional.Categorical categorical => new Categorical(categorical),
            Functional.Independent independent => new Independent(independent),
            _ => new Other(inner),
        };

    private sealed class Other(Functional.Distribution inner) : Distribution(inner);
}
