// Explicit Runge-Kutta methods as values.
// OdeSolver.FixedSteps takes them.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// An explicit Runge-Kutta method for dx/dt = f(t, x): k_i = f(t + c_i h, x + h Σ a_ij k_j), x(t + h) ≈ x + h Σ b_i k_i.
/// </summary>
public sealed class OdeMethod
{
    private OdeMethod(Functional.OdeMethod inner) => Inner = inner;

    internal Functional.OdeMethod Inner { get; }

    /// <summary>What it is called.</summary>
    public string Name => Inner.Name;

    /// <summary>The error after a fixed time falls as h to this power.</summary>
    public int Order => Inner.Order;

    /// <summary>c, one for each evaluation; the first is 0.</summary>
    public IReadOnlyList<double> Nodes => OdeBridge.nodes(Inner);

    /// <summary>a, the rows below the diagonal: none for the first evaluation.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Coefficients => OdeBridge.coefficients(Inner);

    /// <summary>b.</summary>
    public IReadOnlyList<double> Weights => OdeBridge.weights(Inner);

    /// <summary>Where it is from.</summary>
    public string Source => Inner.Source;

    /// <summary>x + h f(t, x): order 1, one evaluation a step.</summary>
    public static OdeMethod Euler { get; } = new(Functional.OdeMethodModule.euler);

    /// <summary>x + h f(t + h/2, x + h/2 f(t, x)): order 2, two evaluations a step.</summary>
    public static OdeMethod Midpoint { get; } = new(Functional.OdeMethodModule.midpoint);

    /// <summary>x + h/2 [f(t, x) + f(t + h, x + h f(t, x))]: order 2, two evaluations a step.</summary>
    public static OdeMethod Heun { get; } = new(Functional.OdeMethodModule.heun);

    /// <summary>The classical method of Runge and Kutta: order 4, four evaluations a step.</summary>
    public static OdeMethod RungeKutta4 { get; } = new(Functional.OdeMethodModule.rungeKutta4);

    /// <summary>
    /// The method that <see cref="OdeSolver.Solve"/> adapts: order 5, six evaluations a step. The seventh, which has no weight, is the
    /// first of the next step where steps adapt, and is left out where they do not.
    /// </summary>
    public static OdeMethod DormandPrince { get; } = new(Functional.OdeMethodModule.dormandPrince);

    /// <summary>Every method.</summary>
    public static IReadOnlyList<OdeMethod> All { get; } = [Euler, Midpoint, Heun, RungeKutta4, DormandPrince];

    /// <summary>A method of one's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="order">The error after a fixed time falls as h to this power, at least 1.</param>
    /// <param name="nodes">c, one for each evaluation; the first is 0.</param>
    /// <param name="coefficients">a, the rows below the diagonal: of 0, 1, 2, ... coefficients.</param>
    /// <param name="weights">b, one for each evaluation; they sum to 1.</param>
    /// <param name="source">Where it is from. Default: nowhere.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    public static OdeMethod FromTableau(
        string name,
        int order,
        IEnumerable<double> nodes,
        IEnumerable<IEnumerable<double>> coefficients,
        IEnumerable<double> weights,
        string source = "") =>
        new(OdeBridge.create(
            Guard.Path(name),
            Guard.AtLeast(order, 1),
            [.. Guard.NotNull(nodes)],
            [.. Guard.NotNull(coefficients).Select(row => Guard.NotNull(row, nameof(coefficients)).ToArray())],
            [.. Guard.NotNull(weights)],
            Guard.NotNull(source)));

    /// <summary>What it is called.</summary>
    public override string ToString() => Name;
}
