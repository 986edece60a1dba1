// Activations: networks without parameters that keep the number of features.
// Between linear layers.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Activations: networks without parameters that keep the number of features.</summary>
public static class Activation
{
    /// <summary>max(x, 0).</summary>
    public static Net<Tensor, Tensor> Relu { get; } = Functional.Activation.relu.ToFacade();

    /// <summary>x where positive, 0.01 x elsewhere.</summary>
    public static Net<Tensor, Tensor> LeakyRelu { get; } = Functional.Activation.leakyRelu.ToFacade();

    /// <summary>tanh x.</summary>
    public static Net<Tensor, Tensor> Tanh { get; } = Functional.Activation.tanh.ToFacade();

    /// <summary>1 / (1 + exp(-x)).</summary>
    public static Net<Tensor, Tensor> Sigmoid { get; } = Functional.Activation.sigmoid.ToFacade();

    /// <summary>log(1 + exp x).</summary>
    public static Net<Tensor, Tensor> Softplus { get; } = Functional.Activation.softplus.ToFacade();

    /// <summary>x · sigmoid(x).</summary>
    public static Net<Tensor, Tensor> Silu { get; } = Functional.Activation.silu.ToFacade();

    /// <summary>x · Φ(x).</summary>
    public static Net<Tensor, Tensor> Gelu { get; } = Functional.Activation.gelu.ToFacade();

    /// <summary>x where positive, exp(x) - 1 elsewhere.</summary>
    public static Net<Tensor, Tensor> Elu { get; } = Functional.Activation.elu.ToFacade();

    /// <summary>A function of one's own that works element by element.</summary>
    public static Net<Tensor, Tensor> FromFunction(string name, Func<Tensor, Tensor> f)
    {
        Guard.NotNull(f);
        return NetworkBridge.activation(Guard.Path(name), input => Guard.Inner(f(new(input)))).ToFacade();
    }
}
