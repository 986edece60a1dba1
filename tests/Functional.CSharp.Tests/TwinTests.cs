// Whether the facade's tensor has kept up with the F# library's: a member added there is missed here.
// Whoever adds one gives it a twin of the same name, or says below what takes its place.
using System.Reflection;

namespace FacadeTests;

public sealed class TwinTests
{
    // What has another name here, or no place: each row says why.
    private static readonly HashSet<string> Substituted =
    [
        // Operators and indexers.
        "add", "sub", "mul", "div", "neg", "GetSlice",
        // Cast.
        "bool", "byte", "int8", "int16", "int32", "int", "int64", "bfloat16", "float16", "float32", "float64", "float", "double",
        // FromArray, FromSpan, ScalarLike, ToArray; arrays of five axes have no type of their own in either language.
        "create", "ofSpan", "zeroLike", "oneLike", "toArray1D", "toArray5D", "toArray6D",
        // MaxPool1dWithIndices and its siblings.
        "maxpool1di", "maxpool2di", "maxpool3di",
        // There is one backend.
        "backend", "ofRawTensor", "primalRaw",
        // Reverse; and fanout, which is 0.
        "backward", "set_derivative", "fanout",
    ];

    [Fact]
    public void Every_member_of_the_FSharp_tensor_has_a_twin_or_a_substitute()
    {
        var here = typeof(Tensor).GetMembers().Select(member => member.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

        // Extension members are compiled as static methods called Tensor.name.
        var there =
            from type in Assembly.Load("Functional.Tensors").GetExportedTypes()
            where type.Name.EndsWith("Extensions", StringComparison.Ordinal)
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
            where method.Name.StartsWith("Tensor.", StringComparison.Ordinal)
            select method.Name.Split('.')[1].Replace("get_", "");

        var missing = there.Distinct().Where(name => !here.Contains(name)).Except(Substituted, StringComparer.Ordinal).Order();
        Assert.True(!missing.Any(), $"Without a twin: {string.Join(", ", missing)}.");
    }
}
