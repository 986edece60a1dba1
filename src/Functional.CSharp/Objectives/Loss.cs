// A loss: a weighted sum of named terms, in nats.
// Objectives return it, training minimises it and shows its terms.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>One quantity that a loss is made of; its value keeps its own sign, the weight says how it enters the sum.</summary>
/// <param name="Name">What it measures: `reconstruction`, `kl`, ...</param>
/// <param name="Weight">How much of it the loss contains.</param>
/// <param name="Value">The quantity, in nats: a scalar, or one number for each example.</param>
public sealed record Term(string Name, double Weight, Tensor Value);

/// <summary>
/// Σ weight · term, in nats: a scalar to be minimised, or a bound with one number for each example. Sums, differences and
/// multiples keep their terms, so that a β-VAE's bound is <c>reconstruction - beta * kl</c>.
/// </summary>
public sealed class Loss : IWrapper
{
    internal Loss(Functional.Loss inner) => Inner = inner;

    internal Functional.Loss Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>The terms in the order in which they were combined.</summary>
    public IReadOnlyList<Term> Terms =>
        Array.ConvertAll(ObjectiveBridge.terms(Inner), term => new Term(term.Name, term.Weight, new(term.Value)));

    /// <summary>The weighted sum of the terms.</summary>
    public Tensor Value => new(Inner.Value);

    /// <summary>The value of the term of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists the terms.</exception>
    public Tensor this[string name] => new(Inner[Guard.NotNull(name)]);

    /// <summary>A loss of a single named term.</summary>
    public static Loss Term(string name, Tensor value) => new(Functional.LossModule.term(Guard.Path(name), Guard.Inner(value)));

    /// <summary>
    /// A quantity that is shown beside the loss and not minimised: a term of weight 0, not recorded for differentiation.
    /// </summary>
    public static Loss Observed(string name, Tensor value) =>
        new(Functional.LossModule.observed(Guard.Path(name), Guard.Inner(value)));

    /// <summary>Both together.</summary>
    public static Loss operator +(Loss a, Loss b) => new(Guard.NotNull(a).Inner + Guard.NotNull(b).Inner);

    /// <summary>The first less the second.</summary>
    public static Loss operator -(Loss a, Loss b) => new(Guard.NotNull(a).Inner - Guard.NotNull(b).Inner);

    /// <summary>Every weight with the other sign.</summary>
    public static Loss operator -(Loss a) => new(-Guard.NotNull(a).Inner);

    /// <summary>So many times the loss.</summary>
    public static Loss operator *(double factor, Loss a) => new(factor * Guard.NotNull(a).Inner);

    /// <summary>So many times the loss.</summary>
    public static Loss operator *(Loss a, double factor) => new(Guard.NotNull(a).Inner * factor);

    /// <summary>That part of the loss.</summary>
    public static Loss operator /(Loss a, double divisor) => new(Guard.NotNull(a).Inner / divisor);

    /// <summary>The mean over examples (and particles): a scalar.</summary>
    public Loss Mean() => new(Functional.LossModule.mean(Inner));

    /// <summary>The sum over examples (and particles): a scalar.</summary>
    public Loss Sum() => new(Functional.LossModule.sum(Inner));

    /// <summary>
    /// The loss with a word before every term's name, so that several of one kind can be told apart: `labelled kl`.
    /// </summary>
    public Loss Prefixed(string prefix) => new(Functional.LossModule.prefixed(Guard.Path(prefix), Inner));

    /// <summary>The loss with a function applied to every term's value.</summary>
    public Loss Map(Func<Tensor, Tensor> f)
    {
        Guard.NotNull(f);
        return new(ObjectiveBridge.map(value => Guard.Inner(f(new(value))), Inner));
    }
}
