// Differentiation by hand: ForwardDiff and ReverseDiff mark tensors, Derivative and Primal read the results.
// For algorithms between the members of Differentiate, which does all of this for a function given to it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>How deep derivatives taken by hand are nested. Members of <see cref="Differentiate"/> enter levels of their own.</summary>
public static class Nesting
{
    /// <summary>
    /// The level of what <see cref="Tensor.ForwardDiff"/> and <see cref="Tensor.ReverseDiff"/> mark from now on. 0 at first.
    /// </summary>
    public static uint Level
    {
        get => ForwardReverseBridge.level();
        set => ForwardReverseBridge.setLevel(value);
    }
}

public sealed partial class Tensor
{
    /// <summary>The tensor as a dual number with this derivative: what is computed from it carries derivatives along.</summary>
    /// <param name="derivative">Of this tensor's shape.</param>
    /// <param name="nestingTag">The level it belongs to. Default: <see cref="Nesting.Level"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ, or the elements are no real numbers.</exception>
    public Tensor ForwardDiff(Tensor derivative, uint? nestingTag = null) =>
        new(ForwardReverseBridge.forwardDiff(Inner, Guard.Inner(derivative), nestingTag));

    /// <summary>
    /// The tensor as a variable: after <see cref="Reverse"/> on a result, its <see cref="Derivative"/> is the gradient of the result
    /// in it.
    /// </summary>
    /// <param name="derivative">What the derivative is at first. Default: zeros.</param>
    /// <param name="nestingTag">The level it belongs to. Default: <see cref="Nesting.Level"/>.</param>
    /// <exception cref="ArgumentException">The shapes differ, or the elements are no real numbers.</exception>
    public Tensor ReverseDiff(Tensor? derivative = null, uint? nestingTag = null) =>
        new(ForwardReverseBridge.reverseDiff(Inner, derivative?.Inner, nestingTag));

    /// <summary>The value without the innermost derivative; those of outer levels stay.</summary>
    public Tensor Primal => new(ForwardReverseBridge.primal(Inner));

    /// <summary>The value without any derivative.</summary>
    public Tensor PrimalDeep => new(ForwardReverseBridge.primalDeep(Inner));

    /// <summary>
    /// The innermost derivative, of the tensor's shape. Forward: computed when asked for, so ask once. Reverse: what reversals have
    /// added up since the last reset, zeros at first; that of what <see cref="ReverseDiff"/> returned can be set.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// It depends on nothing that is being differentiated, or the result that was reversed has been freed.
    /// </exception>
    public Tensor Derivative
    {
        get => new(ForwardReverseBridge.derivative(Inner));
        set => ForwardReverseBridge.setDerivative(Inner, Guard.Inner(value));
    }

    /// <summary>The derivative of the derivative, and so on through all forward levels.</summary>
    /// <exception cref="InvalidOperationException">It depends on nothing that is being differentiated.</exception>
    public Tensor DerivativeDeep => new(ForwardReverseBridge.derivativeDeep(Inner));

    /// <summary>
    /// Computes the gradients of ⟨value, this⟩ in the variables of the innermost level that this tensor depends on, to be read from
    /// their <see cref="Derivative"/>.
    /// </summary>
    /// <param name="value">Of this tensor's shape. Default: ones.</param>
    /// <param name="zeroDerivatives">Whether they replace what is there, rather than being added to it.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">The innermost derivative is a forward one.</exception>
    public void Reverse(Tensor? value = null, bool zeroDerivatives = true) =>
        ForwardReverseBridge.reverse(Inner, value?.Inner, zeroDerivatives);

    /// <summary>Adds the gradients of ⟨value, this⟩ to the derivatives of the variables that this tensor depends on.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="InvalidOperationException">The innermost derivative is a forward one.</exception>
    public void ReversePush(Tensor value) => ForwardReverseBridge.reversePush(Inner, Guard.Inner(value));

    /// <summary>Sets the derivatives of the variables that this tensor depends on back to zero.</summary>
    /// <exception cref="InvalidOperationException">The innermost derivative is a forward one.</exception>
    public void ReverseReset() => ForwardReverseBridge.reverseReset(Inner);

    /// <summary>Whether its innermost derivative is a forward one.</summary>
    public bool IsForwardDiff => ForwardReverseBridge.isForwardDiff(Inner);

    /// <summary>Whether its innermost derivative is a reverse one.</summary>
    public bool IsReverseDiff => ForwardReverseBridge.isReverseDiff(Inner);

    /// <summary>Whether it depends on nothing that is being differentiated.</summary>
    public bool IsNoDiff => ForwardReverseBridge.isNoDiff(Inner);

    /// <summary>Whether both are forward, both reverse, or both neither.</summary>
    public bool IsSameDiffType(Tensor other) => ForwardReverseBridge.isSameDiffType(Inner, Guard.Inner(other));

    /// <summary>How many derivatives it takes part in.</summary>
    public int Depth => ForwardReverseBridge.depth(Inner);

    /// <summary>The innermost level that it depends on.</summary>
    /// <exception cref="InvalidOperationException">It depends on nothing that is being differentiated.</exception>
    public uint NestingTag => ForwardReverseBridge.nestingTag(Inner);

    /// <summary>What libtorch calls the derivative of the operation that it came from; NewT for a variable.</summary>
    /// <exception cref="InvalidOperationException">Its innermost derivative is no reverse one.</exception>
    public string ParentOp => ForwardReverseBridge.parentOp(Inner);

    /// <summary>
    /// For debugging: the tensor and the variables that it depends on, and the operations that it came from, indented.
    /// </summary>
    public (IReadOnlyList<Tensor> Tensors, string Operations) Ancestors()
    {
        var (tensors, operations) = ForwardReverseBridge.ancestors(Inner);
        return (Array.ConvertAll(tensors, tensor => new Tensor(tensor)), operations);
    }
}
