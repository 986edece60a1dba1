// The Kumaraswamy distribution: much like a Beta, with a distribution function that inverts in closed form.
// Posteriors of probabilities and stick-breaking weights where cheap pathwise gradients are wanted.
namespace Functional

open Functional.Tensors

/// a b x^(a-1) (1 - x^a)^(b-1) for 0 ≤ x ≤ 1, elementwise over the batch.
/// `concentration1` (a) and `concentration0` (b) are positive. Raises ArgumentException otherwise. Below 1 the density grows without bound
/// at 0 (a) or 1 (b), which is the mode then, 0 first.
[<Sealed>]
type Kumaraswamy(concentration1: Tensor, concentration0: Tensor) =
    inherit
        Family(
            "Kumaraswamy",
            [ "concentration1", concentration1, Support.Positive; "concentration0", concentration0, Support.Positive ]
        )

    // Euler's constant.
    static let gamma = 0.5772156649015329

    // log xᵃ
    let logPower (value: Tensor) = concentration1 * value.log ()

    // (1 - (1 - p)^(1/b))^(1/a) from log (1 - p)
    let quantile (logComplement: Tensor) =
        (Logarithms.complement (logComplement / concentration0) / concentration1).exp()

    // log E[xⁿ] = log b + log B(1 + n/a, b)
    let logMoment (n: float) =
        let power = n / concentration1 + 1.0
        power.lgamma () + (concentration0 + 1.0).lgamma() - (power + concentration0).lgamma()

    new(concentration1: float, concentration0: float) = Kumaraswamy(dsharp.scalar concentration1, dsharp.scalar concentration0)

    /// a.
    member _.Concentration1 = concentration1

    /// b.
    member _.Concentration0 = concentration0

    override _.Support = Support.UnitInterval
    override _.HasRSample = true

    override this.RDraw sampleShape =
        quantile (-(Noise.exponential concentration1 (Array.append sampleShape this.BatchShape)))

    override this.LogDensity value =
        let factors = concentration1.log () + concentration0.log ()

        let inside (x: Tensor) =
            factors + (concentration1 - 1.0) * x.log () + (concentration0 - 1.0) * Logarithms.complement (logPower x)

        // The limit at an end, with 0 · log 0 = 0; the formula sees a number inside in place of those elsewhere.
        let isEnd = (value.eq 0.0).logicalOr(value.eq 1.0)
        let ends = dsharp.where (isEnd, value, value.scalarLike 0.5)
        let atEnds = factors + (concentration1 - 1.0).xlogy ends + (concentration0 - 1.0).xlogy(1.0 - ends)
        dsharp.where (isEnd, atEnds, Density.inside Support.OpenUnitInterval value inside)

    override this.Entropy() =
        let harmonic = (concentration0 + 1.0).digamma() + gamma

        (1.0 - 1.0 / concentration0) + (1.0 - 1.0 / concentration1) * harmonic
        - concentration1.log ()
        - concentration0.log ()

    override _.Mean = (logMoment 1.0).exp()

    override _.Variance =
        let first = logMoment 1.0 * 2.0
        first.exp () * (logMoment 2.0 - first).expm1()

    override _.Mode =
        let a, b = concentration1, concentration0
        let hasPeak = ((a.ge 1.0).logicalAnd(b.ge 1.0)).logicalAnd((a * b).gt 1.0)

        let safe (t: Tensor) =
            dsharp.where (hasPeak, t, t.scalarLike 2.0)

        let peak = (((safe a) - 1.0) / ((safe a) * (safe b) - 1.0)).pow(1.0 / safe a)
        let atOne = (a.ge 1.0).logicalAnd(b.lt 1.0)
        dsharp.where (hasPeak, peak, atOne.cast peak.dtype)

    override this.Cdf value =
        Density.below Support.OpenUnitInterval value (fun x -> -(concentration0 * Logarithms.complement (logPower x)).expm1())

    override _.Icdf probability = quantile ((-probability).log1p())

    override _.With parameters =
        Kumaraswamy(parameters[0], parameters[1])
