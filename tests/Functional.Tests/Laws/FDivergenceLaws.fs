// The laws of f-divergences and of their dual bounds (shared/laws.md, section 5), for every entry of FDivergence.all and for
// divergences made of f alone. Run with the whole suite; an entry of the table is tested because it is in the table.
module internal Functional.Tests.FDivergenceLaws

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

// ---- what is tested ----

/// (u - 1)²/(u + 1), the triangular discrimination: not in the table. Source: Topsøe, IEEE Trans. Inf. Theory 46 (2000).
let private triangular = FDivergence.ofGenerator "triangular" (fun u -> (u - 1.0).square() / (u + 1.0))

let private alphaGenerator (a: float) (u: Tensor) =
    (u.pow a - 1.0 - (u - 1.0) * a) / (a * (a - 1.0))

/// Made again from f alone, as a user would write it; all but GAN, which is not 0 at 1.
let private remade: (FDivergence * FDivergence) list =
    [ FDivergence.kl, (fun (u: Tensor) -> u * u.log ())
      FDivergence.reverseKl, (fun u -> -u.log())
      FDivergence.pearson, (fun u -> (u - 1.0).square())
      FDivergence.neyman, (fun u -> (1.0 - u).square() / u)
      FDivergence.squaredHellinger, (fun u -> (u.sqrt () - 1.0).square())
      FDivergence.jensenShannon, (fun u -> u * u.log () - (u + 1.0) * ((u + 1.0) / 2.0).log())
      FDivergence.jeffrey, (fun u -> (u - 1.0) * u.log ())
      FDivergence.totalVariation, (fun u -> (u - 1.0).abs() * 0.5)
      for a in [ -0.5; 0.5; 1.5 ] do
          FDivergence.alpha a, alphaGenerator a ]
    |> List.map (fun (divergence, f) -> divergence, FDivergence.ofGenerator $"numerical {divergence.Name}" f)

// Of a kink f' is a step, and its activation a constant on either side; the table's is smooth.
let private entries: FDivergence list = FDivergence.all @ [ triangular ] @ List.map snd remade

let private isSmooth (divergence: FDivergence) =
    not (divergence.Name.EndsWith FDivergence.totalVariation.Name)

// ---- functions ----

let private close (message: string) (scale: Tensor) (difference: Tensor) =
    isClose 1e-9 message (difference / (scale + 1.0)) (difference.zerosLike ())

let private fenchelYoung (divergence: FDivergence) (draw: Draw) =
    let l, v = draw.Tensor([| 400 |], -6.0, 6.0), draw.Tensor([| 400 |], -6.0, 6.0)
    let u, f = l.exp (), divergence.Generator l

    let gap (t: Tensor) =
        let conjugate = divergence.Conjugate t
        f + conjugate - u * t, f.abs () + conjugate.abs () + (u * t).abs()

    let between, scale = gap (divergence.Activation v)
    Expect.all (numbers (between / (scale + 1.0))) (fun gap -> gap >= -1e-9) "f(u) + f*(t) ≥ u t"
    let atBest, scale = gap (divergence.OptimalCritic l)
    close "f(u) + f*(f'(u)) = u f'(u)" scale atBest

let private isBiconjugate (divergence: FDivergence) (draw: Draw) =
    let l = draw.Tensor([| 100 |], -3.0, 3.0)
    let t = divergence.OptimalCritic(dsharp.linspace (-4.0, 4.0, 4001, dtype = Dtype.Float64))
    let lines = l.exp().unsqueeze(1) * t - divergence.Conjugate t
    let largest = lines.max 1
    let f = divergence.Generator l
    isClose 2e-5 "f**(u)" largest f
    Expect.all (numbers (f - largest)) (fun rest -> rest > -1e-9) "f** ≤ f"

