// Scopes: what leaves one alive, and what does not.
// Every kind of result that a C# program may return has its line here.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ScopeTests
{
    private sealed record Pair(Tensor First, Tensor Second);

    [Fact]
    public void A_scope_frees_everything_but_its_result()
    {
        Tensor? inside = null;

        var result = Scope.Run(() =>
        {
            inside = Row(1, 2);
            return inside + 1;
        });

        Assert.True(inside!.IsDisposed);
        Assert.Equal(Row(2, 3), result);
    }

    [Fact]
    public void Tuples_collections_records_and_objects_of_the_library_are_results()
    {
        Assert.False(Scope.Run(() => (1, Row(1))).Item2.IsDisposed);
        Assert.False(Scope.Run(() => new[] { Row(1) })[0].IsDisposed);
        Assert.False(Scope.Run(() => new List<Tensor> { Row(1) })[0].IsDisposed);
        Assert.False(Scope.Run(() => new Dictionary<string, Tensor> { ["x"] = Row(1) })["x"].IsDisposed);
        Assert.False(Scope.Run(() => new Pair(Row(1), Row(2))).Second.IsDisposed);
        Assert.False(Scope.Run(() => new Normal(Row(1), Row(2))).Scale.IsDisposed);
        Assert.False(Scope.Run(() => Loss.Term("x", Row(1)))["x"].IsDisposed);
        Assert.False(Scope.Run(SmallVae).Parameters[0].Value.IsDisposed);
    }

    [Fact]
    public void What_is_kept_leaves_every_scope()
    {
        Tensor? kept = null;
        Scope.Run(() => Scope.Run(() => { kept = Scope.Keep(Row(1)); }));
        Assert.False(kept!.IsDisposed);
    }

    [Fact]
    public async Task A_scope_around_a_task_closes_when_the_task_has_completed()
    {
        Tensor? inside = null;

        var result = await Scope.RunAsync(async () =>
        {
            await Task.Yield();
            inside = Row(1);
            await Task.Yield();
            return inside + 1;
        });

        Assert.True(inside!.IsDisposed);
        Assert.False(result.IsDisposed);
    }

    [Fact]
    public void An_exception_closes_the_scope()
    {
        Tensor? inside = null;

        Assert.Throws<FormatException>(() => Scope.Run(() =>
        {
            inside = Row(1);
            throw new FormatException();
        }));

        Assert.True(inside!.IsDisposed);
    }

    [Fact]
    public void A_step_of_an_objective_leaves_no_tensor_behind()
    {
        var vae = SmallVae();
        var weights = vae.Parameters.Select(parameter => parameter.Value).ToList();
        var batch = Stripes().Head(8);

        void Step() => Scope.Run(() => Gradient.OfLoss(vae.Loss(batch).Value, weights).Count);

        Step();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Scope.LiveTensors;
        Step();
        Assert.Equal(before, Scope.LiveTensors);
    }
}
