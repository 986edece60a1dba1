// Derivatives as a C# program takes them: of lambdas, nested, with the value beside them.
// Each expected number is from the formula worked out by hand; the operators' own tests are in Functional.Tests.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class DifferentiateTests
{
    // f(x, y) = x³ y, so ∇f = (3x² y, x³) and H = [[6xy, 3x²], [3x², 0]].
    private static readonly Func<Tensor, Tensor> Cubic = p => p[0].Pow(3) * p[1];

    private static readonly Tensor Point = Row(2, 5);

    // g(x, y) = (x y, x + y), so J = [[y, x], [1, 1]].
    private static readonly Func<Tensor, Tensor> Field = p => Tensor.Stack([p[0] * p[1], p[0] + p[1]]);

    private static readonly Tensor Hessian = Tensor.FromArray(new[,] { { 60.0, 12.0 }, { 12.0, 0.0 } });

    [Fact]
    public void A_function_of_a_number_has_derivatives_of_every_order()
    {
        var x = Tensor.FromScalar(2.0);
        Assert.Equal(12, Differentiate.Derivative(t => t.Pow(3), x).ToDouble(), 5);
        Assert.Equal(6, Differentiate.Derivative(t => t.Pow(3), x, order: 3).ToDouble(), 5);
        Assert.Equal([8, 12, 12], Differentiate.Derivatives(t => t.Pow(3), x, order: 2).Select(d => d.ToDouble()));
        Assert.Equal(-Math.Sin(2), Differentiate.Derivative(t => t.Cos(), x).ToDouble(), 5);
    }

    [Fact]
    public void A_function_to_a_number_has_a_gradient()
    {
        Assert.Equal(Row(60, 8), Differentiate.Gradient(Cubic, Point));
        Assert.Equal(68, Differentiate.GradientAlong(Cubic, Point, Row(1, 1)).ToDouble(), 4);
        var (value, gradient) = Differentiate.ValueAndGradient(Cubic, Point);
        Assert.Equal((40.0, Row(60, 8)), (value.ToDouble(), gradient));
        Assert.False(Gradient.IsRecorded(gradient));
        Assert.Equal((40.0, 60.0), Doubles(Differentiate.ValueAndGradientAlong(Cubic, Point, Row(1, 0))));
    }

    [Fact]
    public void A_function_to_a_number_has_a_Hessian_and_its_products_and_trace()
    {
        Assert.Equal(Hessian, Differentiate.Hessian(Cubic, Point));
        Assert.Equal(Row(72, 12), Differentiate.HessianVector(Cubic, Point, Row(1, 1)));
        Assert.Equal(60, Differentiate.Laplacian(Cubic, Point).ToDouble(), 4);
        Assert.Equal((40.0, 60.0), Doubles(Differentiate.ValueAndLaplacian(Cubic, Point)));

        var (value, gradient, hessian) = Differentiate.ValueGradientAndHessian(Cubic, Point);
        Assert.Equal((40.0, Row(60, 8), Hessian), (value.ToDouble(), gradient, hessian));
        Assert.Equal(Hessian, Differentiate.ValueAndHessian(Cubic, Point).Hessian);

        var (_, slope, product) = Differentiate.ValueSlopeAndHessianVector(Cubic, Point, Row(0, 1));
        Assert.Equal((8.0, Row(12, 0)), (slope.ToDouble(), product));
        Assert.Equal(Row(12, 0), Differentiate.ValueAndHessianVector(Cubic, Point, Row(0, 1)).Product);
    }

    [Fact]
    public void A_function_of_vectors_has_a_Jacobian_and_products_from_both_sides()
    {
        Assert.Equal(Tensor.FromArray(new[,] { { 5.0, 2.0 }, { 1.0, 1.0 } }), Differentiate.Jacobian(Field, Point));
        Assert.Equal(Row(7, 2), Differentiate.JacobianVector(Field, Point, Row(1, 1)));
        Assert.Equal(Row(6, 3), Differentiate.VectorJacobian(Field, Point, Row(1, 1)));
        Assert.Equal((Row(10, 7), Row(5, 1)), Differentiate.ValueAndJacobianVector(Field, Point, Row(1, 0)));
        Assert.Equal((Row(10, 7), Row(5, 2)), Differentiate.ValueAndVectorJacobian(Field, Point, Row(1, 0)));
        Assert.Equal(Row(10, 7), Differentiate.ValueAndJacobian(Field, Point).Value);
    }

    [Fact]
    public void A_pullback_evaluates_the_function_once()
    {
        var calls = 0;
        var (value, pullback) = Differentiate.ValueAndPullback(p => { calls++; return Field(p); }, Point);
        Assert.Equal(Row(10, 7), value);
        Assert.Equal(Row(5, 2), pullback(Row(1, 0)));
        Assert.Equal(Row(1, 1), pullback(Row(0, 1)));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void Derivatives_are_taken_along_one_direction_after_the_other()
    {
        var along = Differentiate.DerivativesAlong(Cubic, Point, [Row(1, 0), Row(0, 1)]);
        Assert.Equal([40, 60, 12], along.Select(derivative => derivative.ToDouble()));
    }

    [Fact]
    public void Fields_have_divergence_and_curl()
    {
        // F = (x y, y z, z x): div F = y + z + x, curl F = (-y, -z, -x).
        Tensor Flow(Tensor p) => Tensor.Stack([p[0] * p[1], p[1] * p[2], p[2] * p[0]]);
        var point = Row(1, 2, 3);
        Assert.Equal(6, Differentiate.Divergence(Flow, point).ToDouble(), 5);
        Assert.Equal(Row(-2, -3, -1), Differentiate.Curl(Flow, point));
        Assert.Equal((Row(2, 6, 3), Row(-2, -3, -1)), Differentiate.ValueAndCurl(Flow, point));
        Assert.Equal(6, Differentiate.ValueAndDivergence(Flow, point).Divergence.ToDouble(), 5);
        Assert.Equal(6, Differentiate.ValueCurlAndDivergence(Flow, point).Divergence.ToDouble(), 5);
    }

    [Fact]
    public void Batches_have_a_Jacobian_and_a_divergence_an_example()
    {
        var batch = Tensor.FromArray(new[,] { { 1.0, 2.0 }, { 3.0, 4.0 } });
        Tensor Squares(Tensor x) => x * x;
        Assert.Equal([2, 2, 2], Differentiate.BatchJacobian(Squares, batch).Shape);
        Assert.Equal(Row(6, 0, 0, 8), Differentiate.BatchJacobian(Squares, batch)[1].View([4]));
        Assert.Equal(Row(6, 14), Differentiate.BatchDivergence(Squares, batch));
        Assert.Equal(Row(6, 14), Differentiate.BatchDivergenceAlong(Squares, batch, Tensor.Ones([2, 2])));
        // Exact, because this Jacobian is diagonal.
        Assert.Equal(Row(6, 14), Differentiate.BatchDivergenceEstimate(Squares, batch, samples: 2));
        Assert.Equal(batch * batch, Differentiate.ValueAndBatchDivergenceEstimate(Squares, batch).Value);
        Assert.Equal(batch * batch, Differentiate.ValueAndBatchJacobian(Squares, batch).Value);
    }

    [Fact]
    public void Derivatives_nest()
    {
        Tensor Inner(Tensor x) => Differentiate.Gradient(Cubic, x);
        Assert.Equal(Hessian, Differentiate.Jacobian(Inner, Point));
        Assert.Equal(Row(60, 12), Differentiate.Gradient(x => Differentiate.Gradient(Cubic, x)[0], Point));
    }

    [Fact]
    public void An_operation_of_ones_own_differentiates_by_its_own_rule()
    {
        var exp = Tensor.Op(a => a.Exp(), (_, value, upstream) => upstream * value);
        Tensor Own(Tensor x) => exp(x * x).Sum();
        Tensor BuiltIn(Tensor x) => (x * x).Exp().Sum();
        var x = Row(0.5, 1);
        Assert.Equal(BuiltIn(x), Own(x));
        Assert.True(Differentiate.Gradient(BuiltIn, x).AllClose(Differentiate.Gradient(Own, x)));
        Assert.True(Differentiate.Hessian(BuiltIn, x).AllClose(Differentiate.Hessian(Own, x)));
        Assert.True(Differentiate.HessianVector(BuiltIn, x, x).AllClose(Differentiate.HessianVector(Own, x, x)));
    }

    [Fact]
    public void An_operation_of_two_tensors_has_a_rule_for_each()
    {
        var product = Tensor.Op((a, b) => a * b, (_, b, _, upstream) => upstream * b, (a, _, _, upstream) => upstream * a, "product");
        Assert.Equal(Hessian, Differentiate.Hessian(p => product(product(p[0], p[0]), product(p[0], p[1])), Point));
    }

    [Fact]
    public void What_a_rule_throws_is_thrown_where_the_derivative_is_asked_for()
    {
        var broken = Tensor.Op(a => a.Exp(), (_, _, _) => throw new TimeZoneNotFoundException("mine"));
        var error = Assert.Throws<TimeZoneNotFoundException>(() => Differentiate.Gradient(x => broken(x).Sum(), Point));
        Assert.Equal("mine", error.Message);
        Assert.Throws<ArgumentNullException>("gradient", () => Tensor.Op(a => a, null!));
        var empty = Tensor.Op(a => a.Exp(), (_, _, _) => null!);
        Assert.Throws<ArgumentException>("gradient", () => Differentiate.Gradient(x => empty(x).Sum(), Point));
    }

    [Fact]
    public void What_cannot_be_differentiated_is_an_ArgumentException()
    {
        Assert.Throws<ArgumentNullException>("f", () => Differentiate.Gradient(null!, Point));
        Assert.Throws<ArgumentNullException>("x", () => Differentiate.Hessian(Cubic, null!));
        Assert.Throws<ArgumentNullException>("v", () => Differentiate.JacobianVector(Field, Point, null!));
        Assert.Throws<ArgumentException>("f", () => Differentiate.Gradient(_ => null!, Point));
        Assert.Throws<ArgumentOutOfRangeException>("order", () => Differentiate.Derivative(x => x, Tensor.FromScalar(1.0), -1));
        Assert.Throws<ArgumentOutOfRangeException>("samples", () => Differentiate.BatchDivergenceEstimate(x => x, Point, 0));
        Assert.ThrowsAny<ArgumentException>(() => Differentiate.Gradient(Field, Point));
        Assert.ThrowsAny<ArgumentException>(() => Differentiate.Gradient(Cubic, Tensor.FromArray(new[] { 1, 2 })));
        Assert.ThrowsAny<ArgumentException>(() => Differentiate.Curl(Field, Point));
        Assert.ThrowsAny<ArgumentException>(() => Differentiate.GradientAlong(Cubic, Point, Row(1, 2, 3)));
    }

    private static (double, double) Doubles((Tensor First, Tensor Second) pair) =>
        (pair.First.ToDouble(), pair.Second.ToDouble());
}