let private staysInDomain (divergence: FDivergence) (draw: Draw) =
    let v, _ = draw.Tensor([| 400 |], -8.0, 8.0).sort()
    let t = divergence.Activation v
    let low, high = divergence.Domain
    Expect.all (numbers t) (fun t -> low <= t && t <= high) $"t is between {low} and {high}"
    Expect.all (numbers (t[1..] - t[.. t.shape[0] - 2])) (fun rise -> rise >= 0.0) "the activation increases"
    let v = draw.Tensor([| 400 |], -4.0, 4.0)
    let t = divergence.Activation v
    isClose 1e-8 "f* of the activation" (divergence.ConjugateOfActivation v) (divergence.Conjugate t)

/// f in float32 errs by 1e-4 of the distance to the nearest finite bound of its values, and by the rounding of that bound.
let private keepsDistance (message: string) (bounds: float list) (f: Tensor -> Tensor) (single: Tensor) =
    let exact, found = f (single.cast Dtype.Float64), f single
    Expect.equal found.dtype Dtype.Float32 "the dtype follows the input's"

    let allowed (exact: float) =
        match bounds |> List.filter Double.IsFinite with
        | [] -> 1e-4 * (1.0 + abs exact)
        | bounds ->
            let bound = bounds |> List.minBy (fun bound -> abs (exact - bound))
            1e-4 * abs (exact - bound) + 3e-7 * abs bound

    for v, found, exact in Array.zip3 (numbers single) (numbers found) (numbers exact) do
        if abs exact < 1e30 then
            Expect.isLessThanOrEqual (abs (found - exact)) (allowed exact) $"{message} at {v}: {found}, not {exact}"

// What float32 says of critics that are very sure: as far as its numbers reach.
let private keepsDigits (divergence: FDivergence) (draw: Draw) =
    let v = (draw.Tensor([| 200 |], -20.0, 20.0)).cast Dtype.Float32
    let low, high = divergence.Domain
    let atZero = -(divergence.Generator(float64 -infinity)).toDouble()
    keepsDistance "the activation" [ low; high ] divergence.Activation v
    keepsDistance "f* of it" [ atZero ] divergence.ConjugateOfActivation v

/// What is of the second order at u = 1 keeps its digits there in float32, relative to itself.
let private keepsDigitsAtOne (divergence: FDivergence) (draw: Draw) =
    let size = draw.Tensor([| 200 |], -9.0, 1.0).exp()
    let l = (size * draw.Tensor([| 200 |], -1.0, 1.0).sign()).cast Dtype.Float32

    for what, f in [ "f(u)", divergence.Generator; "f(u)/u", divergence.Perspective ] do
        let exact, found = f (l.cast Dtype.Float64), (f l).cast Dtype.Float64
        // GAN's f(1) is -log 4, and digits relative to that are all that there are
        Expect.isLessThan (((found - exact) / exact).abs().max().toDouble()) 5e-6 $"the relative error of {what} in float32"

let private slopes (divergence: FDivergence) (draw: Draw) =
    let l = draw.Tensor([| 6 |], 0.2, 2.5) * (if draw.Int(0, 1) = 0 then 1.0 else -1.0)
    let v = draw.Tensor([| 6 |], -2.0, 2.0)
    let sum (f: Tensor -> Tensor) (inputs: Tensor list) = (f inputs[0]).sum()
    let slope = gradientIn 0 (sum (fun u -> divergence.Generator(u.log ()))) [ l.exp () ]
    isClose 1e-9 "T* = f'(u)" (divergence.OptimalCritic l) slope
    let t = divergence.OptimalCritic l
    // The slope of f* is u there; total variation's conjugate is a line, with every u between 0 and ∞ in its kinks.
    if isSmooth divergence then
        isClose 1e-6 "f*'(f'(u)) = u" (gradientIn 0 (sum divergence.Conjugate) [ t ]) (l.exp ())
        differentiates "f*" (sum divergence.Conjugate) [ divergence.Activation v ]
        differentiates "the activation" (sum divergence.Activation) [ v ]

    differentiates "f* of the activation" (sum divergence.ConjugateOfActivation) [ v ]
    differentiates "f" (sum divergence.Generator) [ l ]
    differentiates "f(u)/u" (sum divergence.Perspective) [ l ]

