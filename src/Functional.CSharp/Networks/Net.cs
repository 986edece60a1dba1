// Networks: functions with named parameters, composed with Then, Map and Fork.
// Layers and heads make them; models are made of them.
using Functional.Interop;
using InnerDistribution = Functional.Distribution;
using InnerTensor = Functional.Tensors.Tensor;

namespace Functional.CSharp;

/// <summary>Whether a network runs to be trained or to be used; dropout differs.</summary>
public enum Mode
{
    /// <summary>To be trained.</summary>
    Train,

    /// <summary>To be used.</summary>
    Eval,
}

/// <summary>
/// A function with named parameters. A network that returns a <see cref="Distribution"/> is a conditional distribution: an
/// encoder, a decoder, a classifier. Whatever is composed into it is trained and stored with it.
/// </summary>
/// <typeparam name="TIn">What it takes.</typeparam>
/// <typeparam name="TOut">What it returns.</typeparam>
public sealed class Net<TIn, TOut> : IWrapper
{
    internal Net(Functional.Net<TIn, TOut> inner)
    {
        Inner = inner;
        Parameters = [.. NetworkBridge.parameters(inner).Select(parameter => new Parameter(parameter))];
    }

    internal Functional.Net<TIn, TOut> Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>What it is, for messages.</summary>
    public string Name => Inner.Name;

    /// <summary>How many features its output has on the last axis, where that is known.</summary>
    public int? OutputFeatures => NetworkBridge.outputFeatures(Inner);

    /// <summary>Its parameters, each under the path of its layer.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The number of trained numbers.</summary>
    public int ParameterCount => Inner.ParameterCount;

    /// <summary>Applies it to an input.</summary>
    /// <exception cref="ArgumentException">The input does not have the features that the network takes.</exception>
    public TOut Run(Mode mode, TIn input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Inner.Run(mode.ToInner(), input);
    }

    /// <summary>The second network after this one.</summary>
    /// <exception cref="ArgumentException">Their numbers of features differ.</exception>
    public Net<TIn, TNext> Then<TNext>(Net<TOut, TNext> second) => new(Inner.Then(Guard.NotNull(second).Inner));

    /// <summary>The head on top of this network, sized to the features that the network produces.</summary>
    /// <exception cref="ArgumentException">The network does not say how many features it produces.</exception>
    public Net<TIn, TNext> Then<TNext>(Head<TOut, TNext> head) => new(Inner.Then(Guard.NotNull(head).Inner));

    /// <summary>The network followed by a plain function.</summary>
    public Net<TIn, TNext> Map<TNext>(Func<TOut, TNext> f) => new(NetworkBridge.map(Guard.NotNull(f), Inner));

    /// <summary>The network with its parameters under a name: `encoder.linear.weight`.</summary>
    public Net<TIn, TOut> Named(string name) => new(Functional.NetModule.named(Guard.Path(name), Inner));

    /// <summary>What it is made of.</summary>
    public override string ToString() => Name;
}

/// <summary>Layers, and networks from functions.</summary>
public static partial class Net
{
    /// <summary>x Wᵀ + b on the last axis, W and b uniform in ±1/√inputs at first.</summary>
    /// <exception cref="ArgumentException">A size is not positive.</exception>
    public static Net<Tensor, Tensor> Linear(int inputs, int outputs) => Functional.Layers.linear(inputs, outputs).ToFacade();

    /// <summary>
    /// Linear layers of these sizes, a ReLU after each; a head or a linear layer goes on top: <c>Net.Mlp(784, 400)</c>.
    /// </summary>
    /// <exception cref="ArgumentException">There are fewer sizes than two, or one is not positive.</exception>
    public static Net<Tensor, Tensor> Mlp(params IReadOnlyList<int> sizes) => Mlp(Activation.Relu, sizes);

    /// <summary>Linear layers of these sizes, the activation after each.</summary>
    /// <exception cref="ArgumentException">There are fewer sizes than two, or one is not positive.</exception>
    public static Net<Tensor, Tensor> Mlp(Net<Tensor, Tensor> activation, params IReadOnlyList<int> sizes) =>
        NetworkBridge.mlp(Guard.NotNull(activation).ToInner(), Guard.Shape(sizes)).ToFacade();

    /// <summary>Zeroes each feature with probability p in training, and does nothing in use.</summary>
    /// <param name="p">At least 0 and below 1.</param>
    /// <exception cref="ArgumentException">p is out of range.</exception>
    public static Net<Tensor, Tensor> Dropout(double p) => Functional.Layers.dropout(p).ToFacade();

    /// <summary>Both networks on the same input.</summary>
    /// <exception cref="ArgumentException">They take different numbers of features.</exception>
    public static Net<TIn, (TFirst First, TSecond Second)> Fork<TIn, TFirst, TSecond>(
        Net<TIn, TFirst> first, Net<TIn, TSecond> second) =>
        new(NetworkBridge.fork(Guard.NotNull(first).Inner, Guard.NotNull(second).Inner));

    /// <summary>
    /// Two tensors side by side on the last axis, to begin a network of both with:
    /// <c>Net.Join.Then(Net.Mlp(784 + 10, 400)).Then(Head.DiagonalNormal(20))</c>. The one with fewer leading axes is repeated
    /// along those of the other; axes that differ raise an <see cref="ArgumentException"/> when it runs.
    /// </summary>
    public static Net<(Tensor First, Tensor Second), Tensor> Join { get; } = Functional.Layers.join.ToFacade();

