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
    internal Site(Functional.Site inner) => Inner = inner;

    internal Functional.Site Inner { get; private init; }

    object IWrapper.Inner => Inner;

    /// <summary>Its name, unique in a program.</summary>
    public string Name
    {
        get => Inner.Name;
        init => Inner = SiteBridge.withName(Guard.Path(value), Inner);
    }

    /// <summary>What it is.</summary>
    public SiteKind Kind
    {
        get => Inner.Kind.ToFacade();
        init => Inner = SiteBridge.withKind(value.ToInner(), Inner);
    }

    /// <summary>Its distribution, expanded to the plates it stands in.</summary>
    public Distribution Distribution
    {
        get => Distribution.Wrap(Inner.Distribution);
        init => Inner = SiteBridge.withDistribution(Guard.Inner(value), Inner);
    }

    /// <summary>Its value, if that is given.</summary>
    public Tensor? Value
    {
        get => SiteBridge.value(Inner) is { } value ? new(value) : null;
        init => Inner = SiteBridge.withValue(value is null ? null : value.Inner, Inner);
    }

    /// <summary>What handlers multiply its log-density by; the plates' N / B is not in it.</summary>
    public double Scale
    {
        get => Inner.Scale;
        init => Inner = SiteBridge.withScale(value, Inner);
    }

    /// <summary>The plates it stands in, the innermost first: its axis is the leftmost of theirs.</summary>
    public IReadOnlyList<Plate> Plates => Plate.List(SiteBridge.plates(Inner));

    /// <summary>The axis of its values among the batch axes, counted from the right, if all of them are summed over.</summary>
    public int? Enumeration => SiteBridge.enumeration(Inner);

    /// <summary>Whether axes of length 1 of its batch are stretched, as they are where some site is enumerated.</summary>
    public bool Stretches => Inner.Stretches;

    /// <summary>The batch axes that are the plates'.</summary>
    public IReadOnlyList<int> PlateShape => Array.AsReadOnly(Inner.PlateShape);

    /// <summary>Whether it is a draw whose value nobody has given yet.</summary>
    public bool IsOpen => Inner.IsOpen;

    /// <summary>Name, kind and distribution.</summary>
    public override string ToString() => $"{Name}: {Inner.Kind}, {Inner.Distribution}";
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
