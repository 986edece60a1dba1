// A joint model with named sites: a function of the handler that answers them; what runs it, and what changes it.
// Models and guides are programs. Their static companions are in Programs, for every application has a class Program of its own.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// A joint model p(z, x) with named sites, or a guide q(z), that returns a <typeparamref name="T"/>. Parameters are values that
/// its body closes over.
/// </summary>
/// <remarks>
/// <code>
/// var model = new Program&lt;Tensor&gt;(p =>
/// {
///     var z = p.Sample("z", Normal.Standard([20]));
///     p.Observe("x", decoder.Run(Mode.Train, z), x);
///     return z;
/// });
/// </code>
/// Its methods return new programs and change nothing. The one called first sees a site first, so that
/// <c>model.Condition(("z", z)).Trace()</c> traces the conditioned model.
/// </remarks>
/// <typeparam name="T">What it returns.</typeparam>
public sealed class Program<T> : IWrapper
{
    /// <summary>
    /// A program in the direct style: a function of its handler, run from the start for every trace and every draw.
    /// </summary>
    /// <param name="run">Meets each site once, under a name of its own.</param>
    public Program(Func<Handler, T> run)
    {
        Guard.NotNull(run);
        Inner = ProgramBridge.ofFunction(handler => run(new(handler)));
    }

    internal Program(Functional.Program<T> inner) => Inner = inner;

    internal Functional.Program<T> Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>Runs it as part of another program, every site answered by that program's handler.</summary>
    public T Run(Handler handler) => Inner.Run(Guard.NotNull(handler).Inner);

    // ---- queries ----

    /// <summary>The program with a function applied to what it returns.</summary>
    public Program<TNext> Select<TNext>(Func<T, TNext> f) => new(ProgramBridge.map(Guard.NotNull(f), Inner));

    /// <summary>The second program, made from what this one returns, after this one.</summary>
    public Program<TNext> SelectMany<TNext>(Func<T, Program<TNext>> next)
    {
        Guard.NotNull(next);
        return new(ProgramBridge.bind<T, TNext>(first => Guard.Returned(next(first), nameof(next)).Inner, Inner));
    }

    /// <summary>
    /// The second program after this one, and a function of what both return: <c>from a in first from b in next(a)</c>.
    /// </summary>
    public Program<TResult> SelectMany<TNext, TResult>(Func<T, Program<TNext>> next, Func<T, TNext, TResult> f)
    {
        Guard.NotNull(next);
        Guard.NotNull(f);
        return SelectMany(first => Guard.Returned(next(first), nameof(next)).Select(second => f(first, second)));
    }

    // ---- handlers ----

    /// <summary>
    /// Every site passes through the function before it is answered; all handlers below are made of it. It may give a site
    /// another name, kind, distribution, value or scale: <c>Rewrite(site => site with { Scale = 0.5 })</c>.
    /// </summary>
    public Program<T> Rewrite(Func<Site, Site> change)
    {
        Guard.NotNull(change);
        return new(ProgramBridge.rewrite(site => Guard.Returned(change(new(site)), nameof(change)).Inner, Inner));
    }

    /// <summary>Those sites become observations of those values: p(z, x) as a function of the rest.</summary>
    /// <exception cref="ArgumentException">
    /// A name is given twice. When the program runs: it did not meet one of the sites, or one is a factor or deterministic.
    /// </exception>
    public Program<T> Condition(params IEnumerable<(string Name, Tensor Value)> values) =>
        new(ProgramBridge.condition(Guard.Named(values), Inner));

    /// <inheritdoc cref="Condition(IEnumerable{ValueTuple{string, Tensor}})"/>
    public Program<T> Condition(IReadOnlyDictionary<string, Tensor> values) =>
        new(ProgramBridge.condition(Guard.Named(values), Inner));

    /// <summary>Those draws take those values and stay draws; gradients flow to the values.</summary>
    /// <exception cref="ArgumentException">
    /// A name is given twice. When the program runs: it did not meet one of the sites, or one is a factor or deterministic.
    /// </exception>
    public Program<T> Substitute(params IEnumerable<(string Name, Tensor Value)> values) =>
        new(ProgramBridge.substitute(Guard.Named(values), Inner));

    /// <inheritdoc cref="Substitute(IEnumerable{ValueTuple{string, Tensor}})"/>
    public Program<T> Substitute(IReadOnlyDictionary<string, Tensor> values) =>
        new(ProgramBridge.substitute(Guard.Named(values), Inner));

    /// <summary>
    /// Draws take the values they have in the trace, and plates the copies; what the trace does not have is drawn anew. After a
    /// trace of <see cref="Particles"/> the program broadcasts as it did there.
    /// </summary>
    public Program<T> Replay<TOther>(Trace<TOther> trace) =>
        new(Functional.ProgramModule.replay(Guard.NotNull(trace).Inner, Inner));

    /// <summary>Observations become draws: the model that makes data instead of explaining them.</summary>
    public Program<T> Uncondition() => new(Functional.ProgramModule.uncondition(Inner));

    /// <summary>
    /// Hides the sites for which the predicate holds: they take values as before, and no trace outside shows them or counts their
    /// density.
    /// </summary>
    public Program<T> Block(Predicate<Site> hides)
    {
        Guard.NotNull(hides);
        return new(ProgramBridge.block(site => hides(new(site)), Inner));
    }

    /// <summary>Every log-density times the factor.</summary>
    public Program<T> Scale(double factor) => new(Functional.ProgramModule.scale(factor, Inner));

    /// <summary>
    /// Log-densities count where the mask is true (dtype Bool, lined up with each site's batch); elsewhere they are 0, and
    /// without gradients.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// When the program runs: the mask is not Bool, or does not line up with a site.
    /// </exception>
    public Program<T> Mask(Tensor mask) => new(Functional.ProgramModule.mask(Guard.Inner(mask), Inner));

