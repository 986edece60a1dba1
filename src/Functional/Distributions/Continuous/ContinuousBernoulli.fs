// The continuous Bernoulli distribution: the exponential family on [0, 1] whose log-density is linear.
// The likelihood of grey values between 0 and 1, where the Bernoulli cross-entropy is no density.
namespace Functional

open Functional.Tensors

/// What a ContinuousBernoulli was made from.
[<RequireQualifiedAccess>]
type private Slope =
    | Logits of Tensor
    | Probabilities of Tensor

/// Integrals of exp(l x) over 0 ≤ x ≤ 1, smooth in l through l = 0.
module private Slope =

    /// Where power series stand in for formulas that cancel.
    let isFlat (slope: Tensor) : Tensor = (slope.abs ()).lt 1.0

    // log(sinh(l/2)/(l/2)) = Σ_{n≥1} B₂ₙ l²ⁿ / (2n (2n)!), B₂ₙ Bernoulli's numbers: l² times this polynomial in l².
    let private coefficients =
        [ 1.0 / 24.0
          -1.0 / 2880.0
          1.0 / 181440.0
          -1.0 / 9676800.0
          1.0 / 479001600.0
          -691.0 / 15692092416000.0
          1.0 / 1046139494400.0
          -3617.0 / 170729965486080000.0
          43867.0 / 91963695909076992000.0
          -174611.0 / 16057153253965824000000.0 ]

    let private series (weight: int -> float) (slope: Tensor) : Tensor =
        let square = slope.square ()

        coefficients
        |> List.mapi (fun i coefficient -> coefficient * weight (2 * i + 2))
        |> fun weighted ->
            List.foldBack (fun (coefficient: float) (sum: Tensor) -> sum * square + coefficient) weighted (slope.zerosLike ())

    let private flat (slope: Tensor) =
        dsharp.where (isFlat slope, slope, slope.scalarLike 0.0)

    let private steep (slope: Tensor) =
        dsharp.where (isFlat slope, slope.scalarLike 1.0, slope.abs ())

    /// `near` of the slope where it is small, `far` of its size elsewhere.
    let choose (slope: Tensor) (near: Tensor -> Tensor) (far: Tensor -> Tensor) : Tensor =
        dsharp.where (isFlat slope, near (flat slope), far (steep slope))

    /// log(sinh(l/2)/(l/2)) for small l.
    let logShape (slope: Tensor) : Tensor =
        slope.square () * series (fun _ -> 1.0) slope

    /// Its first derivative.
    let shape' (slope: Tensor) : Tensor = slope * series float slope

    /// Its second derivative.
    let shape'' (slope: Tensor) : Tensor =
        series (fun n -> float (n * (n - 1))) slope

    /// log ∫ exp(-a s) ds over 0 ≤ s ≤ 1, for a that is not small.
    let logDecay (size: Tensor) : Tensor = (-(-size).expm1()).log() - size.log ()

    /// log ∫ exp(l x) dx.
    let logIntegral (slope: Tensor) : Tensor =
        choose slope (fun slope -> slope * 0.5 + logShape slope) logDecay
        + (dsharp.where (isFlat slope, slope.scalarLike 0.0, slope)).relu()

