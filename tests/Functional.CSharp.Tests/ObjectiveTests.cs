// Losses: named terms that add, scale and average.
// Bounds on the evidence are tested with the programs that they bound.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ObjectiveTests
{
    [Fact]
    public void Losses_add_scale_and_keep_their_terms()
    {
        var loss = Loss.Term("a", Row(1, 2)) - 0.5 * Loss.Term("b", Row(2, 4));
        Assert.Equal(Row(0, 0), loss.Value);
        Assert.Equal([("a", 1.0), ("b", -0.5)], loss.Terms.Select(term => (term.Name, term.Weight)));
        Assert.Equal(Row(2, 4), loss["b"]);
        Assert.Equal(3, (-loss).Mean()["b"].ToDouble());
        Assert.Equal(6, loss.Sum()["b"].ToDouble());
        Assert.Equal(Row(4, 8), loss.Map(value => value * 2)["b"]);
        Assert.Equal(0.25, (loss / 2).Terms[1].Weight * -1);
        Assert.Throws<KeyNotFoundException>(() => loss["c"]);
    }
}
