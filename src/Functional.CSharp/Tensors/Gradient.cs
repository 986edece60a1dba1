// Differentiation: what is recorded, what is not, and the gradient of a loss.
// Training does this by itself; a training loop of one's own calls OfLoss.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Reverse-mode differentiation of what was computed from recorded tensors.</summary>
public static class Gradient
{
    /// <summary>Runs <paramref name="body"/>, on this thread, without recording anything: evaluation, sampling.</summary>
    public static T Off<T>(Func<T> body) => ScopeBridge.gradientOff(Guard.NotNull(body));

    /// <summary>Starts recording what is computed from this tensor, and returns it.</summary>
    /// <exception cref="ArgumentException">Its elements are no real numbers.</exception>
    public static Tensor Record(Tensor tensor) => new(Functional.Tensors.Gradient.record(Guard.Inner(tensor)));

    /// <summary>Whether a tensor is recorded: a parameter, or computed from one.</summary>
    public static bool IsRecorded(Tensor tensor) => Functional.Tensors.Gradient.isRecorded(Guard.Inner(tensor));

    /// <summary>
    /// The gradient of a scalar loss in every parameter; zeros where the loss does not depend on one. Frees the record of the
    /// computation, so it can be asked for once.
    /// </summary>
    /// <exception cref="ArgumentException">The loss has more elements than one.</exception>
    public static IReadOnlyList<Tensor> OfLoss(Tensor loss, IEnumerable<Tensor> parameters) =>
        Array.ConvertAll(ObjectiveBridge.gradients(Guard.Inner(loss), Guard.Inner(parameters)), gradient => new Tensor(gradient));
}
