// Stochastic differential equations whose noise depends on the time alone, and two ways to step through them.
// Diffusions forwards and in reverse are such; ReverseSde samples with them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>dx = a(x, t) dt + g(t) dw, for points x of shape [n; ...] and times t of shape [n].</summary>
public sealed class Sde
{
    internal Sde(Functional.Sde inner) => Inner = inner;

    /// <summary>An equation from its coefficients.</summary>
    /// <param name="drift">a(x, t), of the shape of x.</param>
    /// <param name="diffusionSquared">g²(t), of the shape of t.</param>
    public Sde(Func<Tensor, Tensor, Tensor> drift, Func<Tensor, Tensor> diffusionSquared)
    {
        Guard.NotNull(drift);
        Guard.NotNull(diffusionSquared);

        Inner = SdeBridge.create(
            (x, t) => Guard.Returned(drift(new(x), new(t)), nameof(drift)).Inner,
            t => Guard.Returned(diffusionSquared(new(t)), nameof(diffusionSquared)).Inner);
    }

    internal Functional.Sde Inner { get; }

    /// <summary>a(x, t), of the shape of x.</summary>
    public Tensor Drift(Tensor x, Tensor t) => new(SdeBridge.drift(Inner, Guard.Inner(x), Guard.Inner(t)));

    /// <summary>g²(t), of the shape of t.</summary>
    public Tensor DiffusionSquared(Tensor t) => new(SdeBridge.diffusionSquared(Inner, Guard.Inner(t)));
}

/// <summary>One step of a stochastic differential equation.</summary>
public sealed class SdeMethod
{
    private SdeMethod(Functional.SdeMethod inner) => Inner = inner;

    internal Functional.SdeMethod Inner { get; }

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>Moments after a fixed time err as h to this power (weak order).</summary>
    public int Order => Inner.Order;

    /// <summary>Where it is from.</summary>
    public string Source => Inner.Source;

    /// <summary>x + a h + g √|h| z: order 1, one evaluation a step.</summary>
    public static SdeMethod EulerMaruyama { get; } = new(Functional.SdeMethodModule.eulerMaruyama);

    /// <summary>The mean of the drifts at both ends of a step: order 2, two evaluations a step.</summary>
    public static SdeMethod Heun { get; } = new(Functional.SdeMethodModule.heun);

    /// <summary>Both.</summary>
    public static IReadOnlyList<SdeMethod> All { get; } = [EulerMaruyama, Heun];

    /// <summary>A method of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="order">Moments after a fixed time err as h to this power, at least 1.</param>
    /// <param name="step">
    /// x at t + h from the equation, t, h, x at t and standard normal noise of its shape. Where h is negative time runs back.
    /// </param>
    /// <param name="source">Where it is from. Default: nowhere.</param>
    public static SdeMethod FromFunction(
        string name, int order, Func<Sde, double, double, Tensor, Tensor, Tensor> step, string source = "")
    {
        Guard.NotNull(step);

        return new(SdeBridge.stepping(
            Guard.Path(name),
            Guard.AtLeast(order, 1),
            (sde, t, h, x, noise) => Guard.Returned(step(new(sde), t, h, new(x), new(noise)), nameof(step)).Inner,
            Guard.NotNull(source)));
    }

    /// <summary>x at t + h from x at t and standard normal noise of its shape. Where h is negative time runs back.</summary>
    public Tensor Step(Sde sde, double t, double h, Tensor x, Tensor noise) =>
        new(SdeBridge.step(Inner, Guard.NotNull(sde).Inner, t, h, Guard.Inner(x), Guard.Inner(noise)));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}

/// <summary>x(t₁) from x(t₀), forwards or backwards in time.</summary>
public static class SdeSolver
{
    /// <summary>x(t₁) from x(t₀), [n; ...], in so many steps of one length; nothing is read from the device.</summary>
    /// <param name="method">How to step.</param>
    /// <param name="steps">How often, at least 1.</param>
    /// <param name="sde">The equation.</param>
    /// <param name="start">t₀.</param>
    /// <param name="finish">t₁; it may be less than t₀.</param>
    /// <param name="x">x(t₀).</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no steps.</exception>
    public static Tensor Solve(SdeMethod method, int steps, Sde sde, double start, double finish, Tensor x) =>
        new(SdeBridge.solve(
            Guard.NotNull(method).Inner, Guard.AtLeast(steps, 1), Guard.NotNull(sde).Inner, start, finish, Guard.Inner(x)));
}
