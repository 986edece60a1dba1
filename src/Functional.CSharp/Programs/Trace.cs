// What happened when a program ran: each site with its value and log-density, and their sum.
// Program.Trace writes it; Program.Replay runs another program with its values.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A site that has been answered.</summary>
public sealed class TracedSite : IWrapper
{
    internal TracedSite(Functional.TracedSite inner) => Inner = inner;

    internal Functional.TracedSite Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>What the program asked, as the handlers left it.</summary>
    public Site Site => new(Inner.Site);

    /// <summary>Its name.</summary>
    public string Name => Inner.Name;

    /// <summary>Whether it was drawn, observed, a factor or deterministic.</summary>
    public SiteKind Kind => Inner.Kind.ToFacade();

    /// <summary>Its distribution, expanded to its plates.</summary>
    public Distribution Distribution => Distribution.Wrap(Inner.Distribution);

    /// <summary>Its value, of shape leading axes + plates + EventShape.</summary>
    public Tensor Value => new(Inner.Value);

    /// <summary>The plates it stands in, the innermost first.</summary>
    public IReadOnlyList<Plate> Plates => Plate.List(SiteBridge.plates(Inner.Site));

    /// <summary>What its log-density is multiplied by: by handlers, and N / B of each plate.</summary>
    public double Scale => Inner.Scale;

    /// <summary>log p(value) in nats before it is scaled, of shape leading axes + plates.</summary>
    /// <exception cref="ArgumentException">The value does not fit the distribution; the message names the site.</exception>
    public Tensor LogDensity => new(Inner.LogDensity);

    /// <summary>
    /// The log-density summed over the plates, times Scale: what the site adds to the log-joint, of shape leading axes.
    /// </summary>
    /// <exception cref="ArgumentException">The value does not fit the distribution; the message names the site.</exception>
    public Tensor Contribution => new(Inner.Contribution);

    internal static IReadOnlyList<TracedSite> List(Functional.TracedSite[] sites) =>
        Array.AsReadOnly(Array.ConvertAll(sites, site => new TracedSite(site)));
}

/// <summary>A run of a program: its sites in the order in which they were met, and what it returned. Prints as a table.</summary>
/// <typeparam name="T">What the program returned.</typeparam>
public sealed class Trace<T> : IWrapper
{
    private IReadOnlyList<TracedSite>? sites;

    internal Trace(Functional.Trace<T> inner) => Inner = inner;

    internal Functional.Trace<T> Inner { get; }

    // Scopes look into both; the library behind cannot see what a result of the facade holds.
    object IWrapper.Inner => ValueTuple.Create(Inner, Result);

    /// <summary>What the program returned.</summary>
    public T Result => Inner.Result;

    /// <summary>Its sites in order.</summary>
    public IReadOnlyList<TracedSite> Sites => sites ??= TracedSite.List(TraceBridge.sites(Inner));

    /// <summary>The draws.</summary>
    public IReadOnlyList<TracedSite> Latents => TracedSite.List(TraceBridge.latents(Inner));

    /// <summary>The plates that its sites stand in.</summary>
    public IReadOnlyList<Plate> Plates => Plate.List(TraceBridge.plates(Inner));

    /// <summary>The site of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists the sites.</exception>
    public TracedSite this[string name] => new(Inner[Guard.NotNull(name)]);

    /// <summary>The site of that name, or null: <c>if (trace.TryFind("z") is { } site)</c>.</summary>
    public TracedSite? TryFind(string name) => TraceBridge.tryFind(Inner, Guard.NotNull(name)) is { } site ? new(site) : null;

    /// <summary>
    /// log p(z, x) = Σ_sites scale · Σ_plates log p(site), in nats; enumerated sites are summed out. It has the leading axes that
    /// the sites share beside their plates, one number for each: a batch of examples, or particles.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A draw lacks leading axes that another site has: put that site in a plate, or make its axes event axes. Or the value of a
    /// site does not fit its distribution. The message names the sites.
    /// </exception>
    public Tensor LogDensity => new(Inner.LogDensity);

    /// <summary>A table of the sites: kind, distribution, shapes, plates, scale and log-density. Waits for the device.</summary>
    public override string ToString() => Inner.ToString();
}