let private perspective (divergence: FDivergence) (draw: Draw) =
    let l = draw.Tensor([| 200 |], -5.0, 5.0)
    isClose 1e-10 "f(u)/u" (divergence.Perspective l) (divergence.Generator l / l.exp ())
    // At the ends the limits, not 0 · infinity.
    let ends =
        [ divergence.Generator(float64 -infinity), divergence.Generator(float64 -250.0)
          divergence.Perspective(float64 infinity), divergence.Perspective(float64 250.0) ]

    for atEnd, near in ends do
        let atEnd, near = atEnd.toDouble (), near.toDouble ()

        Expect.isTrue
            (abs (atEnd - near) < 1e-9 || (Double.IsPositiveInfinity atEnd && near > 200.0))
            $"{atEnd} is the limit of {near}"

let private atOne (divergence: FDivergence) =
    let expected = if divergence.Name = "GAN" then -log 4.0 else 0.0
    isClose 1e-12 "f(1)" (divergence.Generator(float64 0.0)) (float64 expected)

// ---- pairs of names ----

let private reversals: (FDivergence * FDivergence) list =
    [ FDivergence.kl, FDivergence.reverseKl
      FDivergence.pearson, FDivergence.neyman
      FDivergence.squaredHellinger, FDivergence.squaredHellinger
      FDivergence.jensenShannon, FDivergence.jensenShannon
      FDivergence.gan, FDivergence.gan
      FDivergence.jeffrey, FDivergence.jeffrey
      FDivergence.totalVariation, FDivergence.totalVariation
      FDivergence.alpha 0.3, FDivergence.alpha 0.7
      FDivergence.alpha 2.5, FDivergence.alpha -1.5 ]

let private isReversed (draw: Draw) =
    let l = draw.Tensor([| 100 |], -4.0, 4.0)

    for divergence, reversed in reversals do
        isClose 1e-11 $"{divergence} of (p, q), {reversed} of (q, p)" (divergence.Perspective l) (reversed.Generator -l)
        isClose 1e-11 $"{reversed} of (p, q), {divergence} of (q, p)" (reversed.Perspective l) (divergence.Generator -l)

let private specialAlphas (draw: Draw) =
    let l = draw.Tensor([| 100 |], -3.0, 3.0)
    let f (divergence: FDivergence) = divergence.Generator l
    isClose 1e-11 "alpha = 1/2" (f (FDivergence.alpha 0.5)) (f FDivergence.squaredHellinger * 2.0)
    isClose 1e-11 "alpha = 2" (f (FDivergence.alpha 2.0)) (f FDivergence.pearson * 0.5)
    isClose 1e-11 "alpha = -1" (f (FDivergence.alpha -1.0)) (f FDivergence.neyman * 0.5)
    isClose 1e-5 "alpha near 1" (f (FDivergence.alpha (1.0 - 1e-7))) (f FDivergence.kl - l.expm1 ())
    isClose 1e-5 "alpha near 0" (f (FDivergence.alpha 1e-7)) (f FDivergence.reverseKl + l.expm1 ())
    isClose 1e-11 "Jeffrey" (f FDivergence.jeffrey) (f FDivergence.kl + f FDivergence.reverseKl)
    isClose 1e-11 "GAN" (f FDivergence.gan) (f FDivergence.jensenShannon - log 2.0 * (l.exp () + 1.0))

// ---- Gaussians, by quadrature ----

type private Gaussians =
    { P: Normal
      Q: Normal
      X: Tensor
      LogP: Tensor
      LogQ: Tensor
      Step: float }

    member this.UnderP(value: Tensor) =
        (this.LogP.exp () * value).sum() * this.Step

    member this.UnderQ(value: Tensor) =
        (this.LogQ.exp () * value).sum() * this.Step

    member this.LogRatio = this.LogP - this.LogQ

