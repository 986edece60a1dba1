// One named place of a program, on its way from the program to whoever answers it.
// Program.Rewrite and Program.Block show it to the caller; a traced site remembers it.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>What a site is.</summary>
public enum SiteKind
{
    /// <summary>A draw.</summary>
    Latent,

    /// <summary>A value that is known.</summary>
    Observed,

    /// <summary>A number added to the log-density.</summary>
    Factor,

    /// <summary>A value that follows from others, and is given a name.</summary>
    Deterministic,
}

/// <summary>
/// One named place of a program before it is answered. Change one with <c>site with { Scale = 0.5 }</c> in
/// <see cref="Program{T}.Rewrite"/>.
/// </summary>
public sealed record Site : IWrapper
{
    private readonly Functional.Site asked;

    internal Site(Functional.Site asked)
    {
        this.asked = asked;
        Name = asked.Name;
        Kind = asked.Kind.ToFacade();
        Distribution = Distribution.Wrap(asked.Distribution);
        Value = TraceBridge.value(asked) is { } value ? new(value) : null;
        Scale = asked.Scale;
    }

    internal Functional.Site Inner =>
        TraceBridge.change(
            asked, Guard.Path(Name), Kind.ToInner(), Guard.Inner(Distribution), Value is null ? null : Value.Inner, Scale);

    object IWrapper.Inner => Inner;

    /// <summary>Its name, unique in a program.</summary>
    public string Name { get; init; }

    /// <summary>What it is.</summary>
    public SiteKind Kind { get; init; }

    /// <summary>Its distribution, expanded to the plates it stands in.</summary>
    public Distribution Distribution { get; init; }

    /// <summary>Its value, if that is given.</summary>
    public Tensor? Value { get; init; }

    /// <summary>What handlers multiply its log-density by; the plates' N / B is not in it.</summary>
    public double Scale { get; init; }

    /// <summary>The plates it stands in, the innermost first: its axis is the leftmost of theirs.</summary>
    public IReadOnlyList<Plate> Plates => Plate.List(TraceBridge.platesOf(asked));

    /// <summary>The axis of its values among the batch axes, counted from the right, if all of them are summed over.</summary>
    public int? Enumeration => TraceBridge.enumeration(asked);

    /// <summary>Whether axes of length 1 of its batch are stretched, as they are where some site is enumerated.</summary>
    public bool Stretches => asked.Stretches;

    /// <summary>The batch axes that are the plates'.</summary>
    public IReadOnlyList<int> PlateShape => Array.AsReadOnly(asked.PlateShape);

    /// <summary>Whether it is a draw whose value nobody has given yet.</summary>
    public bool IsOpen => Kind == SiteKind.Latent && Value is null;

    /// <summary>Name, kind and distribution.</summary>
    public override string ToString() => $"{Name}: {Kind.ToInner()}, {Distribution}";
}

internal static class SiteKindConversions
{
    public static SiteKind ToFacade(this Functional.SiteKind kind) =>
        kind.IsLatent ? SiteKind.Latent
        : kind.IsObserved ? SiteKind.Observed
        : kind.IsFactor ? SiteKind.Factor
        : SiteKind.Deterministic;

    public static Functional.SiteKind ToInner(this SiteKind kind) =>
        kind switch
        {
            SiteKind.Latent => Functional.SiteKind.Latent,
            SiteKind.Observed => Functional.SiteKind.Observed,
            SiteKind.Factor => Functional.SiteKind.Factor,
            SiteKind.Deterministic => Functional.SiteKind.Deterministic,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), $"{kind} is no kind of site."),
        };
}