/// λˣ (1 - λ)¹⁻ˣ C(λ) = exp(l x) l/(eˡ - 1) for 0 ≤ x ≤ 1, elementwise over the batch, with l = log λ/(1 - λ).
/// From logits (l, finite) or probabilities (0 < λ < 1, which is not the mean). Raises ArgumentException otherwise.
/// Source: Loaiza-Ganem and Cunningham, arXiv:1907.06845, equations 6-8; near l = 0 by power series in l.
[<Sealed>]
type ContinuousBernoulli private (slope: Slope, name: string, parameter: Tensor, support: Support) =
    inherit Family("ContinuousBernoulli", [ name, parameter, support ])

    let logits () : Tensor =
        match slope with
        | Slope.Logits logits -> logits
        | Slope.Probabilities p -> Logarithms.odds p

    // E |x - mode| for steep slopes
    let meanDistance (size: Tensor) : Tensor =
        1.0 / size + (-size).exp() / (-size).expm1()

    // Where the density falls, seen from the other end: where 1 - x has the same distribution as x has for -l.
    let isReflected (logits: Tensor) : Tensor = logits.le -1.0

    // The solution of x exp(logIntegral(l x) - logIntegral l) = p. The closed form log1p(p (eˡ - 1))/l has the right value but not the
    // right derivatives near l = 0: two steps of Newton's method carry them.
    let risingQuantile (logits: Tensor) (probability: Tensor) : Tensor =
        let positive (x: Tensor) = x.clamp (low = 1e-37)

        let start =
            Gradient.off (fun () ->
                let isSteep, isZero = logits.gt 80.0, logits.eq 0.0
                let steep = dsharp.where (isSteep, logits, logits.scalarLike 1.0)
                let other = dsharp.where (isSteep.logicalOr isZero, logits.scalarLike 1.0, logits)
                let farUp = (probability + (1.0 - probability) * (-steep).exp()).log() / steep + 1.0
                let rest = dsharp.where (isZero, probability, (probability * other.expm1 ()).log1p() / other)
                positive (dsharp.where (isSteep, farUp, rest)))

        let step (x: Tensor) =
            let logIntegral = Slope.logIntegral (logits * x)
            let logShare = x.log () + logIntegral - Slope.logIntegral logits
            positive (x - (logShare - probability.log ()) * x * (logIntegral - logits * x).exp())

        start |> step |> step

    let quantileInside (probability: Tensor) : Tensor =
        let logits = logits ()
        let isReflected = isReflected logits

        let rising =
            risingQuantile
                (dsharp.where (isReflected, -logits, logits))
                (dsharp.where (isReflected, 1.0 - probability, probability))

        (dsharp.where (isReflected, 1.0 - rising, rising)).clamp(low = 0.0, high = 1.0)

    /// From log-odds. Raises ArgumentException when one is not finite.
    static member FromLogits(logits: Tensor) =
        ContinuousBernoulli(Slope.Logits logits, "logits", logits, Support.Real)

    /// From λ. Raises ArgumentException unless 0 < λ < 1.
    static member FromProbabilities(probabilities: Tensor) =
        ContinuousBernoulli(Slope.Probabilities probabilities, "probabilities", probabilities, Support.OpenUnitInterval)

    /// l.
    member _.Logits = logits ()

    /// λ.
    member _.Probabilities =
        match slope with
        | Slope.Logits logits -> logits.sigmoid ()
        | Slope.Probabilities p -> p

    override _.Support = Support.UnitInterval
    override _.HasRSample = true

    override this.RDraw sampleShape =
        quantileInside (Noise.unit parameter (Array.append sampleShape this.BatchShape))

    override this.LogDensity value =
        let logits = logits ()

        // measured from the mode where the slope is steep: l x and the normalizer would cancel
        Density.inside this.Support value (fun x ->
            let fromMode = dsharp.where (logits.gt 0.0, 1.0 - x, x)

            Slope.choose (logits + x.zerosLike ()) (fun slope -> slope * (x - 0.5) - Slope.logShape slope) (fun size ->
                -size * fromMode - Slope.logDecay size))

    override _.Entropy() =
        Slope.choose (logits ()) (fun slope -> Slope.logShape slope - slope * Slope.shape' slope) (fun size ->
            size * meanDistance size + Slope.logDecay size)

    override _.Mean =
        let logits = logits ()

        Slope.choose logits (fun slope -> Slope.shape' slope + 0.5) (fun size ->
            dsharp.where (logits.gt 0.0, 1.0 - meanDistance size, meanDistance size))

    override _.Variance =
        Slope.choose (logits ()) Slope.shape'' (fun size -> 1.0 / size.square () - (-size).exp() / (-size).expm1().square())

    override _.Mode = ((logits ()).gt 0.0).cast parameter.dtype

    override this.Cdf value =
        let logits = logits ()

        Density.below this.Support value (fun x -> x * (Slope.logIntegral (logits * x) - Slope.logIntegral logits).exp())

    override _.Icdf probability =
        let isInside = (probability.gt 0.0).logicalAnd(probability.lt 1.0)
        let found = quantileInside (dsharp.where (isInside, probability, probability.scalarLike 0.5))
        dsharp.where (isInside, found, probability)

    override _.With parameters =
        match slope with
        | Slope.Logits _ -> ContinuousBernoulli.FromLogits parameters[0]
        | Slope.Probabilities _ -> ContinuousBernoulli.FromProbabilities parameters[0]

    interface IExponentialFamily with

        // t(x) = x.
        member _.NaturalForm =
            { Parameters = [ logits (), 0 ]
              LogNormalizer = fun natural -> Slope.logIntegral natural[0] }

        member _.BaseMeasure = []
