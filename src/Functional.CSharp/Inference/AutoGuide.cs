// Guides made from the model: a normal distribution over the coordinates of its draws, taken onto their supports.
// Variational inference where no amortized or structured guide is called for; every objective takes their programs.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Where a guide begins: <c>new GuideStart { Scale = 0.5 }</c>.</summary>
public sealed class GuideStart
{
    /// <summary>Its location, of shape [D]. Default: the median of a few draws from the prior.</summary>
    public Func<Unconstrained, Tensor>? Location { get; init; }

    /// <summary>The standard deviation of each coordinate, positive. Default: 0.1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public double Scale { get; init => field = Guard.Positive(value, nameof(Scale)); } = 0.1;

    internal static Functional.GuideStart ToInner(GuideStart? start)
    {
        start ??= new();

        return GuideBridge.start(
            start.Location is { } location ? space => Guard.Returned(location(new(space)), nameof(Location)).Inner : null,
            start.Scale);
    }
}

/// <summary>
/// q(z): z = T(u) for u from a distribution over R^D, with the model's sites under their names. Making one runs the model a few
/// times.
/// </summary>
/// <remarks>
/// <code>
/// var guide = AutoGuide.FullRank(model);
/// await Variational.FitAsync(model, guide);
/// var weights = guide.Sample(1000)["weights"];
/// </code>
/// </remarks>
public sealed class AutoGuide : IWrapper
{
    internal AutoGuide(Functional.AutoGuide inner)
    {
        Inner = inner;
        Program = new(GuideBridge.program(inner));
        Parameters = Array.AsReadOnly(Array.ConvertAll(GuideBridge.parameters(inner), parameter => new Parameter(parameter)));
        Space = new(inner.Space);
    }

    internal Functional.AutoGuide Inner { get; }

    object IWrapper.Inner => Inner;

    /// <summary>Which kind of guide it is.</summary>
    public string Name => Inner.Name;

    /// <summary>The draws of the model's sites, with log q(z).</summary>
    public Program<ValueTuple> Program { get; }

    /// <summary>What fitting changes.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The model's draws as coordinates.</summary>
    public Unconstrained Space { get; }

    /// <summary>q(u) over R^D with the parameters as they are.</summary>
    public Distribution Posterior => Distribution.Wrap(Inner.Posterior);

    /// <summary><paramref name="count"/> draws of each site, along a first axis, not recorded for differentiation.</summary>
    /// <param name="count">How many, at least 1.</param>
    public IReadOnlyDictionary<string, Tensor> Sample(int count) =>
        Guard.ByName(GuideBridge.sample(Inner, Guard.AtLeast(count, 1)));

    /// <summary>
    /// q(u) = Π_j N(u_j; m_j, σ_j²): every coordinate by itself. Its sites are diagonal normals taken onto their supports, so
    /// that the Kullback-Leibler divergence from a normal prior is in closed form. Too narrow where the posterior is correlated:
    /// of a normal posterior with precision Λ it finds the mean, and 1/Λ_jj for variances. Kucukelbir et al., arXiv:1603.00788,
    /// equation 5.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="start">Where it begins. Default: at the median of the prior, with scale 0.1.</param>
    /// <exception cref="ArgumentException">
    /// The model is not one of <see cref="Unconstrained.FromProgram"/>, or the start is not of shape [D].
    /// </exception>
    public static AutoGuide MeanField<T>(Program<T> model, GuideStart? start = null) =>
        new(Functional.AutoGuideModule.meanFieldFrom(GuideStart.ToInner(start), Guard.NotNull(model).Inner));

    /// <summary>
    /// q(u) = N(u; m, L Lᵀ) with L = diag(σ)(I + A), A strictly lower triangular: D(D + 3)/2 numbers. Each site is drawn from its
    /// conditional, given those before it. For up to a few hundred coordinates; beyond, <see cref="LowRank"/>. Kucukelbir et al.,
    /// arXiv:1603.00788, section 2.5.
    /// </summary>
    /// <inheritdoc cref="MeanField"/>
    public static AutoGuide FullRank<T>(Program<T> model, GuideStart? start = null) =>
        new(Functional.AutoGuideModule.fullRankFrom(GuideStart.ToInner(start), Guard.NotNull(model).Inner));

    /// <summary>
    /// q(u) = N(u; m, diag(σ)(I + V Vᵀ) diag(σ)) with V of shape [D; rank]. Each site is drawn from its conditional, given those
    /// before it. Ong, Nott &amp; Smith 2018, arXiv:1701.03208, equation 3.
    /// </summary>
    /// <param name="model">p(z, x).</param>
    /// <param name="rank">How many columns V has, from 1 to D.</param>
    /// <param name="start">Where it begins. Default: at the median of the prior, with scale 0.1.</param>
    /// <exception cref="ArgumentException">
    /// The model is not one of <see cref="Unconstrained.FromProgram"/>, the start is not of shape [D], or the rank is above D.
    /// </exception>
    public static AutoGuide LowRank<T>(Program<T> model, int rank, GuideStart? start = null) =>
        new(Functional.AutoGuideModule.lowRankFrom(
            GuideStart.ToInner(start), Guard.AtLeast(rank, 1), Guard.NotNull(model).Inner));

    /// <summary>
    /// All mass at one point, with log q = 0: maximising a bound with it maximises log p(z, x) over z, which is the maximum a
    /// posteriori. What comes out is that number and no bound on the evidence: a density at a point depends on the units of z,
    /// and cannot be compared with the bounds of other guides. <see cref="Map"/> finds the same without a learning rate.
    /// </summary>
    /// <inheritdoc cref="MeanField"/>
    public static AutoGuide Delta<T>(Program<T> model, GuideStart? start = null) =>
        new(Functional.AutoGuideModule.deltaFrom(GuideStart.ToInner(start), Guard.NotNull(model).Inner));

    /// <summary>Kind and dimension.</summary>
    public override string ToString() => Inner.ToString();
}