let private gaussians (draw: Draw) : Gaussians =
    let normal () =
        Normal(float64 (draw.Float(-0.7, 0.7)), float64 (draw.Float(0.85, 1.1)))

    let p, q = normal (), normal ()
    let x = dsharp.linspace (-16.0, 16.0, 8001, dtype = Dtype.Float64)

    { P = p
      Q = q
      X = x
      LogP = p.LogProb x
      LogQ = q.LogProb x
      Step = 32.0 / 8000.0 }

let private byQuadrature (divergence: FDivergence) (pair: Gaussians) =
    pair.UnderQ(divergence.Generator pair.LogRatio)

let private dualIsTight (divergence: FDivergence) (draw: Draw) =
    let pair = gaussians draw
    let exact = byQuadrature divergence pair
    isClose 1e-7 "E_p[f(u)/u]" (pair.UnderP(divergence.Perspective pair.LogRatio)) exact
    // Farther out T* is the end of the domain, in all of its digits, and the densities are too small to matter.
    let best = divergence.OptimalCritic(pair.LogRatio.clamp (-20.0, 20.0))
    isClose 1e-7 "the bound at T*" (pair.UnderP best - pair.UnderQ(divergence.Conjugate best)) exact

    for _ in 1..20 do
        let a, b, c = draw.Float(-2.0, 2.0), draw.Float(-2.0, 2.0), draw.Float(-1.0, 1.0)
        let v = pair.X.tanh () * a + (pair.X * 3.0).sin() * c + b
        let bound = pair.UnderP(divergence.Activation v) - pair.UnderQ(divergence.ConjugateOfActivation v)
        Expect.isLessThan (bound.toDouble ()) (exact.toDouble () + 1e-9) "another T is no higher"

// Σ over all components of log ∫ p^a q^(1-a) dx.
let private logOverlap (a: float) (pair: Gaussians) : float =
    let m1, s1 = pair.P.Location.toDouble (), pair.P.Scale.toDouble ()
    let m2, s2 = pair.Q.Location.toDouble (), pair.Q.Scale.toDouble ()
    let v = a * s2 * s2 + (1.0 - a) * s1 * s1
    let spread = (1.0 - a) * log s1 + a * log s2 - 0.5 * log v
    spread - a * (1.0 - a) * (m1 - m2) * (m1 - m2) / (2.0 * v)

let private closedForms (draw: Draw) =
    let pair = gaussians draw
    let kl, reverse = (Kl.divergence pair.P pair.Q).toDouble(), (Kl.divergence pair.Q pair.P).toDouble()
    let overlap a = exp (logOverlap a pair)
    let alpha a = (overlap a - 1.0) / (a * (a - 1.0))

    for divergence, expected in
        [ FDivergence.kl, kl
          FDivergence.reverseKl, reverse
          FDivergence.jeffrey, kl + reverse
          FDivergence.pearson, overlap 2.0 - 1.0
          FDivergence.neyman, overlap -1.0 - 1.0
          FDivergence.squaredHellinger, 2.0 - 2.0 * overlap 0.5
          FDivergence.alpha 0.5, alpha 0.5
          FDivergence.alpha 1.5, alpha 1.5
          FDivergence.alpha -0.5, alpha -0.5 ] do
        isClose 1e-9 $"{divergence} of two Gaussians" (byQuadrature divergence pair) (float64 expected)

    let mixture = (pair.LogP.logaddexp pair.LogQ) - log 2.0
    let jensenShannon = pair.UnderP(pair.LogP - mixture) + pair.UnderQ(pair.LogQ - mixture)
    isClose 1e-9 "Jensen-Shannon" (byQuadrature FDivergence.jensenShannon pair) jensenShannon
    isClose 1e-9 "GAN" (byQuadrature FDivergence.gan pair) (jensenShannon - log 4.0)
    let half = (pair.LogP.exp () - pair.LogQ.exp ()).abs().sum() * (0.5 * pair.Step)
    isClose 1e-9 "total variation" (byQuadrature FDivergence.totalVariation pair) half

