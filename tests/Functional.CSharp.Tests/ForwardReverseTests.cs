// Derivatives by hand and by differences, as a C# program takes them.
// The numbers are worked out by hand; the operators' own tests are in Functional.Tests.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ForwardReverseTests
{
    // f(x, y) = x³ y, so ∇f = (3x² y, x³) and H = [[6xy, 3x²], [3x², 0]].
    private static Tensor Cubic(Tensor p) => p[0].Pow(3) * p[1];

    private static Tensor Point => Row(2, 5).Cast(Dtype.Float64);

    private static Tensor Field(Tensor p) => Tensor.Stack([p[0] * p[1], p[0] + p[1]]);

    [Fact]
    public void A_dual_number_carries_its_derivative_along()
    {
        var y = Cubic(Point.ForwardDiff(Row(1, 1).Cast(Dtype.Float64)));
        Assert.Equal((40.0, 68.0), (y.Primal.ToDouble(), y.Derivative.ToDouble()));
        Assert.True(y.IsForwardDiff && !y.IsReverseDiff && !y.IsNoDiff && y.Primal.IsNoDiff);
        Assert.Equal((1, 0u), (y.Depth, y.NestingTag));
    }

    [Fact]
    public void A_reversal_leaves_gradients_at_the_variables_and_on_the_way()
    {
        var variable = Point.ReverseDiff();
        var square = variable * variable;
        var y = square.Sum();
        y.Reverse();
        Assert.Equal([4, 10], variable.Derivative.ToArray<double>());
        Assert.Equal([1, 1], square.Derivative.ToArray<double>());
        y.Reverse(zeroDerivatives: false);
        Assert.Equal([8, 20], variable.Derivative.ToArray<double>());
        square.ReversePush(Row(1, 0).Cast(Dtype.Float64));
        Assert.Equal([12, 20], variable.Derivative.ToArray<double>());
        y.ReverseReset();
        Assert.Equal([0, 0], variable.Derivative.ToArray<double>());
        variable.Derivative = Point;
        Assert.Equal([2, 5], variable.Derivative.ToArray<double>());
    }

    [Fact]
    public void Levels_nest()
    {
        var before = Nesting.Level;

        try
        {
            Nesting.Level = 1;
            var variable = Point.ReverseDiff();
            Nesting.Level = 2;
            var y = Cubic(variable.ForwardDiff(Row(1, 0).Cast(Dtype.Float64)));
            Assert.Equal((2, 2u, 1u), (y.Depth, y.NestingTag, variable.NestingTag));
            y.Derivative.Reverse();
            Assert.Equal([60, 12], variable.Derivative.ToArray<double>());
        }
        finally
        {
            Nesting.Level = before;
        }

        var twice = Cubic(Point.ForwardDiff(Point, 1).ForwardDiff(Point, 2));
        Assert.Equal(480, twice.DerivativeDeep.ToDouble());
        Assert.True(twice.PrimalDeep.IsNoDiff);
    }

    [Fact]
    public void A_tensor_tells_where_it_came_from()
    {
        var variable = Point.ReverseDiff();
        var y = variable * variable;
        Assert.Equal("NewT", variable.ParentOp);
        Assert.Contains("Mul", y.ParentOp);
        var (tensors, operations) = y.Ancestors();
        Assert.Equal([y, variable], tensors);
        Assert.Contains("Mul", operations);
        Assert.True(y.IsSameDiffType(variable));
        Assert.False(y.IsSameDiffType(Point));
    }

    [Fact]
    public void What_takes_part_in_no_derivative_has_none()
    {
        Assert.Throws<InvalidOperationException>(() => Point.Derivative);
        Assert.Throws<InvalidOperationException>(() => Point.NestingTag);
        Assert.Throws<InvalidOperationException>(() => Point.ForwardDiff(Point).Reverse());
        Assert.ThrowsAny<ArgumentException>(() => Point.ForwardDiff(Row(1)));
        Assert.Throws<ArgumentNullException>("derivative", () => Point.ForwardDiff(null!));
        Assert.Throws<ArgumentNullException>("value", () => Point.ReverseDiff().Derivative = null!);
    }

    [Fact]
    public void Differences_come_close_to_derivatives()
    {
        const double first = 1e-5, second = 1e-3;
        var v = Row(1, -2).Cast(Dtype.Float64);
        var three = Row(1, 2, 3).Cast(Dtype.Float64);
        static Tensor Flow(Tensor p) => Tensor.Stack([p[0] * p[1], p[1] * p[2], p[2] * p[0]]);

        Close(12, NumericalDifferentiate.Derivative(t => t.Pow(3), Tensor.FromScalar(2.0, Dtype.Float64), first));
        Close(12, NumericalDifferentiate.SecondDerivative(t => t.Pow(3), Tensor.FromScalar(2.0, Dtype.Float64), second));
        Close(Differentiate.Gradient(Cubic, Point), NumericalDifferentiate.Gradient(Cubic, Point, first));
        Close(Differentiate.GradientAlong(Cubic, Point, v), NumericalDifferentiate.GradientAlong(Cubic, Point, v, first));
        Close(Differentiate.Hessian(Cubic, Point), NumericalDifferentiate.Hessian(Cubic, Point, second));
        Close(Differentiate.HessianVector(Cubic, Point, v), NumericalDifferentiate.HessianVector(Cubic, Point, v, second));
        Close(Differentiate.Laplacian(Cubic, Point), NumericalDifferentiate.Laplacian(Cubic, Point, second));
        Close(Differentiate.Jacobian(Field, Point), NumericalDifferentiate.Jacobian(Field, Point, first));
        Close(Differentiate.JacobianVector(Field, Point, v), NumericalDifferentiate.JacobianVector(Field, Point, v, first));
        Close(Differentiate.Divergence(Flow, three), NumericalDifferentiate.Divergence(Flow, three, first));
        Close(Differentiate.Curl(Flow, three), NumericalDifferentiate.Curl(Flow, three, first));
        Assert.Equal(12, NumericalDifferentiate.Derivative(t => t.Pow(3), Tensor.FromScalar(2.0)).ToDouble(), 0.01);
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => NumericalDifferentiate.Gradient(Cubic, Point, 0));
        Assert.Throws<ArgumentNullException>("f", () => NumericalDifferentiate.Gradient(null!, Point));
    }

    private static void Close(Tensor expected, Tensor actual) =>
        Assert.True(expected.AllClose(actual, 1e-4, 1e-4), $"{actual} is not {expected}");

    private static void Close(double expected, Tensor actual) => Assert.Equal(expected, actual.ToDouble(), 1e-4);
}
