// Differential equations, as a C# program solves them.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class OdeTests
{
    private static readonly Tensor Start = Tensor.FromArray(new[] { 1.0, 2 });

    [Fact]
    public void An_equation_is_solved_in_steps_that_follow_the_error()
    {
        var solution = OdeSolver.Solve((t, x) => x * -t, 0, 2, Start, new() { AbsoluteTolerance = 1e-8, RelativeTolerance = 1e-8 });
        Assert.True(solution.State.AllClose(Start * Math.Exp(-2), 1e-5));
        Assert.Equal(2 + 6 * (solution.Statistics.Accepted + solution.Statistics.Rejected), solution.Statistics.Evaluations);

        var back = OdeSolver.Solve((t, x) => x * -t, 2, 0, solution.State, new() { Norm = ErrorNorm.WorstRow });
        Assert.True(back.State.AllClose(Start, 1e-3));
    }

    [Fact]
    public void A_solution_is_known_at_every_time()
    {
        var path = OdeSolver.SolveAt((_, x) => x, [0, 0.5, 1], Start).State;
        Assert.Equal([3, 2], path.Shape);
        Assert.True(path[1].AllClose(Start * Math.Exp(0.5), 1e-3));
    }

    [Fact]
    public void Pairs_are_solved_together()
    {
        var solution = OdeSolver.SolvePair((_, s) => (s.Second, -s.First), 0, Math.PI, (Start, Start * 0));
        Assert.True(solution.State.First.AllClose(-Start, 1e-3));

        var (first, second) = OdeSolver.FixedStepsPair(
            OdeMethod.RungeKutta4, 100, (_, s) => (s.Second, -s.First), 0, Math.PI, (Start, Start * 0));

        Assert.True(first.AllClose(-Start, 1e-4));
        Assert.True((second + 1).AllClose(Tensor.Ones([2]), 1e-3));
    }

    [Fact]
    public void Methods_are_values_and_gradients_flow_through_fixed_steps()
    {
        Assert.Equal([1, 2, 2, 4, 5], OdeMethod.All.Select(method => method.Order));
        Assert.Equal(7, OdeMethod.DormandPrince.Nodes.Count);
        Assert.Equal(OdeMethod.Heun.Weights.Count, OdeMethod.Heun.Coefficients.Count);
        Assert.Contains("Kutta", OdeMethod.RungeKutta4.Source);

        var evaluations = 0;
        OdeSolver.FixedSteps(OdeMethod.DormandPrince, 10, (_, x) => { evaluations++; return x; }, 0, 1, Start);
        Assert.Equal(60, evaluations);

        var gradient = Differentiate.Gradient(
            rate => OdeSolver.FixedSteps(OdeMethod.RungeKutta4, 50, (_, x) => x * rate, 0, 1, Start).Sum(), Tensor.FromArray(new[] { 0.5 }));

        Assert.Equal(3 * Math.Exp(0.5), gradient[0].ToDouble(), 4);
    }

    [Fact]
    public void What_cannot_be_solved_says_why()
    {
        Assert.Contains("singularity", Assert.Throws<ArithmeticException>(() => OdeSolver.Solve((_, x) => x * x, 0, 2, Start)).Message);
        Assert.Throws<ArgumentException>(() => OdeSolver.SolveAt((_, x) => x, [0, 1, 0.5], Start));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OdeOptions { MaxSteps = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OdeOptions { AbsoluteTolerance = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OdeOptions { FirstStep = -1 });
        Assert.Throws<ArgumentNullException>(() => OdeSolver.Solve(null!, 0, 1, Start));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => OdeSolver.Solve((_, x) => x, 0, 1, Start, cancellationToken: source.Token));
    }
}