let private isEstimated (divergence: FDivergence) (draw: Draw) =
    let pair = gaussians draw
    let exact = byQuadrature divergence pair

    for what, estimate in
        [ "draws of q", FDivergence.estimateFromQ divergence 20_000 pair.P pair.Q
          "draws of p", FDivergence.estimateFromP divergence 20_000 pair.P pair.Q ] do
        isWithin $"the estimate from {what}" estimate.Value estimate.StandardError exact

// ---- categorical distributions, by sums ----

let private categoricals (draw: Draw) =
    let one () =
        draw.Tensor([| 3; 5 |], -1.5, 1.5).logsoftmax -1

    one (), one ()

let private isSummed (divergence: FDivergence) (draw: Draw) =
    let logP, logQ = categoricals draw
    let p, q = logP.exp (), logQ.exp ()
    let exact = FDivergence.exact divergence (Categorical.FromLogits logP) (Categorical.FromLogits logQ)
    let summed = (q * divergence.Generator((p / q).log())).sum -1
    isClose 1e-9 "the sum" exact summed
    let best = divergence.OptimalCritic(logP - logQ)
    isClose 1e-7 "the bound at T*" ((p * best).sum(-1) - (q * divergence.Conjugate best).sum(-1)) exact
    let t = divergence.Activation(draw.Tensor([| 3; 5 |], -3.0, 3.0))
    let other = (p * t).sum(-1) - (q * divergence.Conjugate t).sum(-1)
    Expect.all (numbers (exact - other)) (fun rest -> rest > -1e-9) "another T is no higher"

// Values that only p has, only q has, neither has.
let private withoutSomeValues () =
    let logP, logQ = float64([ 0.5; 0.5; 0.0; 0.0 ]).log(), float64([ 0.25; 0.0; 0.75; 0.0 ]).log()

    for divergence, expected in
        [ FDivergence.kl, infinity
          FDivergence.reverseKl, infinity
          FDivergence.pearson, infinity
          FDivergence.neyman, infinity
          FDivergence.totalVariation, 0.75
          FDivergence.squaredHellinger, 2.0 - 2.0 * sqrt 0.125
          FDivergence.alpha 0.5, 4.0 - 4.0 * sqrt 0.125
          FDivergence.jensenShannon, 0.5 * log (0.5 / 0.375) + 0.5 * log 2.0 + 0.25 * log (0.25 / 0.375) + 0.75 * log 2.0
          triangular, 0.0625 / 0.75 + 0.5 + 0.75 ] do
        isClose 1e-9 $"{divergence}" (FDivergence.ofLogProbabilities divergence logP logQ) (float64 expected)

/// A value with the logit -∞ takes part in nothing, gradients included.
let private withoutOneValue (draw: Draw) =
    let p, q = draw.Tensor([| 3 |], -1.5, 1.5), draw.Tensor([| 3 |], -1.5, 1.5)
    let none = float64 [ -infinity ]
    let wider (logits: Tensor) = Tensor.cat [ logits; none ]
    let other = Tensor.cat [ q; draw.Tensor([| 1 |], -1.5, 1.5) ]
    let categorical (logits: Tensor) = Categorical.FromLogits logits
    let oneHot (logits: Tensor) = OneHotCategorical.FromLogits logits

    let divergences: (string * (Tensor -> Tensor -> Tensor)) list =
        [ "categoricals", (fun p q -> Kl.divergence (categorical p) (categorical q))
          "one-hot", (fun p q -> Kl.divergence (oneHot p) (oneHot q))
          "enumeration", (fun p q -> Enumeration.divergence (categorical p) (categorical q))
          for divergence in FDivergence.all do
              divergence.Name, (fun p q -> FDivergence.exact divergence (categorical p) (categorical q)) ]

    for name, divergence in divergences do
        let found, expected =
            (fun (x: Tensor list) -> divergence (wider x[0]) (wider x[1])), (fun (x: Tensor list) -> divergence x[0] x[1])

        isClose 1e-12 $"{name}: both lack a value" (found [ p; q ]) (expected [ p; q ])

        for place in 0..1 do
            isClose
                1e-10
                $"{name}: both lack a value, gradient {place}"
                (gradientIn place found [ p; q ])
                (gradientIn place expected [ p; q ])

        // all of the gradient, in the logit -∞ too, where it is finite
        let whole = dsharp.grad (fun p -> divergence p other) (wider p)

        if Double.IsFinite((divergence (wider p) other).toDouble()) then
            isClose
                1e-7
                $"{name}: p lacks a value"
                whole
                (dsharp.grad (fun p -> divergence p other) (Tensor.cat [ p; float64 [ -60.0 ] ]))