    /// <summary>All draws inside come from generators of their own with that seed.</summary>
    public Program<T> Seed(int seed) => new(Functional.ProgramModule.seed(seed, Inner));

    /// <summary>
    /// So many independent runs at once: every open draw gets a new batch axis to the left of all others, and a trace's
    /// log-density has one number for each run. Values reach the program as [count, 1, ..., own batch axes], so compute with
    /// them as with tensors that broadcast. Plates keep the same copies in all runs. The first time it runs the program once
    /// more, to count axes.
    /// </summary>
    /// <param name="count">How many runs, at least 1.</param>
    public Program<T> Particles(int count) => new(Functional.ProgramModule.particles(Guard.AtLeast(count, 1), Inner));

    /// <summary><see cref="Particles"/> without the run that counts axes.</summary>
    /// <param name="depth">At least as many batch axes (plates and leading ones) as any site of the program has.</param>
    /// <param name="count">How many runs, at least 1.</param>
    public Program<T> ParticlesWithin(int depth, int count) =>
        new(Functional.ProgramModule.particlesWithin(Guard.AtLeast(depth, 0), Guard.AtLeast(count, 1), Inner));

    /// <summary>
    /// Every open discrete draw of finite support takes all its values at once, along a new batch axis to the left of all
    /// others, and a trace's log-density sums it out exactly, plate by plate: log Σ_z p(z, x). Values reach the program as
    /// [count, 1, ..., own batch axes], so compute with them as with tensors that broadcast. Draws that handlers give a value
    /// are left alone. A draw inside a plate may be used in that plate only. In a chain the cost grows with its length, not
    /// exponentially. The first time it runs the program once more, to count axes. Source: Obermeyer et al., arXiv:1902.03210.
    /// </summary>
    /// <exception cref="NotSupportedException">When the program runs: a support is infinite.</exception>
    public Program<T> Enumerate() => new(Functional.ProgramModule.enumerate(Inner));

    /// <summary><see cref="Enumerate"/> without the run that counts axes.</summary>
    /// <param name="depth">At least as many batch axes (plates and leading ones) as any site of the program has.</param>
    /// <exception cref="ArgumentException">When the program runs: a value has more batch axes than that.</exception>
    /// <exception cref="NotSupportedException">When the program runs: a support is infinite.</exception>
    public Program<T> EnumerateWithin(int depth) => new(Functional.ProgramModule.enumerateWithin(Guard.AtLeast(depth, 0), Inner));

    // ---- what runs it ----

    /// <summary>
    /// The most batch axes that a site of the program has, plates and leading ones: the room that <see cref="ParticlesWithin"/>
    /// and <see cref="EnumerateWithin"/> need. Runs it once. The axes that <see cref="Enumerate"/> adds do not count.
    /// </summary>
    public int Depth() => Functional.ProgramModule.depth(Inner);

    /// <summary>
    /// Runs it and writes down its sites; what has no value is drawn, with pathwise gradients where the family has them.
    /// </summary>
    /// <exception cref="ArgumentException">Two sites have one name, or a distribution does not fit its plates.</exception>
    public Trace<T> Trace() => new(Functional.ProgramModule.trace(Inner));

    /// <summary>Runs it with fresh draws and returns its result; nothing is recorded for differentiation.</summary>
    public T Sample() => Functional.ProgramModule.sample(Inner);

    /// <summary>log p(z, x) in nats at those values of the draws: one number, or one for each leading index.</summary>
    /// <exception cref="ArgumentException">
    /// A name is given twice, the program did not meet one of the sites, or a value does not fit.
    /// </exception>
    public Tensor LogJoint(params IEnumerable<(string Name, Tensor Value)> values) =>
        new(ProgramBridge.logJoint(Guard.Named(values), Inner));

    /// <inheritdoc cref="LogJoint(IEnumerable{ValueTuple{string, Tensor}})"/>
    public Tensor LogJoint(IReadOnlyDictionary<string, Tensor> values) =>
        new(ProgramBridge.logJoint(Guard.Named(values), Inner));

    /// <summary>
    /// Asserts that a guide q(z) fits this model p(z, x): the same draws, of shapes that line up, in the same plates, inside the
    /// model's supports, and each with a pathwise gradient or enumerated. Runs both once.
    /// </summary>
    /// <exception cref="ArgumentException">The guide does not fit; the message names the first site that does not.</exception>
    public void Fits<TGuide>(Program<TGuide> guide) => Functional.ProgramModule.fits(Inner, Guard.NotNull(guide).Inner);

    /// <summary><see cref="Fits"/> where an estimator gives some draws a gradient although they have no pathwise one.</summary>
    /// <param name="differentiates">Whether a draw of the guide is one of them.</param>
    /// <param name="guide">q(z).</param>
    /// <exception cref="ArgumentException">The guide does not fit; the message names the first site that does not.</exception>
    public void FitsWith<TGuide>(Predicate<TracedSite> differentiates, Program<TGuide> guide)
    {
        Guard.NotNull(differentiates);
        ProgramBridge.fitsWith(site => differentiates(new(site)), Inner, Guard.NotNull(guide).Inner);
    }
}

// Programs of the library return its own tensors, or its own nothing.
internal static class ProgramConversions
{
    public static Program<Tensor> ToFacade(this Functional.Program<Functional.Tensors.Tensor> program) =>
        new(ProgramBridge.map<Functional.Tensors.Tensor, Tensor>(value => new(value), program));

    public static Program<ValueTuple> ToFacade(this Functional.Program<Microsoft.FSharp.Core.Unit> program) =>
        new(ProgramBridge.nothing(program));
}