    /// <summary>
    /// x Wᵀ + y Vᵀ + b of a pair (x, y): <c>Linear(first + second, outputs)</c> on both joined at their last axes, but without
    /// joining them, so that leading axes broadcast (one x for several y) and each is multiplied only as often as there are
    /// values of it.
    /// </summary>
    /// <param name="first">The features of x.</param>
    /// <param name="second">The features of y.</param>
    /// <param name="outputs">The features of the result.</param>
    /// <exception cref="ArgumentException">A size is not positive.</exception>
    public static Net<(Tensor First, Tensor Second), Tensor> LinearPair(int first, int second, int outputs) =>
        Functional.Layers.linearPair(first, second, outputs).ToFacade();

    /// <summary>A function of one's own as a network without parameters.</summary>
    public static Net<TIn, TOut> FromFunction<TIn, TOut>(Func<TIn, TOut> f) => new(NetworkBridge.ofFunction(Guard.NotNull(f)));
}

// Networks of the library speak its own tensors and distributions; here they change languages at both ends.
internal static class NetConversions
{
    public static Functional.Mode ToInner(this Mode mode) => mode == Mode.Train ? Functional.Mode.Train : Functional.Mode.Eval;

    public static Mode ToFacade(this Functional.Mode mode) => mode.IsTrain ? Mode.Train : Mode.Eval;

    public static Net<Tensor, Tensor> ToFacade(this Functional.Net<InnerTensor, InnerTensor> net) =>
        new(NetworkBridge.adapt<Tensor, InnerTensor, InnerTensor, Tensor>(Unwrap, Wrap, net));

    public static Functional.Net<InnerTensor, InnerTensor> ToInner(this Net<Tensor, Tensor> net) =>
        NetworkBridge.adapt<InnerTensor, Tensor, Tensor, InnerTensor>(Wrap, Unwrap, net.Inner);

    public static Functional.Net<InnerTensor, InnerDistribution> ToInner(this Net<Tensor, Distribution> net) =>
        NetworkBridge.adapt<InnerTensor, Tensor, Distribution, InnerDistribution>(
            Wrap, distribution => distribution.Inner, net.Inner);

    public static Net<(Tensor First, Tensor Second), Tensor> ToFacade(
        this Functional.Net<Tuple<InnerTensor, InnerTensor>, InnerTensor> net) =>
        new(NetworkBridge.adapt<(Tensor, Tensor), (InnerTensor, InnerTensor), InnerTensor, Tensor>(
            pair => (Unwrap(pair.Item1), Unwrap(pair.Item2)), Wrap, PairBridge.toStruct(net)));

    public static Functional.Net<Tuple<InnerTensor, InnerTensor>, InnerDistribution> ToInner(
        this Net<(Tensor, Tensor), Distribution> net) =>
        PairBridge.ofStruct(NetworkBridge.adapt<(InnerTensor, InnerTensor), (Tensor, Tensor), Distribution, InnerDistribution>(
            pair => (Wrap(pair.Item1), Wrap(pair.Item2)), distribution => distribution.Inner, net.Inner));

    public static Functional.Net<Tuple<InnerTensor, InnerTensor>, InnerTensor> ToInner(this Net<(Tensor, Tensor), Tensor> net) =>
        PairBridge.ofStruct(NetworkBridge.adapt<(InnerTensor, InnerTensor), (Tensor, Tensor), Tensor, InnerTensor>(
            pair => (Wrap(pair.Item1), Wrap(pair.Item2)), Unwrap, net.Inner));

    public static Net<(Tensor X, Tensor Time, Tensor Label), Tensor> ToFacade(
        this Functional.Net<(InnerTensor, InnerTensor, InnerTensor), InnerTensor> net) =>
        new(NetworkBridge.adapt<(Tensor, Tensor, Tensor), (InnerTensor, InnerTensor, InnerTensor), InnerTensor, Tensor>(
            input => (Unwrap(input.Item1), Unwrap(input.Item2), Unwrap(input.Item3)), Wrap, net));

    public static Net<ValueTuple, Tensor> ToFacade(this Functional.Net<Microsoft.FSharp.Core.Unit, InnerTensor> net) =>
        new(NetworkBridge.adapt<ValueTuple, ValueTuple, InnerTensor, Tensor>(
            nothing => nothing, Wrap, NothingBridge.toValue(net)));

    public static Functional.Net<Microsoft.FSharp.Core.Unit, InnerTensor> ToInner(this Net<ValueTuple, Tensor> net) =>
        NothingBridge.ofValue(NetworkBridge.adapt<ValueTuple, ValueTuple, Tensor, InnerTensor>(
            nothing => nothing, Unwrap, net.Inner));

    public static Head<Tensor, Tensor> ToFacade(this Functional.Head<InnerTensor, InnerTensor> head) =>
        new(NetworkBridge.adaptHead<Tensor, InnerTensor, InnerTensor, Tensor>(Unwrap, Wrap, head));

    public static Head<Tensor, Distribution> ToFacade(
        this Functional.Head<InnerTensor, InnerDistribution> head) =>
        new(NetworkBridge.adaptHead<Tensor, InnerTensor, InnerDistribution, Distribution>(
            Unwrap, Distribution.Wrap, head));

    private static InnerTensor Unwrap(Tensor tensor) => Guard.Inner(tensor);

    private static Tensor Wrap(InnerTensor tensor) => new(tensor);
}