let private refusesOthers () =
    let of' (size: int) =
        Categorical.FromLogits(dsharp.zeros size)

    let message = messageOf<ArgumentException, _>(fun () -> FDivergence.exact FDivergence.kl (of' 3) (of' 4))
    says message [ "3 values"; "4 values"; "FDivergence.estimateFromQ" ]
    let normal = Normal(float64 0.0, float64 1.0)
    messageOf<NotSupportedException, _>(fun () -> FDivergence.exact FDivergence.kl normal normal) |> ignore

// ---- f alone ----

let private isRemade (divergence: FDivergence, numerical: FDivergence) (draw: Draw) =
    let t = divergence.OptimalCritic(draw.Tensor([| 200 |], -6.0, 6.0))
    let expected = divergence.Conjugate t
    isClose 1e-9 "f*" (numerical.Conjugate t) expected
    isClose 1e-4 "f* in float32" ((numerical.Conjugate(t.cast Dtype.Float32)).cast Dtype.Float64) expected
    let _, high = divergence.Domain

    if high < infinity && isSmooth divergence then
        isClose 1e-6 "the end of the domain" (float64 (snd numerical.Domain)) (float64 high)
        Expect.equal ((numerical.Conjugate(float64 (high + 0.1))).toDouble()) infinity "f* beyond it"

// Below the slope of f at 0 the largest u t - f(u) is at u = 0.
let private endsAtZero () =
    let slopeAtZero = -3.0
    let t = float64 [ slopeAtZero - 5.0; slopeAtZero - 0.5 ]
    isClose 1e-9 "f* = -f(0)" (triangular.Conjugate t) (float64 [ -1.0; -1.0 ])

// f(0) = 20 (1 - 0.05) / 0.95 and f'(∞) = 20 are reached as slowly as u^0.05.
let private slowLimits () =
    for a in [ 0.05; 0.95; 0.5; -0.5; 1.5 ] do
        let table, mine = FDivergence.alpha a, FDivergence.ofGenerator $"alpha {a}" (alphaGenerator a)
        isClose 1e-6 $"f(0), alpha = {a}" (mine.Generator(float64 -infinity)) (table.Generator(float64 -infinity))
        isClose 1e-6 $"f'(∞), alpha = {a}" (mine.Perspective(float64 infinity)) (table.Perspective(float64 infinity))
        isClose 1e-6 $"the end of the domain, alpha = {a}" (float64 (snd mine.Domain)) (float64 (snd table.Domain))

    let ofKl = snd (remade |> List.find (fun (divergence, _) -> divergence.Name = FDivergence.kl.Name))
    Expect.equal ((ofKl.Perspective(float64 infinity)).toDouble()) infinity "log u has no limit"

/// f*(f'(u)) = 4 - 4 sqrt(1 - t) - t with t = 1 - 4/(u + 1)², and its derivatives in v = log u.
let private sureCritics (draw: Draw) =
    let v = Tensor.cat [ draw.Tensor([| 200 |], -40.0, 40.0); float64 [ -40.0; 37.0; 40.0 ] ]

    let exact (v: Tensor) =
        let root = (-v.softplus()).exp() * 2.0
        (root - 4.0) * root + 3.0

    let sum (f: Tensor -> Tensor) (v: Tensor) = (f v).sum()
    let slope (f: Tensor -> Tensor) = dsharp.grad (sum f)
    let found = triangular.ConjugateOfActivation
    isClose 1e-6 "f*" (found v) (exact v)
    isClose 1e-5 "its slope" (slope found v) (slope exact v)
    isClose 1e-5 "its curvature" (slope (slope found) v) (slope (slope exact) v)
    let t = triangular.Activation v
    // rounding may put t above 1
    let value = 4.0 - (1.0 - t).clamp(low = 0.0).sqrt() * 4.0 - t
    isClose 1e-6 "both terms of the bound belong together" (found v) value

