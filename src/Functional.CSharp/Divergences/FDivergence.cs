// f-divergences D_f(p ‖ q) = E_q[f(p/q)]: their table, estimates from densities, and lower bounds from samples alone.
// f-GANs and density-ratio estimation train critics on these bounds; a divergence of one's own is made from f.
using Functional.Interop;
using FDivergences = Functional.FDivergenceModule;

namespace Functional.CSharp;

/// <summary>
/// D_f(p ‖ q) = E_q[f(p/q)], in nats, for a convex f on u &gt; 0, with what its dual bound needs: D_f ≥ E_p[T] - E_q[f*(T)] for
/// every T, with equality at T* = f'(p/q). Functions act element by element; those of u take log u, which neither overflows nor
/// loses digits. Conventions differ between libraries: <see cref="Formula"/> says which f it is. Nowozin, Cseke &amp; Tomioka,
/// arXiv:1606.00709, tables 1, 2 and 6.
/// </summary>
public sealed class FDivergence
{
    internal FDivergence(Functional.FDivergence inner) => Inner = inner;

    internal Functional.FDivergence Inner { get; }

    /// <summary>f(u) = u log u: KL(p ‖ q). Large where q misses a part of p.</summary>
    public static FDivergence Kl { get; } = new(FDivergences.kl);

    /// <summary>f(u) = -log u: KL(q ‖ p). Large where q puts mass that p has not.</summary>
    public static FDivergence ReverseKl { get; } = new(FDivergences.reverseKl);

    /// <summary>f(u) = (u - 1)²: Pearson's χ².</summary>
    public static FDivergence Pearson { get; } = new(FDivergences.pearson);

    /// <summary>f(u) = (1 - u)²/u: Neyman's χ², Pearson's of (q, p).</summary>
    public static FDivergence Neyman { get; } = new(FDivergences.neyman);

    /// <summary>f(u) = (√u - 1)²: ∫(√p - √q)², at most 2; some authors take half of it.</summary>
    public static FDivergence SquaredHellinger { get; } = new(FDivergences.squaredHellinger);

    /// <summary>f(u) = u log u - (u + 1) log((u + 1)/2): twice the Jensen-Shannon divergence, at most 2 log 2.</summary>
    public static FDivergence JensenShannon { get; } = new(FDivergences.jensenShannon);

    /// <summary>
    /// f(u) = u log u - (u + 1) log(u + 1): the original GAN's value at its best critic, twice the Jensen-Shannon divergence less
    /// log 4.
    /// </summary>
    public static FDivergence Gan { get; } = new(FDivergences.gan);

    /// <summary>f(u) = (u - 1) log u: KL(p ‖ q) + KL(q ‖ p).</summary>
    public static FDivergence Jeffrey { get; } = new(FDivergences.jeffrey);

    /// <summary>f(u) = ½|u - 1|: the total variation distance, at most 1.</summary>
    public static FDivergence TotalVariation { get; } = new(FDivergences.totalVariation);

    /// <summary>The table: every named divergence, and α-divergences on either side of 0 and 1.</summary>
    public static IReadOnlyList<FDivergence> All { get; } =
        Array.ConvertAll(FDivergenceBridge.all, divergence => new FDivergence(divergence));

    /// <summary>What messages and tables call it.</summary>
    public string Name => Inner.Name;

    /// <summary>f(u), and what it is called elsewhere.</summary>
    public string Formula => Inner.Formula;

    /// <summary>Where it was defined or used for this.</summary>
    public string Source => Inner.Source;

    /// <summary>The bounds of the t at which f* is finite.</summary>
    public (double Lowest, double Highest) Domain => (FDivergenceBridge.lowest(Inner), FDivergenceBridge.highest(Inner));

    /// <summary>f(u) = (u^α - 1 - α (u - 1)) / (α (α - 1)).</summary>
    /// <param name="alpha">Any number but 0 and 1, where the limits are <see cref="ReverseKl"/> and <see cref="Kl"/>.</param>
    /// <exception cref="ArgumentException">It is 0 or 1.</exception>
    public static FDivergence Alpha(double alpha) => new(FDivergences.alpha(alpha));

    /// <summary>
    /// A divergence from its generator alone. f* is found numerically; a critic's output stands for log u. Where f is not smooth,
    /// give a critic another last layer with <see cref="WithActivation"/>.
    /// </summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="f">Positive numbers to f(u), element by element, in operations that are differentiated.</param>
    /// <exception cref="ArgumentException">f is not convex on exp(-10) ≤ u ≤ exp(10), or f(1) is not 0.</exception>
    public static FDivergence FromGenerator(string name, Func<Tensor, Tensor> f)
    {
        Guard.NotNull(f);
        return new(FDivergenceBridge.ofGenerator(Guard.Path(name), u => Guard.Inner(f(new(u)))));
    }

    /// <summary>The divergence with another last layer: an increasing function from all numbers into the domain of f*.</summary>
    public FDivergence WithActivation(Func<Tensor, Tensor> activation)
    {
        Guard.NotNull(activation);
        return new(FDivergenceBridge.withActivation(v => Guard.Inner(activation(new(v))), Inner));
    }

