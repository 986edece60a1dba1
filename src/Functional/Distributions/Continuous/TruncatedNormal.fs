// The normal distribution between two bounds, either of which may be infinite.
// Censored data, bounded noise, priors with hard limits; exact far out in a tail of the untruncated distribution.
namespace Functional

open Functional.Tensors

/// N(x; mean, scale²) / (Φ((high - mean)/scale) - Φ((low - mean)/scale)) for low ≤ x ≤ high, elementwise over the batch.
/// `mean` (μ) is finite and `scale` (σ) positive: those of the normal distribution before it is cut; low < high, and both may be
/// infinite. Raises ArgumentException otherwise.
/// Everything is measured from the mode m, the point between the bounds that is closest to μ: with ν = |m - μ|/σ, the mass on one side of m
/// is σ φ(ν) ∫₀^w exp(-νs - s²/2) ds, whose leading factor is that of the density too. Nothing cancels then, where differences of Φ would.
[<Sealed>]
type TruncatedNormal(mean: Tensor, scale: Tensor, low: Tensor, high: Tensor) =
    inherit
        Family(
            "TruncatedNormal",
            [ "mean", mean, Support.Real
              "scale", scale, Support.Positive
              "low", low, Support.ExtendedReal
              "high", high, Support.ExtendedReal ]
        )

    do
        if Validation.isOn () then
            Validation.parameter "TruncatedNormal" "high - low" Support.Positive ((high - low).clamp(high = 1e30))

    // m.
    let mode () : Tensor =
        dsharp.where (mean.lt low, low, dsharp.where (mean.gt high, high, mean))

    // ν.
    let distance (mode: Tensor) : Tensor = (mode - mean).abs() / scale

    // (to - from)/σ; where a bound is infinite, a width that counts as such and has no gradient.
    let width (from: Tensor) (to': Tensor) : Tensor =
        let difference = to' - from
        let isFinite = difference.isfinite ()
        let finite = dsharp.where (isFinite, difference, difference.scalarLike 0.0) / scale
        dsharp.where (isFinite, finite, finite.scalarLike infinity)

    let massOver (distance: Tensor) (width: Tensor) = Gaussian.mass distance width

    // The moments of the parts to the left and right of the mode, in units of σ.
    let sides () =
        let mode = mode ()
        let distance = distance mode
        distance, Gaussian.moments distance (width low mode), Gaussian.moments distance (width mode high)

    let total () : Tensor =
        let _, left, right = sides ()
        left.Zeroth + right.Zeroth

    // ((x - μ)² - (m - μ)²) / 2σ²
    let fall (value: Tensor) : Tensor =
        let mode = mode ()
        (value - mode) / scale * (((value - mean) + (mode - mean)) / scale) * 0.5

    // The formula sees the mode in place of values outside.
    let inside (value: Tensor) (outside: Tensor -> Tensor) (formula: Tensor -> Tensor) : Tensor =
        let holds = ((value.ge low).logicalAnd(value.le high)).logicalAnd(value.isfinite ())
        let found = formula (dsharp.where (holds, value, (mode ()).noDiff()))
        dsharp.where (holds, found, outside found)

    let quantileInside (probability: Tensor) : Tensor =
        let mode = mode ()
        let distance = distance mode
        let leftWidth, rightWidth = width low mode, width mode high
        let left, right = massOver distance leftWidth, massOver distance rightWidth
        let total = left + right
        let isLeft = (probability * total).lt left
        let whole = Gaussian.mills distance

        // of the side that holds the quantile: the mass between it and the mode, and all that is beyond it without the bound
        let mass' = dsharp.where (isLeft, left - probability * total, right - (1.0 - probability) * total)
        let bound = (dsharp.where (isLeft, leftWidth, rightWidth)).clamp(high = 1e3)
        let cut = Gaussian.mills (distance + bound) * (-bound * (distance + bound * 0.5)).exp()
        let beyond = cut + dsharp.where (isLeft, probability, 1.0 - probability) * total
        let isClose = mass'.lt (whole * 0.5)

        let exponent =
            dsharp.where (
                isClose,
                -(-(dsharp.where (isClose, mass', mass'.scalarLike 0.0)) / whole).log1p(),
                -(dsharp.where (isClose, whole, beyond) / whole).log()
            )

        let reached = scale * (Gaussian.width distance exponent mass').min(bound)
        (dsharp.where (isLeft, mode - reached, mode + reached)).max(low).min(high)

    let quantile (probability: Tensor) : Tensor =
        let isInside = (probability.gt 0.0).logicalAnd(probability.lt 1.0)
        let found = quantileInside (dsharp.where (isInside, probability, probability.scalarLike 0.5))
        dsharp.where (isInside, found, dsharp.where (probability.le 0.0, low, high))

    new(mean: float, scale: float, low: float, high: float) =
        TruncatedNormal(dsharp.scalar mean, dsharp.scalar scale, dsharp.scalar low, dsharp.scalar high)

    /// μ, the mean before truncation.
    member _.Location = mean

    /// σ, the standard deviation before truncation.
    member _.Scale = scale

    /// The lower bound.
    member _.Low = low

    /// The upper bound.
    member _.High = high

    override _.Support = Support.Interval(low, high)
    override _.HasRSample = true

    override this.RDraw sampleShape =
        quantileInside (Noise.unit mean (Array.append sampleShape this.BatchShape))

    override _.LogDensity value =
        inside value (fun density -> density.scalarLike -infinity) (fun x -> -(fall x) - (total ()).log() - scale.log ())

    override this.Entropy() =
        let distance, left, right = sides ()
        let total = left.Zeroth + right.Zeroth
        let fall = distance * (left.First + right.First) + (left.Second + right.Second) * 0.5
        this.Fill(fall / total + total.log () + scale.log ())

    override this.Mean =
        let _, left, right = sides ()
        this.Fill(mode () + scale * (right.First - left.First) / (left.Zeroth + right.Zeroth))

    override this.Variance =
        let _, left, right = sides ()
        let total = left.Zeroth + right.Zeroth
        let shift = (right.First - left.First) / total
        this.Fill(scale.square () * ((left.Second + right.Second) / total - shift.square ()))

    override this.Mode = this.Fill(mode ())

    // From the outer side of the value below the mode: small probabilities keep their digits.
    override _.Cdf value =
        inside value (fun share -> (value.ge (mode ())).cast share.dtype) (fun x ->
            let mode = mode ()
            let isLeft = x.lt mode
            let fromMode = (dsharp.where (isLeft, x.scalarLike 0.0, x - mode)) / scale
            let toMean = (dsharp.where (isLeft, mean - x, x.scalarLike 0.0)) / scale
            let lower = (-(fall x)).exp() * massOver toMean (width low x)
            let upper = massOver (distance mode) (width low mode) + massOver (distance mode) fromMode
            dsharp.where (isLeft, lower, upper) / total ())

    override _.Icdf probability = quantile probability

    override _.With parameters =
        TruncatedNormal(parameters[0], parameters[1], parameters[2], parameters[3])
