// Closed forms of KL(p ‖ q) between different families of real numbers: the entropy of p, and what log q needs of p's expectations.
// Between members of one family: NumberPairs.
namespace Functional

open System
open Functional.Tensors
open Functional.ClosedForm

module internal MixedPairs =

    // Euler's constant.
    let private gamma = 0.5772156649015329

    // ---- against a normal: mean and variance of p ----

    let private toNormal<'P when 'P :> Distribution> =
        pair (fun (p: 'P) (q: Normal) ->
            let spread = p.Variance + (p.Mean - q.Location).square()
            spread / (q.Scale.square () * 2.0) + q.LogScale + Gaussian.logRoot2Pi - p.Entropy())

    let private ontoNormal =
        [ toNormal<Uniform>
          toNormal<Beta>
          toNormal<Kumaraswamy>
          toNormal<ContinuousBernoulli>
          toNormal<Exponential>
          toNormal<Gamma>
          toNormal<Chi2>
          toNormal<LogNormal>
          toNormal<HalfNormal>
          toNormal<Weibull>
          toNormal<Pareto>
          toNormal<Gumbel>
          toNormal<Laplace>
          toNormal<Logistic> ]

    // ---- against an exponential or continuous Bernoulli distribution: log q is linear in x, so its mean is its value at the mean ----

    let private toExponential<'P when 'P :> Distribution> =
        pair (fun (p: 'P) (q: Exponential) -> q.Rate * p.Mean - q.Rate.log () - p.Entropy())

    let private uniformExponential (p: Uniform) (q: Exponential) =
        whereCovered (p.Low.ge 0.0) (q.Rate * p.Mean - q.Rate.log () - p.Entropy())

    let private toContinuousBernoulli<'P when 'P :> Distribution> =
        pair (fun (p: 'P) (q: ContinuousBernoulli) -> -(q.LogDensity p.Mean) - p.Entropy())

    let private inUnit (p: Uniform) =
        (p.Low.ge 0.0).logicalAnd(p.High.le 1.0)

    let private uniformContinuousBernoulli (p: Uniform) (q: ContinuousBernoulli) =
        let safe = p.Mean.clamp (low = 0.0, high = 1.0)
        whereCovered (inUnit p) (-(q.LogDensity safe) - p.Entropy())

    let private ontoLinear =
        [ toExponential<Gamma>
          toExponential<Chi2>
          toExponential<Beta>
          toExponential<Kumaraswamy>
          toExponential<ContinuousBernoulli>
          toExponential<LogNormal>
          toExponential<HalfNormal>
          toExponential<Weibull>
          toExponential<Pareto>
          toExponential<InverseGamma>
          pair uniformExponential
          toContinuousBernoulli<Beta>
          toContinuousBernoulli<Kumaraswamy>
          pair uniformContinuousBernoulli ]

    // ---- against a gamma, beta or Pareto distribution: the mean of log x ----

    let private xlogx (x: Tensor) = x.xlogy x

    // E[log x] between two non-negative bounds
    let private logMeanBetween (low: Tensor) (high: Tensor) =
        (xlogx high - xlogx low) / (high - low) - 1.0

    // The bounds where they are covered; two others elsewhere, so that no NaN arises.
    let private boundsWhere (covered: Tensor) (p: Uniform) =
        dsharp.where (covered, p.Low, p.Low.scalarLike 0.25), dsharp.where (covered, p.High, p.High.scalarLike 0.75)

    // (α - 1) E[log x] - β E[x] + α log β - log Γ(α)
    let private gammaCrossEntropy (logMean: Tensor) (mean: Tensor) (q: Gamma) =
        q.Concentration.lgamma () - q.Concentration * q.Rate.log () - (q.Concentration - 1.0) * logMean
        + q.Rate * mean

    let private toGamma<'P when 'P :> Distribution> (logMean: 'P -> Tensor) =
        pair (fun (p: 'P) (q: Gamma) -> gammaCrossEntropy (logMean p) p.Mean q - p.Entropy())

    let private uniformGamma (p: Uniform) (q: Gamma) =
        let covered = p.Low.ge 0.0
        let logMean = boundsWhere covered p ||> logMeanBetween
        whereCovered covered (gammaCrossEntropy logMean p.Mean q - p.Entropy())

    let private ontoGamma =
        [ toGamma<Exponential>(fun p -> -(p.Rate.log ()) - gamma)
          toGamma<Weibull>(fun p -> p.Scale.log () - gamma / p.Concentration)
          toGamma<LogNormal> _.Location
          toGamma<InverseGamma>(fun p -> p.Rate.log () - p.Concentration.digamma ())
          toGamma<Pareto>(fun p -> p.Scale.log () + 1.0 / p.Concentration)
          toGamma<Beta>(fun p -> p.Concentration1.digamma () - (p.Concentration1 + p.Concentration0).digamma())
          toGamma<Kumaraswamy>(fun p -> -((p.Concentration0 + 1.0).digamma() + gamma) / p.Concentration1)
          toGamma<Chi2>(fun p -> (p.DegreesOfFreedom / 2.0).digamma() + log 2.0)
          pair uniformGamma ]

    // log B(α, β) - (α - 1) E[log x] - (β - 1) E[log (1 - x)]
    let private betaCrossEntropy (logMean: Tensor) (logMeanOfRest: Tensor) (q: Beta) =
        Special.logBeta q.Concentration1 q.Concentration0
        - (q.Concentration1 - 1.0) * logMean
        - (q.Concentration0 - 1.0) * logMeanOfRest

    let private uniformBeta (p: Uniform) (q: Beta) =
        let covered = inUnit p
        let low, high = boundsWhere covered p
        let crossEntropy = betaCrossEntropy (logMeanBetween low high) (logMeanBetween (1.0 - high) (1.0 - low)) q
        whereCovered covered (crossEntropy - p.Entropy())

    // Nalisnick and Smyth, arXiv:1605.06197, equation 10 gives E[log (1 - x)] as a series; here it is an integral over the
    // distribution function, whose rule is exact to rounding.
    let private kumaraswamyBeta (p: Kumaraswamy) (q: Beta) =
        let logMean = -((p.Concentration0 + 1.0).digamma() + gamma) / p.Concentration1

        let logMeanOfRest =
            UnitIntegral.ofLog p.Concentration0 (fun logShare ->
                // 1 - xᵃ = share^(1/b) = eᵗ; where that is tiny, 1 - x = eᵗ/a
                let t = logShare / p.Concentration0
                let isTiny = t.lt -32.0
                let logX = Logarithms.complement (dsharp.where (isTiny, t.scalarLike -1.0, t)) / p.Concentration1
                dsharp.where (isTiny, t - p.Concentration1.log (), Logarithms.complement logX))

        betaCrossEntropy logMean logMeanOfRest q - p.Entropy()

    // α log m + log α - (α + 1) E[log x] where m ≤ low
    let private uniformPareto (p: Uniform) (q: Pareto) =
        let covered = q.Scale.le p.Low
        let logMean = boundsWhere covered p ||> logMeanBetween
        let expectation = q.Concentration * q.Scale.log () + q.Concentration.log () - (q.Concentration + 1.0) * logMean
        whereCovered covered (-expectation - p.Entropy())

    // A density on [0, 1] against a uniform one that reaches at least so far.
    let private toUniform<'P when 'P :> Distribution> =
        pair (fun (p: 'P) (q: Uniform) ->
            let covered = (q.Low.le 0.0).logicalAnd(q.High.ge 1.0)
            whereCovered covered ((q.High - q.Low).log() - p.Entropy()))

    let private ontoBounded =
        [ pair uniformBeta
          pair kumaraswamyBeta
          pair uniformPareto
          toUniform<Beta>
          toUniform<Kumaraswamy>
          toUniform<ContinuousBernoulli> ]

    // ---- against a Gumbel or Laplace distribution ----

    // log β + (E[x] - μ)/β + E[exp(-(x - μ)/β)] - H(p), the expectation from the logarithm of p's moment-generating function at -1/β
    let private toGumbel<'P when 'P :> Distribution> (logMoment: 'P -> Tensor -> Tensor) =
        pair (fun (p: 'P) (q: Gumbel) ->
            let slope = -1.0 / q.Scale
            let decay = (logMoment p slope + q.Location / q.Scale).exp()
            q.Scale.log () + (p.Mean - q.Location) / q.Scale + decay - p.Entropy())

    // log (exp(t h) - exp(t l))/(t (h - l)), t negative
    let private uniformLogMoment (p: Uniform) (slope: Tensor) =
        let width = (p.Low - p.High) * slope
        slope * p.Low + (-(-width).expm1()).log() - width.log ()

    // E|x - μ| of a normal x: σ √(2/π) exp(-d²/2σ²) + d erf(d/σ√2), d = E[x] - μ; log 2b + E|x - μ|/b - H(p)
    let private normalLaplace (p: Normal) (q: Laplace) =
        let distance = p.Location - q.Location
        let standardized = distance / p.Scale / sqrt 2.0
        let absolute = p.Scale * sqrt (2.0 / Math.PI) * (-(standardized.square ())).exp() + distance * standardized.erf ()
        (q.Scale * 2.0).log() + absolute / q.Scale - p.Entropy()

    let private ontoOthers =
        [ toGumbel<Normal>(fun p slope -> p.Location * slope + (p.Scale * slope).square() / 2.0)
          toGumbel<Exponential>(fun p slope -> -(-slope / p.Rate).log1p())
          toGumbel<Gamma>(fun p slope -> -p.Concentration * (-slope / p.Rate).log1p())
          toGumbel<Uniform> uniformLogMoment
          pair normalLaplace ]

    let all: ClosedForm list = ontoNormal @ ontoLinear @ ontoGamma @ ontoBounded @ ontoOthers
