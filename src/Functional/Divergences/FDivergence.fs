// f-divergences D_f(p ‖ q) = E_q[f(p/q)]: their table, estimates from densities, and lower bounds from samples alone.
// f-GANs and density-ratio estimation train critics on these bounds; a divergence of one's own is made from f.
namespace Functional

open System
open Functional.Tensors

/// D_f(p ‖ q) = E_q[f(p/q)], in nats, for a convex f on u > 0, with what its dual bound needs: D_f ≥ E_p[T] - E_q[f*(T)] for
/// every T, with equality at T* = f'(p/q). Functions act element by element; those of u take log u, which neither overflows nor
/// loses digits. Conventions differ between libraries: each value's Formula says which f it is.
/// Source: Nowozin, Cseke & Tomioka, arXiv:1606.00709, equations 1 to 4, and tables 1, 2 and 6.
type FDivergence =
    {
        /// What messages and tables call it.
        Name: string
        /// f(u), and what it is called elsewhere.
        Formula: string
        /// Where it was defined or used for this.
        Source: string
        /// log u to f(u), also at u = 0.
        Generator: Tensor -> Tensor
        /// log u to f(u)/u, also at u = ∞: the generator of D_f(q ‖ p) at 1/u.
        Perspective: Tensor -> Tensor
        /// t to f*(t) = sup_u [u t - f(u)], for t in Domain; elsewhere it means nothing.
        Conjugate: Tensor -> Tensor
        /// The bounds of the t at which f* is finite.
        Domain: float * float
        /// Any number v to a t in Domain, increasing: the last layer of a critic.
        Activation: Tensor -> Tensor
        /// v to f*(Activation v), without the digits that t loses near the bounds of Domain.
        ConjugateOfActivation: Tensor -> Tensor
        /// log u to T* = f'(u), the best critic's value where p/q = u.
        OptimalCritic: Tensor -> Tensor
    }

    override this.ToString() = this.Name

