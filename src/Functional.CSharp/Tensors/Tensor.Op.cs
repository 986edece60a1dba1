// Operations with derivatives of the user's own, for functions that libtorch lacks or differentiates badly.
// They nest like all others, in every member of Differentiate.
using Functional.Interop;
using Core = Functional.Tensors.Tensor;

namespace Functional.CSharp;

public sealed partial class Tensor
{
    /// <summary>The function f with a derivative of its own, to any order.</summary>
    /// <param name="f">f(a). Nothing is recorded in it.</param>
    /// <param name="gradient">
    /// From a, f(a) and the gradient that arrives in f(a), the gradient in a: linear in the last, and made of tensor operations, so
    /// that it is differentiated in its turn. What it throws is thrown by whoever asked for the derivative.
    /// </param>
    /// <param name="name">What it is called in the records of computations and in errors.</param>
    public static Func<Tensor, Tensor> Op(Func<Tensor, Tensor> f, Func<Tensor, Tensor, Tensor, Tensor> gradient, string name = "Op")
    {
        Guard.NotNull(f);
        Guard.NotNull(gradient);
        Guard.NotNull(name);

        Core Value(Core a) => Result(f(new(a)), nameof(f));
        Core Rule(Core a, Core value, Core upstream) => Result(gradient(new(a), new(value), new(upstream)), nameof(gradient));

        return a => new(DifferentiationBridge.unaryOperation(name, Value, Rule, Guard.Inner(a)));
    }

    /// <summary>The function f of two tensors with derivatives of its own, to any order.</summary>
    /// <param name="f">f(a, b). Nothing is recorded in it.</param>
    /// <param name="gradientA">
    /// From a, b, f(a, b) and the gradient that arrives in f(a, b), the gradient in a: linear in the last, and made of tensor
    /// operations, so that it is differentiated in its turn. Axes that a was broadcast along are summed.
    /// </param>
    /// <param name="gradientB">The same for b. Asked for only where something depends on it.</param>
    /// <param name="name">What it is called in the records of computations and in errors.</param>
    public static Func<Tensor, Tensor, Tensor> Op(
        Func<Tensor, Tensor, Tensor> f,
        Func<Tensor, Tensor, Tensor, Tensor, Tensor> gradientA,
        Func<Tensor, Tensor, Tensor, Tensor, Tensor> gradientB,
        string name = "Op")
    {
        Guard.NotNull(f);
        Guard.NotNull(gradientA);
        Guard.NotNull(gradientB);
        Guard.NotNull(name);

        Core Value(Core a, Core b) => Result(f(new(a), new(b)), nameof(f));

        Func<Core, Core, Core, Core, Core> Rule(Func<Tensor, Tensor, Tensor, Tensor, Tensor> gradient, string argument) =>
            (a, b, value, upstream) => Result(gradient(new(a), new(b), new(value), new(upstream)), argument);

        var rules = new[] { Rule(gradientA, nameof(gradientA)), Rule(gradientB, nameof(gradientB)) };
        return (a, b) => new(DifferentiationBridge.binaryOperation(name, Value, rules, Guard.Inner(a), Guard.Inner(b)));
    }

    private static Core Result(Tensor? tensor, string argument) => Guard.Returned(tensor, argument).Inner;
}
