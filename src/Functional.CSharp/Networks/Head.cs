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

    /// <summary>Independent Bernoulli variables over vectors of that size, from logits.</summary>
    public static Head<Tensor, Distribution> Bernoulli(int size) => Functional.Heads.bernoulli(Guard.AtLeast(size, 1)).ToFacade();

    /// <summary>One of so many classes, from logits.</summary>
    public static Head<Tensor, Distribution> Categorical(int classes) =>
        Functional.Heads.categorical(Guard.AtLeast(classes, 1)).ToFacade();
}