let private refusedGenerators () =
    let message (f: Tensor -> Tensor) =
        messageOf<ArgumentException, _>(fun () -> FDivergence.ofGenerator "mine" f)

    says (message (fun u -> u * u)) [ "'mine'"; "f(1) must be 0"; "it is 1" ]
    says (message (fun u -> u.log ())) [ "'mine'"; "not convex"; "between u =" ]
    says (message (fun u -> (u - 1.0).sin().square())) [ "not convex" ]
    says (message (fun u -> (u.noDiff () - 1.0).square() + u * 0.0)) [ "derivative" ]
    says (message (fun u -> (u - 2.0).log() * 0.0)) [ "f(1)" ]
    says (message (fun u -> (u - 1.0).square().sum())) [ "element by element" ]
    says (messageOf<ArgumentException, _>(fun () -> FDivergence.alpha 1.0)) [ "FDivergence.kl"; "it is 1" ]

let private activationIsFree (draw: Draw) =
    let v = draw.Tensor([| 50 |], -3.0, 3.0)
    let gentle = triangular |> FDivergence.withActivation (fun v -> 1.0 - v.softplus ())
    isClose 1e-9 "f* of it" (gentle.ConjugateOfActivation v) (triangular.Conjugate(1.0 - v.softplus ()))

let private conjugatesFreeMemory () =
    let t = float64 [ 0.1; 0.5 ]
    leavesNothing (fun () -> (triangular.Conjugate t).Dispose())

// ---- bounds of critics ----

let private ofCritic (divergence: FDivergence) (draw: Draw) =
    inFloat64 (fun () ->
        let critic = mlpWith Activation.tanh [ 2; 8 ] --> output 1
        let x, y = draw.Tensor([| 30; 2 |], -1.0, 1.0), draw.Tensor([| 50; 2 |], -1.0, 1.0)

        let t, conjugate =
            divergence.Activation(critic.Run(Mode.Eval, x)), divergence.ConjugateOfActivation(critic.Run(Mode.Eval, y))

        let bound = FDivergence.dual divergence critic x y
        isClose 1e-12 "the bound" bound.Value (t.mean () - conjugate.mean ())
        isClose 1e-12 "E_p[T]" bound["critic"] (t.mean ())
        isClose 1e-12 "E_q[f*(T)]" bound["conjugate"] (conjugate.mean ())
        let estimate = FDivergence.dualEstimate divergence critic x y
        isClose 1e-12 "the same in use" estimate.Value bound.Value
        let error = sqrt (t.var().toDouble() / 30.0 + conjugate.var().toDouble() / 50.0)
        isClose 1e-9 "its standard error" estimate.StandardError (float64 error))

// GAN's is twice Jensen-Shannon's less log 4, which no 95% of a negative number would say anything about.
let private positive (divergence: FDivergence) (value: float) =
    if divergence.Name = FDivergence.gan.Name then value + log 4.0 else value

let private trained =
    [ FDivergence.kl
      FDivergence.reverseKl
      FDivergence.pearson
      FDivergence.squaredHellinger
      FDivergence.jensenShannon
      FDivergence.gan
      triangular ]