    /// <summary>log u to f(u), also at u = 0.</summary>
    public Tensor Generator(Tensor logRatio) => new(FDivergenceBridge.generator(Inner, Guard.Inner(logRatio)));

    /// <summary>log u to f(u)/u, also at u = ∞.</summary>
    public Tensor Perspective(Tensor logRatio) => new(FDivergenceBridge.perspective(Inner, Guard.Inner(logRatio)));

    /// <summary>t to f*(t), for t in the domain.</summary>
    public Tensor Conjugate(Tensor t) => new(FDivergenceBridge.conjugate(Inner, Guard.Inner(t)));

    /// <summary>Any number v to a t in the domain: the last layer of a critic.</summary>
    public Tensor Activation(Tensor v) => new(FDivergenceBridge.activation(Inner, Guard.Inner(v)));

    /// <summary>v to f* of its activation, without the digits that t loses near the bounds of the domain.</summary>
    public Tensor ConjugateOfActivation(Tensor v) => new(FDivergenceBridge.conjugateOfActivation(Inner, Guard.Inner(v)));

    /// <summary>log u to T* = f'(u), the best critic's value where p/q = u.</summary>
    public Tensor OptimalCritic(Tensor logRatio) => new(FDivergenceBridge.optimalCritic(Inner, Guard.Inner(logRatio)));

    /// <summary>The estimate and its standard error, from log p(x) - log q(x) at draws x of q along the first axis.</summary>
    public Estimate OfDrawsFromQ(Tensor logRatios) => Wrap(FDivergences.ofDrawsFromQ(Inner, Guard.Inner(logRatios)));

    /// <summary>The estimate and its standard error, from log p(x) - log q(x) at draws x of p along the first axis.</summary>
    public Estimate OfDrawsFromP(Tensor logRatios) => Wrap(FDivergences.ofDrawsFromP(Inner, Guard.Inner(logRatios)));

    /// <summary>D_f(p ‖ q) from draws of q: one estimate for each distribution of the batch.</summary>
    /// <param name="p">What q is compared with.</param>
    /// <param name="q">Where the draws come from.</param>
    /// <param name="samples">How many draws, at least 2. Default: 1000.</param>
    public Estimate EstimateFromQ(Distribution p, Distribution q, int samples = 1000) =>
        Wrap(FDivergences.estimateFromQ(Inner, Guard.AtLeast(samples, 2), Guard.Inner(p), Guard.Inner(q)));

    /// <summary>D_f(p ‖ q) from draws of p: one estimate for each distribution of the batch.</summary>
    /// <param name="p">Where the draws come from.</param>
    /// <param name="q">What p is compared with.</param>
    /// <param name="samples">How many draws, at least 2. Default: 1000.</param>
    public Estimate EstimateFromP(Distribution p, Distribution q, int samples = 1000) =>
        Wrap(FDivergences.estimateFromP(Inner, Guard.AtLeast(samples, 2), Guard.Inner(p), Guard.Inner(q)));

    /// <summary>
    /// Σ q(x) f(p(x)/q(x)) over the last axis, from the log-probabilities of the same values; where q(x) = 0 a term is p(x) f'(∞).
    /// </summary>
    public Tensor OfLogProbabilities(Tensor logP, Tensor logQ) =>
        new(FDivergences.ofLogProbabilities(Inner, Guard.Inner(logP), Guard.Inner(logQ)));

    /// <summary>D_f(p ‖ q) exactly, as the sum over a finite support that p and q share.</summary>
    /// <exception cref="ArgumentException">Their supports differ.</exception>
    /// <exception cref="NotSupportedException">A support cannot be listed.</exception>
    public Tensor Exact(Distribution p, Distribution q) => new(FDivergences.exact(Inner, Guard.Inner(p), Guard.Inner(q)));

    /// <summary>
    /// E_p[T] - E_q[f*(T)] ≤ D_f(p ‖ q), from a critic's outputs v at samples of p and of q, any number of each: a scalar with
    /// terms `critic` and `conjugate`, to be maximised in the critic.
    /// </summary>
    public Loss DualOfOutputs(Tensor onP, Tensor onQ) => new(FDivergences.dualOfOutputs(Inner, Guard.Inner(onP), Guard.Inner(onQ)));

    /// <summary>
    /// The same from the samples, for a critic in training: its raw output is v. A training step minimises
    /// <c>-divergence.Dual(critic, p, q)</c>.
    /// </summary>
    public Loss Dual(Net<Tensor, Tensor> critic, Tensor p, Tensor q) =>
        new(FDivergences.dual(Inner, Guard.NotNull(critic).ToInner(), Guard.Inner(p), Guard.Inner(q)));

    /// <summary>
    /// The bound of a critic in use, and its standard error, from samples that it was not trained on. Not recorded for
    /// differentiation.
    /// </summary>
    public Estimate DualEstimate(Net<Tensor, Tensor> critic, Tensor p, Tensor q) =>
        Wrap(FDivergences.dualEstimate(Inner, Guard.NotNull(critic).ToInner(), Guard.Inner(p), Guard.Inner(q)));

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    private static Estimate Wrap(Functional.Estimate estimate) => new(new(estimate.Value), new(estimate.StandardError));
}
