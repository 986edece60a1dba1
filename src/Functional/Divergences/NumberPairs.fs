// Closed forms of KL(p ‖ q) between two members of one family of real numbers.
// Between different families: MixedPairs.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native
open Functional.ClosedForm

module internal NumberPairs =

    // Euler's constant.
    let private gamma = 0.5772156649015329

    let private normalDivergenceOp = Operators.find "functional::normal_divergence" ""

    // ½ [σp²/σq² + (μp - μq)²/σq² - 1] - log(σp/σq), summed over the last axes, in one pass over memory
    let private gaussian (location: Tensor, logScale: Tensor) (qLocation: Tensor, qScale: Tensor, qLogScale: Tensor) (axes: int) =
        let tensor (t: Tensor) = Arg.tensor t.Handle

        new Tensor(
            normalDivergenceOp.Tensor
                [| tensor location
                   tensor logScale
                   tensor qLocation
                   tensor qScale
                   tensor qLogScale
                   Arg.int (int64 axes) |]
        )

    let private normals (p: Normal) (q: Normal) =
        gaussian (p.Location, p.LogScale) (q.Location, q.Scale, q.LogScale)

    // A common bijection changes nothing: these are the divergences of the normals before exp and the logistic function.
    let private logNormals (p: LogNormal) (q: LogNormal) =
        gaussian (p.Location, p.Scale.log ()) (q.Location, q.Scale, q.Scale.log ())

    let private logitNormals (p: LogitNormal) (q: LogitNormal) =
        gaussian (p.Location, p.Scale.log ()) (q.Location, q.Scale, q.Scale.log ())

    // ½ (r² - 1) - log r, r = σp/σq: that of normals with mean zero, of which these are the upper halves
    let private halfNormals (p: HalfNormal) (q: HalfNormal) =
        let ratio = p.Scale.log () - q.Scale.log ()
        (ratio * 2.0).expm1() * 0.5 - ratio

    // b = bp/bq, d = |μp - μq|: -log b + d/bq + b exp(-d/bp) - 1
    let private laplaces (p: Laplace) (q: Laplace) =
        let ratio, distance = p.Scale / q.Scale, (p.Location - q.Location).abs()
        distance / q.Scale + ratio * (-distance / p.Scale).exp() - ratio.log () - 1.0

    // log [((γp + γq)² + (xp - xq)²) / (4 γp γq)]; Chyzak and Nielsen, arXiv:1905.10965
    let private cauchys (p: Cauchy) (q: Cauchy) =
        let apart = (p.Location - q.Location).square() + (p.Scale - q.Scale).square()
        (apart / (p.Scale * q.Scale) / 4.0).log1p()

    let private halfCauchys (p: HalfCauchy) (q: HalfCauchy) =
        ((p.Scale - q.Scale).square() / (p.Scale * q.Scale) / 4.0).log1p()

    // b = bp/bq, m = (μp - μq)/bq: -log b + m + γ b + exp(-m) Γ(1 + b) - 1 - γ
    let private gumbels (p: Gumbel) (q: Gumbel) =
        let ratio, distance = p.Scale / q.Scale, (p.Location - q.Location) / q.Scale
        distance + (ratio - 1.0) * gamma + ((ratio + 1.0).lgamma() - distance).exp() - ratio.log () - 1.0

    // log(λp/λq) + λq/λp - 1
    let private exponentials (p: Exponential) (q: Exponential) =
        let logRatio = q.Rate.log () - p.Rate.log ()
        logRatio.expm1 () - logRatio

    // (αp - αq) ψ(αp) - log Γ(αp) + log Γ(αq) + αq log(βp/βq) + αp (βq/βp - 1)
    let private gammaForm (alphaP: Tensor, betaP: Tensor) (alphaQ: Tensor, betaQ: Tensor) =
        let logRatio = betaQ.log () - betaP.log ()
        let shapes = (alphaP - alphaQ) * alphaP.digamma () - alphaP.lgamma () + alphaQ.lgamma ()
        shapes - alphaQ * logRatio + alphaP * logRatio.expm1 ()

    let private gammas (p: Gamma) (q: Gamma) =
        gammaForm (p.Concentration, p.Rate) (q.Concentration, q.Rate)

    let private inverseGammas (p: InverseGamma) (q: InverseGamma) =
        gammaForm (p.Concentration, p.Rate) (q.Concentration, q.Rate)

    // With s = a + b: log B(aq, bq) - log B(ap, bp) + (ap - aq) ψ(ap) + (bp - bq) ψ(bp) - (sp - sq) ψ(sp)
    let private betas (p: Beta) (q: Beta) =
        let a, b = p.Concentration1 - q.Concentration1, p.Concentration0 - q.Concentration0

        Special.logBeta q.Concentration1 q.Concentration0 - Special.logBeta p.Concentration1 p.Concentration0
        + a * p.Concentration1.digamma ()
        + b * p.Concentration0.digamma ()
        - (a + b) * (p.Concentration1 + p.Concentration0).digamma()

    // αq log(mp/mq) + log(αp/αq) + αq/αp - 1 where mq ≤ mp
    let private paretos (p: Pareto) (q: Pareto) =
        let logRatio = q.Concentration.log () - p.Concentration.log ()
        let divergence = q.Concentration * (p.Scale.log () - q.Scale.log ()) + logRatio.expm1 () - logRatio
        whereCovered (q.Scale.le p.Scale) divergence

    // Bauckhage, arXiv:1310.3713: log(kp/λp^kp) - log(kq/λq^kq) + (kp - kq)(log λp - γ/kp) + (λp/λq)^kq Γ(kq/kp + 1) - 1
    let private weibulls (p: Weibull) (q: Weibull) =
        let ratio, distance = q.Concentration / p.Concentration, q.Concentration * (p.Scale.log () - q.Scale.log ())
        (ratio - 1.0) * gamma - ratio.log () - distance + (distance + (ratio + 1.0).lgamma()).exp() - 1.0

    let private uniforms (p: Uniform) (q: Uniform) =
        let covered = (q.Low.le p.Low).logicalAnd(q.High.ge p.High)
        whereCovered covered (((q.High - q.Low) / (p.High - p.Low)).log())

    // A = I₁(κp)/I₀(κp): log I₀(κq) - log I₀(κp) + A (κp - κq cos(μp - μq)), with exp κ taken out of each I
    let private vonMises (p: VonMises) (q: VonMises) =
        let resultant = p.Concentration.i1e () / p.Concentration.i0e ()
        let scaled = q.Concentration.i0e().log() - p.Concentration.i0e().log()

        scaled + q.Concentration * (1.0 - resultant * (p.Location - q.Location).cos())
        - p.Concentration * (1.0 - resultant)

    let all: ClosedForm list =
        [ summing normals
          summing logNormals
          summing logitNormals
          pair halfNormals
          pair laplaces
          pair cauchys
          pair halfCauchys
          pair gumbels
          pair exponentials
          pair gammas
          pair inverseGammas
          pair betas
          pair paretos
          pair weibulls
          pair uniforms
          pair vonMises ]
