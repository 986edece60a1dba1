// Heads: the last layer of a network, which turns its features into numbers or into the parameters of a distribution.
// With one, a network is a conditional distribution: an encoder, a decoder, a classifier.
namespace Functional.CSharp;

/// <summary>The last part of a network, which takes its input size from whatever it is put on.</summary>
/// <typeparam name="TIn">What the network before it returns.</typeparam>
/// <typeparam name="TOut">What the whole returns.</typeparam>
public sealed class Head<TIn, TOut>
{
    internal Head(Functional.Head<TIn, TOut> inner) => Inner = inner;

    internal Functional.Head<TIn, TOut> Inner { get; }

    /// <summary>What it is, for messages.</summary>
    public string Name => Inner.Name;
}

/// <summary>Heads: <c>Net.Mlp(784, 400).Then(Head.DiagonalNormal(20))</c>.</summary>
public static class Head
{
    /// <summary>A linear layer of that size.</summary>
    public static Head<Tensor, Tensor> Output(int size) => Functional.Heads.output(Guard.AtLeast(size, 1)).ToFacade();

    /// <summary>N(mean, diag(scale²)) over vectors of that size; the layer gives the mean and log scale².</summary>
    public static Head<Tensor, Distribution> DiagonalNormal(int size) =>
        Functional.Heads.diagonalNormal(Guard.AtLeast(size, 1)).ToFacade();

    /// <summary>N(mean, scale² I) over vectors of that size; the layer gives the mean, the scale is fixed.</summary>
    /// <exception cref="ArgumentException">The scale is not a positive number.</exception>
    public static Head<Tensor, Distribution> IsotropicNormal(double scale, int size) =>
        Functional.Heads.isotropicNormal(scale, Guard.AtLeast(size, 1)).ToFacade();

    /// <summary>
    /// N(mean, scale² I) over vectors of that size; the layer gives the mean, and the scale is one learned number, 1 at first.
    /// Rybkin, Daniilidis &amp; Levine, arXiv:2006.13202 (σ-VAE).
    /// </summary>
    public static Head<Tensor, Distribution> SharedScaleNormal(int size) =>
        Functional.Heads.sharedScaleNormal(Guard.AtLeast(size, 1)).ToFacade();

    /// <summary>
    /// Independent continuous Bernoulli variables over vectors of that size, from logits: for brightnesses between 0 and 1.
    /// </summary>
    public static Head<Tensor, Distribution> ContinuousBernoulli(int size) =>
        Functional.Heads.continuousBernoulli(Guard.AtLeast(size, 1)).ToFacade();

    /// <summary>
    /// Independent discretized logistic variables over vectors of that size, of 256 grey values from -1 to 1: an 8-bit v is
    /// v/127.5 - 1. Salimans et al., arXiv:1701.05517, equation 2.
    /// </summary>
    public static Head<Tensor, Distribution> DiscretizedLogistic(int size) =>
        Functional.Heads.discretizedLogistic(Guard.AtLeast(size, 1)).ToFacade();

    /// <summary>Independent Bernoulli variables over vectors of that size, from logits.</summary>
    public static Head<Tensor, Distribution> Bernoulli(int size) => Functional.Heads.bernoulli(Guard.AtLeast(size, 1)).ToFacade();

    /// <summary>One of so many classes, from logits.</summary>
    public static Head<Tensor, Distribution> Categorical(int classes) =>
        Functional.Heads.categorical(Guard.AtLeast(classes, 1)).ToFacade();

    /// <summary>One of so many classes as a vector with a one and zeros, from logits: for classes that enter another network.</summary>
    public static Head<Tensor, Distribution> OneHotCategorical(int classes) =>
        Functional.Heads.oneHotCategorical(Guard.AtLeast(classes, 1)).ToFacade();
}