let private reaches (divergence: FDivergence) (draw: Draw) =
    let normal (mean: float) (scale: float) =
        Normal(dsharp.full (1, mean), dsharp.full (1, scale))

    let p, q = normal (draw.Float(0.6, 0.9)) (draw.Float(0.8, 1.0)), normal (draw.Float(-0.1, 0.1)) (draw.Float(0.9, 1.1))
    let critic, steps = mlpWith Activation.tanh [ 1; 32; 32 ] --> output 1, 1_000
    let fresh (count: int) = p.Sample [ count ], q.Sample [ count ]

    let options =
        { Training.defaults with
            Epochs = 1
            BatchSize = 1
            Optimizer = Optimizer.adam 5e-3 |> Optimizer.scheduled (fun step -> 1.0 - float step / float (steps + 1))
            Progress = Progress.silent
            StopOnCtrlC = false }

    let objective () =
        let x, y = fresh 512
        -1.0 * FDivergence.dual divergence critic x y

    Training.fit options critic.Parameters objective (Dataset.repeated steps ()) |> ignore
    let x, y = fresh 200_000
    let bound = FDivergence.dualEstimate divergence critic x y
    let wide = dsharp.linspace (-16.0, 16.0, 8001, dtype = Dtype.Float64)
    let l = (p.LogProb(wide.unsqueeze 1)).squeeze() - (q.LogProb(wide.unsqueeze 1)).squeeze()
    let exact = (q.LogProb(wide.unsqueeze 1).squeeze().exp() * divergence.Generator l).sum().toDouble() * 32.0 / 8000.0
    let reached, exact = positive divergence (bound.Value.toDouble ()), positive divergence exact
    Expect.isGreaterThan reached (0.95 * exact) "at least 95% of the divergence"
    Expect.isLessThan reached (exact + 5.0 * bound.StandardError.toDouble ()) "no more than the divergence"

[<Tests>]
let tests =
    testList
        "f-divergence laws"
        [ for divergence in entries do
              testList
                  divergence.Name
                  [ holds "Fenchel and Young: f(u) + f*(t) ≥ u t, equal at t = f'(u)" 3 (fenchelYoung divergence)
                    holds "f** is f" 2 (isBiconjugate divergence)
                    if isSmooth divergence || List.contains divergence.Name [ for d in FDivergence.all -> d.Name ] then
                        holds "the activation increases and stays in the domain of f*" 2 (staysInDomain divergence)
                    // what is made of f alone is computed in float64
                    if List.exists (fun (entry: FDivergence) -> entry.Name = divergence.Name) FDivergence.all then
                        holds "a sure critic's numbers keep their digits in float32" 2 (keepsDigits divergence)
                        holds "near u = 1 numbers keep their digits in float32" 2 (keepsDigitsAtOne divergence)

                    holds "derivatives are those of differences" 2 (slopes divergence)
                    holds "f(u)/u is that, and limits are reached at the ends" 2 (perspective divergence)
                    testCase "f(1) is 0, and of GAN -log 4" (fun () -> atOne divergence)
                    holds "of two Gaussians: the dual is tight at T*, and no higher elsewhere" 2 (dualIsTight divergence)
                    holds
                        "of two categorical distributions: the dual is tight at T*, and no higher elsewhere"
                        2
                        (isSummed divergence)
                    holds "estimates from draws of q and of p agree with it" 1 (isEstimated divergence)
                    holds "the bound of a critic is that of its outputs" 1 (ofCritic divergence) ]

          for divergence in trained do
              holds
                  $"{divergence}: a critic trained on samples of two Gaussians reaches 95%% and no more than all"
                  1
                  (reaches divergence)

          for divergence, numerical in remade do
              holds $"{divergence} from f alone has its conjugate" 3 (isRemade (divergence, numerical))

          holds "names that reverse each other do" 3 isReversed
          holds "names that are α-divergences, or sums, are" 3 specialAlphas
          holds "of two Gaussians they are what closed forms say" 5 closedForms
          testCase "values that one distribution lacks count at the limits of f" withoutSomeValues
          holds "a value of probability 0 leaves gradients as they are without it" 5 withoutOneValue
          testCase "sums need one list of values" refusesOthers
          testCase "f* is -f(0) below the slope of f at 0" endsAtZero
          testCase "limits that are reached slowly are found" slowLimits
          holds "f* of a critic that is very sure keeps its digits" 2 sureCritics
          testCase "what is no generator is refused" refusedGenerators
          holds "another activation takes the place of the first" 2 activationIsFree
          testCase "conjugates leave nothing behind" conjugatesFreeMemory ]