/// The table of f-divergences, their estimates and their dual bounds.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module FDivergence =

    let private nowozin = "Nowozin, Cseke & Tomioka, arXiv:1606.00709, tables 1, 2 and 6"
    let private log2 = log 2.0
    let private everything = -infinity, infinity

    // ---- the table ----

    /// f(u) = u log u: the Kullback-Leibler divergence KL(p ‖ q). Large where q misses a part of p.
    let kl: FDivergence =
        { Name = "KL"
          Formula = "u log u, KL(p ‖ q)"
          Source = nowozin
          Generator = Generators.timesLog
          Perspective = id
          Conjugate = fun t -> (t - 1.0).exp()
          Domain = everything
          Activation = id
          ConjugateOfActivation = fun v -> (v - 1.0).exp()
          OptimalCritic = fun l -> l + 1.0 }

    /// f(u) = -log u: KL(q ‖ p). Large where q puts mass that p has not.
    let reverseKl: FDivergence =
        { Name = "reverse KL"
          Formula = "-log u, KL(q ‖ p)"
          Source = nowozin
          Generator = fun l -> -l
          Perspective = fun l -> Generators.timesLog -l
          Conjugate = fun t -> -(-t).log() - 1.0
          Domain = -infinity, 0.0
          Activation = fun v -> -(-v).exp()
          ConjugateOfActivation = fun v -> v - 1.0
          OptimalCritic = fun l -> -(-l).exp() }

    /// f(u) = (u - 1)²: Pearson's χ², E_q[(p/q - 1)²].
    let pearson: FDivergence =
        { Name = "Pearson"
          Formula = "(u - 1)², Pearson's chi-squared; some authors take half of it"
          Source = nowozin
          Generator = fun l -> (l.expm1 ()).square()
          Perspective = Generators.squaredOdds
          Conjugate = fun t -> t.square () * 0.25 + t
          Domain = everything
          Activation = id
          ConjugateOfActivation = fun v -> v.square () * 0.25 + v
          OptimalCritic = fun l -> l.expm1 () * 2.0 }

    /// f(u) = (1 - u)²/u: Neyman's χ², Pearson's of (q, p).
    let neyman: FDivergence =
        { Name = "Neyman"
          Formula = "(1 - u)² / u, Neyman's chi-squared; some authors take half of it"
          Source = nowozin
          Generator = Generators.squaredOdds
          Perspective = fun l -> ((-l).expm1()).square()
          Conjugate = fun t -> 2.0 - (1.0 - t).sqrt() * 2.0
          Domain = -infinity, 1.0
          Activation = fun v -> -(-v).expm1()
          ConjugateOfActivation = fun v -> (v * -0.5).expm1() * -2.0
          OptimalCritic = fun l -> -(l * -2.0).expm1() }

    /// f(u) = (√u - 1)²: ∫(√p - √q)², twice the squared Hellinger distance where that is defined with a factor of ½; at most 2.
    let squaredHellinger: FDivergence =
        { Name = "squared Hellinger"
          Formula = "(√u - 1)², twice the squared Hellinger distance of those who halve the integral"
          Source = nowozin
          Generator = fun l -> ((l * 0.5).expm1()).square()
          Perspective = fun l -> ((l * -0.5).expm1()).square()
          Conjugate = fun t -> t / (1.0 - t)
          Domain = -infinity, 1.0
          Activation = fun v -> -(-v).expm1()
          ConjugateOfActivation = _.expm1()
          OptimalCritic = fun l -> -(l * -0.5).expm1() }

    /// f(u) = u log u - (u + 1) log((u + 1)/2): KL(p ‖ m) + KL(q ‖ m) with m = (p + q)/2, twice the Jensen-Shannon divergence; at
    /// most 2 log 2.
    let jensenShannon: FDivergence =
        { Name = "Jensen-Shannon"
          Formula = "u log u - (u + 1) log((u + 1)/2), twice the Jensen-Shannon divergence"
          Source = nowozin
          Generator = Generators.jensenShannon
          Perspective = fun l -> Generators.jensenShannon -l
          Conjugate = fun t -> -(Logarithms.complement (t - log2) + log2)
          Domain = -infinity, log2
          Activation = fun v -> log2 - (-v).softplus()
          ConjugateOfActivation = fun v -> v.softplus () - log2
          OptimalCritic = fun l -> log2 - (-l).softplus() }

    /// f(u) = u log u - (u + 1) log(u + 1): the original GAN's value function at its best critic, twice the Jensen-Shannon
    /// divergence less log 4: f(1) = -log 4, and so the divergence of p from itself. Its dual bound is
    /// E_p[log D] + E_q[log(1 - D)] with D = sigmoid v. Source: Goodfellow et al., arXiv:1406.2661, equation 1 and theorem 1.
    let gan: FDivergence =
        { Name = "GAN"
          Formula = "u log u - (u + 1) log(u + 1), twice the Jensen-Shannon divergence less log 4"
          Source = $"Goodfellow et al., arXiv:1406.2661, equation 1; {nowozin}"
          Generator = Generators.gan
          Perspective = fun l -> Generators.gan -l
          Conjugate = fun t -> -Logarithms.complement t
          Domain = -infinity, 0.0
          Activation = _.logsigmoid()
          ConjugateOfActivation = _.softplus()
          OptimalCritic = _.logsigmoid() }

    /// f(u) = (u - 1) log u: KL(p ‖ q) + KL(q ‖ p). f*(t) = W + 1/W + t - 2 with W = W(exp(1 - t)), Lambert's function.
    let jeffrey: FDivergence =
        // In y = log W, where y + W = 1 - t.
        let conjugate (t: Tensor) =
            let y = LambertW.logOfExp (1.0 - t)
            (-y).expm1() - y

        { Name = "Jeffrey"
          Formula = "(u - 1) log u, KL + reverse KL; some authors take half of it"
          Source = nowozin
          Generator = fun l -> l * l.expm1 ()
          Perspective = fun l -> -(l * (-l).expm1())
          Conjugate = conjugate
          Domain = everything
          Activation = id
          ConjugateOfActivation = conjugate
          OptimalCritic = fun l -> l + 1.0 - (-l).exp() }

    /// f(u) = ½|u - 1|: the total variation distance sup_A |p(A) - q(A)|; at most 1. Not smooth: T* jumps where p = q.
    let totalVariation: FDivergence =
        { Name = "total variation"
          Formula = "|u - 1| / 2, the total variation distance; some authors take twice that"
          Source = nowozin
          Generator = fun l -> (l.expm1 ()).abs() * 0.5
          Perspective = fun l -> ((-l).expm1()).abs() * 0.5
          Conjugate = id
          Domain = -0.5, 0.5
          Activation = fun v -> v.tanh () * 0.5
          ConjugateOfActivation = fun v -> v.tanh () * 0.5
          OptimalCritic = fun l -> l.sign () * 0.5 }

    /// f(u) = (u^α - 1 - α (u - 1)) / (α (α - 1)), for any α but 0 and 1, where its limits are reverse KL and KL. α = ½ is twice
    /// the squared Hellinger row, α = 2 half of Pearson, α = -1 half of Neyman. For α > 1, f* is constant below -1/(α - 1) and
    /// finite everywhere; the critic's output is taken as it is. For α < 1, t is less than 1/(1 - α), and v an estimate of log u.
    /// Raises ArgumentException for α = 0 and α = 1. Source: Cichocki & Amari, Entropy 12 (2010), equation 54.
    let alpha (alpha: float) : FDivergence =
        if alpha = 0.0 || alpha = 1.0 || not (Double.IsFinite alpha) then
            raise (Errors.FDivergence.alpha alpha)

        let rest = alpha - 1.0

        let conjugate (t: Tensor) =
            let inside = t * rest + 1.0
            ((if rest > 0.0 then inside.clamp (low = 0.0) else inside).pow(alpha / rest) - 1.0) / alpha

        let slope (l: Tensor) = (l * rest).expm1() / rest

        { Name = $"alpha {alpha}"
          Formula = $"(u^α - 1 - α (u - 1)) / (α (α - 1)) with α = {alpha}"
          Source = $"Cichocki & Amari, Entropy 12 (2010), equation 54; {nowozin}"
          Generator = Generators.alpha alpha
          Perspective = fun l -> Generators.alpha (1.0 - alpha) -l
          Conjugate = conjugate
          Domain = if rest > 0.0 then everything else -infinity, -1.0 / rest
          Activation = if rest > 0.0 then id else slope
          ConjugateOfActivation = if rest > 0.0 then conjugate else fun v -> (v * alpha).expm1() / alpha
          OptimalCritic = slope }

    /// The table: every named divergence, and α-divergences on either side of 0 and 1. Laws and samples run over it.
    let all: FDivergence list =
        [ kl; reverseKl; pearson; neyman; squaredHellinger; jensenShannon; gan; jeffrey; totalVariation ]
        @ List.map alpha [ -0.5; 0.5; 1.5 ]

    // ---- divergences of the user's own ----

    /// The divergence with another last layer for its critic: an increasing function from all numbers into Domain.
    let withActivation (activation: Tensor -> Tensor) (divergence: FDivergence) : FDivergence =
        { divergence with
            Activation = activation
            ConjugateOfActivation = fun v -> divergence.Conjugate(activation v) }

    /// A divergence from its generator alone: f maps tensors of positive numbers element by element, is convex, f(1) = 0, and is
    /// written in operations that are differentiated. f* is found numerically, Legendre's transform by Newton's method and
    /// bisection; a critic's output v stands for log u: its activation is f'(exp v), of which f* is exp v f'(exp v) - f(exp v)
    /// without any search. Everything is computed in float64. f* is once differentiable. Where f is not smooth, f' has no slope to
    /// train a critic by: give one with `withActivation`. Where u is so large, or small, that u f'(u) - f(u) has fewer than six digits
    /// left, v is taken for the bound beyond which that is so: in both terms of the dual bound, which stays one.
    /// Raises ArgumentException when f is not convex on exp(-10) ≤ u ≤ exp 10 or f(1) is not 0.
    let ofGenerator (name: string) (f: Tensor -> Tensor) : FDivergence =
        OwnGenerator.check name f
        let reach = Legendre.reach
        let slope = Legendre.derivative f
        let atZero = OwnGenerator.limit f -reach
        let steepest = OwnGenerator.limit slope reach
        let u (l: Tensor) = (l.clamp (-reach, reach)).exp()
        let low, high = OwnGenerator.keptDigits f
        let ofCritic (v: Tensor) = (v.clamp (low, high)).exp()

        let generator (l: Tensor) =
            dsharp.where (l.gt -reach, f (u l), l.scalarLike atZero)

        let perspective (l: Tensor) =
            dsharp.where (l.lt reach, f (u l) / u l, l.scalarLike steepest)

        { Name = name
          Formula = "the caller's own f"
          Source = "Nowozin, Cseke & Tomioka, arXiv:1606.00709, section 2"
          Generator = OwnGenerator.inDouble generator
          Perspective = OwnGenerator.inDouble perspective
          Conjugate = Legendre.conjugate f steepest
          Domain = -infinity, steepest
          Activation = OwnGenerator.inDouble (fun v -> slope (ofCritic v))
          ConjugateOfActivation = OwnGenerator.inDouble (fun v -> OwnGenerator.conjugateAt f (ofCritic v))
          OptimalCritic = OwnGenerator.inDouble (fun l -> slope (u l)) }

    // ---- estimates from densities ----

    /// (1/n) Σ_i f(p(x_i)/q(x_i)) and its standard error, from log p(x_i) - log q(x_i) at draws x_i of q along the first axis.
    /// Unbiased. Of no use where p is far out in q's tails: the draws miss what matters, and the error with it.
    let ofDrawsFromQ (divergence: FDivergence) (logRatios: Tensor) : Estimate =
        Estimate.ofDraws (divergence.Generator logRatios)

    /// (1/n) Σ_i f(p(x_i)/q(x_i)) q(x_i)/p(x_i) and its standard error, from log p(x_i) - log q(x_i) at draws x_i of p along the
    /// first axis. Unbiased where p is positive wherever q is; KL has far less variance here than in `ofDrawsFromQ`.
    let ofDrawsFromP (divergence: FDivergence) (logRatios: Tensor) : Estimate =
        Estimate.ofDraws (divergence.Perspective logRatios)

    /// D_f(p ‖ q) from so many draws of q: one estimate for each batch element.
    let estimateFromQ (divergence: FDivergence) (samples: int) (p: Distribution) (q: Distribution) : Estimate =
        let value, logQ = q.SampleAndLogProb [ samples ]
        ofDrawsFromQ divergence (p.LogProb value - logQ)

    /// D_f(p ‖ q) from so many draws of p: one estimate for each batch element.
    let estimateFromP (divergence: FDivergence) (samples: int) (p: Distribution) (q: Distribution) : Estimate =
        let value, logP = p.SampleAndLogProb [ samples ]
        ofDrawsFromP divergence (logP - q.LogProb value)

    /// Σ_x q(x) f(p(x)/q(x)) over the last axis, from the log-probabilities of the same values; 0 f(0/0) = 0, and where q(x) = 0 a
    /// term is p(x) f'(∞).
    let ofLogProbabilities (divergence: FDivergence) (logP: Tensor) (logQ: Tensor) : Tensor =
        let isNone = (logP.eq -infinity).logicalAnd(logQ.eq -infinity)
        let l = dsharp.where (isNone, logP.scalarLike 0.0, logP - logQ)
        let zero = l.scalarLike 0.0
        let isBelow = l.le 0.0
        // Each of the two functions is asked for small u (or 1/u) only, where it cannot overflow.
        let below = ClosedForm.weighted (logQ.exp ()) (divergence.Generator(dsharp.where (isBelow, l, zero)))
        let above = ClosedForm.weighted (logP.exp ()) (divergence.Perspective(dsharp.where (isBelow, zero, l)))
        (dsharp.where (isBelow, below, above)).sum -1

    /// D_f(p ‖ q) exactly, as the sum over a finite support that p and q share: one number for each batch element.
    /// Raises ArgumentException when their supports differ, NotSupportedException when they cannot be listed.
    let exact (divergence: FDivergence) (p: Distribution) (q: Distribution) : Tensor =
        match Shapes.tryLineUp p.BatchShape q.BatchShape with
        | Some batch when p.EventShape = q.EventShape ->
            let p, q = p.Expand batch, q.Expand batch
            let values, ofQ = p.EnumerateSupport(), q.EnumerateSupport()

            if values.shape <> ofQ.shape || not ((values.eq ofQ).all().toBool()) then
                raise (Errors.FDivergence.supports p.Name values.shape[0] q.Name ofQ.shape[0])

            let valuesLast (t: Tensor) = t.permute ([ 1 .. t.dim - 1 ] @ [ 0 ])
            ofLogProbabilities divergence (valuesLast (p.LogProb values)) (valuesLast (q.LogProb values))
        | _ -> raise (Errors.FDivergence.shapes p.Name p.BatchShape p.EventShape q.Name q.BatchShape q.EventShape)

    // ---- dual bounds from samples ----

    /// E_p[T] - E_q[f*(T)] ≤ D_f(p ‖ q) with T = g_f(v), from a critic's outputs v at samples of p and of q, any number of each: a
    /// scalar with terms `critic` and `conjugate`, to be maximised in the critic. Equation 6 of the paper.
    let dualOfOutputs (divergence: FDivergence) (onP: Tensor) (onQ: Tensor) : Loss =
        Loss.term "critic" ((divergence.Activation onP).mean())
        - Loss.term "conjugate" ((divergence.ConjugateOfActivation onQ).mean())

    /// The same from the samples, for a critic of any kind in training: its raw output is v. A training step minimises
    /// `-1.0 * FDivergence.dual divergence critic p q`. On the samples that the critic was trained on it may exceed D_f.
    let dual (divergence: FDivergence) (critic: Net<Tensor, Tensor>) (p: Tensor) (q: Tensor) : Loss =
        dualOfOutputs divergence (critic.Run(Mode.Train, p)) (critic.Run(Mode.Train, q))

    /// The bound of a critic in use, and its standard error, from samples that it was not trained on. Not recorded for
    /// differentiation.
    let dualEstimate (divergence: FDivergence) (critic: Net<Tensor, Tensor>) (p: Tensor) (q: Tensor) : Estimate =
        Gradient.off (fun () ->
            let onP = Estimate.ofDraws ((divergence.Activation(critic.Run(Mode.Eval, p))).view -1)
            let onQ = Estimate.ofDraws ((divergence.ConjugateOfActivation(critic.Run(Mode.Eval, q))).view -1)

            { Value = onP.Value - onQ.Value
              StandardError = (onP.StandardError.square () + onQ.StandardError.square ()).sqrt() })
