// Checks of arguments at the edge of the library, and the passage from the facade's objects to what they stand for.
// Every public member that takes a reference uses it, so that a null is reported with the caller's own words.
using System.Runtime.CompilerServices;

namespace Functional.CSharp;

/// <summary>An object of the facade that stands for one of the library behind it.</summary>
internal interface IWrapper
{
    object Inner { get; }
}

internal static class Guard
{
    /// <summary>What scopes look at when they search a result for tensors.</summary>
    public static readonly Func<object, object> Unwrap = value => value is IWrapper wrapper ? wrapper.Inner : value;

    public static T NotNull<T>(T? value, [CallerArgumentExpression(nameof(value))] string? name = null) where T : class
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value;
    }

    public static Functional.Tensors.Tensor Inner(Tensor? value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        NotNull(value, name).Inner;

    public static Functional.Distribution Inner(
        Distribution? value, [CallerArgumentExpression(nameof(value))] string? name = null) => NotNull(value, name).Inner;

    public static Functional.Transform Inner(
        Transform? value, [CallerArgumentExpression(nameof(value))] string? name = null) => NotNull(value, name).Inner;

    public static Functional.Support Inner(
        Support? value, [CallerArgumentExpression(nameof(value))] string? name = null) => NotNull(value, name).Inner;

    public static Functional.Tensors.Tensor[] Inner(
        IEnumerable<Tensor>? values, [CallerArgumentExpression(nameof(values))] string? name = null) =>
        [.. NotNull(values, name).Select(tensor => Inner(tensor, name))];

    public static Functional.Distribution[] Inner(
        IEnumerable<Distribution>? values, [CallerArgumentExpression(nameof(values))] string? name = null) =>
        [.. NotNull(values, name).Select(distribution => Inner(distribution, name))];

    public static Functional.Transform[] Inner(
        IEnumerable<Transform>? values, [CallerArgumentExpression(nameof(values))] string? name = null) =>
        [.. NotNull(values, name).Select(transform => Inner(transform, name))];

    public static Functional.Support[] Inner(
        IEnumerable<Support>? values, [CallerArgumentExpression(nameof(values))] string? name = null) =>
        [.. NotNull(values, name).Select(support => Inner(support, name))];

    public static Functional.Parameter[] Inner(
        IEnumerable<Parameter>? values, [CallerArgumentExpression(nameof(values))] string? name = null) =>
        [.. NotNull(values, name).Select(parameter => NotNull(parameter, name).Inner)];

    /// <summary>What a caller's function returned.</summary>
    public static T Returned<T>(T? value, string function) where T : class =>
        value ?? throw new ArgumentException("The function returned null.", function);

    /// <summary>Values by name, as the library behind takes them.</summary>
    public static KeyValuePair<string, Functional.Tensors.Tensor>[] Named(
        IEnumerable<(string Name, Tensor Value)>? values, [CallerArgumentExpression(nameof(values))] string? name = null)
    {
        var pairs = NotNull(values, name)
            .Select(pair => KeyValuePair.Create(NotNull(pair.Name, name), Inner(pair.Value, name)))
            .ToArray();

        return pairs.GroupBy(pair => pair.Key).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new ArgumentException($"The name '{twice.Key}' is given {twice.Count()} values; give it one.", name)
            : pairs;
    }

    public static KeyValuePair<string, Functional.Tensors.Tensor>[] Named(
        IReadOnlyDictionary<string, Tensor>? values, [CallerArgumentExpression(nameof(values))] string? name = null) =>
        Named(NotNull(values, name).Select(pair => (pair.Key, pair.Value)), name);

    /// <summary>Parameters by name; a second one of a name gets the name and a 2.</summary>
    public static IReadOnlyDictionary<string, Tensor> ByName(IEnumerable<KeyValuePair<string, Functional.Tensors.Tensor>> parameters)
    {
        var named = new Dictionary<string, Tensor>();

        foreach (var (name, value) in parameters)
        {
            var key = name;
            for (var count = 2; named.ContainsKey(key); count++)
            {
                key = $"{name}{count}";
            }

            named[key] = new(value);
        }

        return named;
    }

    public static int[] Shape(IEnumerable<int>? shape, [CallerArgumentExpression(nameof(shape))] string? name = null) =>
        [.. NotNull(shape, name)];

    public static int AtLeast(int value, int minimum, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value >= minimum
            ? value
            : throw new ArgumentOutOfRangeException(name, $"{name} must be at least {minimum}; it is {value}.");

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value > 0
            ? value
            : throw new ArgumentOutOfRangeException(name, $"{name} must be positive; it is {value}.");

    public static double Share(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(name, $"{name} must be between 0 and 1; it is {value}.");

    public static string Path(string? path, [CallerArgumentExpression(nameof(path))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path, name);
        return path;
    }
}
