// A continuous distribution rounded up to integers.
// Likelihoods of integer data from continuous families: grey values 0..255, counts that no counting family fits.
namespace Functional

open Functional.Tensors

/// The distribution of ⌈X⌉, X ~ `baseDistribution`, for integers k: P(k) = F(k) - F(k - 1), F being the distribution function of the base, a
/// continuous distribution of numbers that has one. What lies below `low` counts as `low`, what lies above `high` as `high`, where they are
/// given. (For bins centred on the integers shift the base by 1/2.) Far out in the upper tail, where F rounds to 1, the mass is lost and
/// LogProb is -inf: use float64 where that matters. Raises ArgumentException for another kind of base or low ≥ high.
/// Source: TensorFlow Probability's QuantizedDistribution.
[<Sealed>]
type Quantized(baseDistribution: Distribution, ?low: int, ?high: int) =
    inherit Distribution()

    let name = $"Quantized({baseDistribution.Name})"

    let lowest, highest =
        (match low with
         | Some low -> float low
         | None -> -infinity),
        (match high with
         | Some high -> float high
         | None -> infinity)

    do
        if baseDistribution.Support.IsDiscrete || baseDistribution.EventShape.Length > 0 then
            raise (Errors.Distribution.numbersNeeded "Quantized" baseDistribution.Name)

        if lowest >= highest then
            raise (Errors.Distribution.bounds name low.Value high.Value)

    let like () = snd baseDistribution.Parameters.Head

    // F, which is 0 below low and 1 from high on.
    let cdf (value: Tensor) =
        let support = baseDistribution.Support
        let inside = support.Contains value
        let inner = support.InnerPoint value
        let beyond = (value.gt inner).cast value.dtype
        let share = dsharp.where (inside, baseDistribution.Cdf(dsharp.where (inside, value, inner)), beyond)
        let fromLow = dsharp.where (value.lt lowest, share.scalarLike 0.0, share)
        dsharp.where (value.ge highest, share.scalarLike 1.0, fromLow)

    /// The distribution of X.
    member _.Base = baseDistribution

    /// The least value, if there is one.
    member _.Low = low

    /// The largest value, if there is one.
    member _.High = high

    override _.Name = name
    override _.BatchShape = baseDistribution.BatchShape
    override _.EventShape = [||]
    override _.Support = Support.Integers(like().scalarLike lowest, like().scalarLike highest)
    override _.Parameters = baseDistribution.Parameters

    // Adding 0 makes a positive zero of a negative one.
    override _.Draw sampleShape =
        Gradient.off (fun () -> (baseDistribution.Draw sampleShape).ceil().clamp(low = lowest, high = highest) + 0.0)

    override _.LogDensity value =
        let mass = cdf value - cdf (value - 1.0)
        let isPossible = mass.gt 0.0
        let logMass = dsharp.where(isPossible, mass, mass.scalarLike 1.0).log()
        dsharp.where (isPossible, logMass, logMass.scalarLike -infinity)

    override _.Cdf value = cdf (value.floor ())

    override this.EnumerateSupport() =
        match low, high with
        | Some low, Some high ->
            let values = Counting.upTo (high - low) this.BatchShape.Length (like ()) + float low
            values.expand (Array.append [| high - low + 1 |] this.BatchShape)
        | _ -> raise (Errors.Distribution.lacks name "list of values" "it has no bounds low and high")

    override _.Expand shape =
        if not (Shape.endsWith baseDistribution.BatchShape shape) then
            raise (Errors.Distribution.expand name baseDistribution.BatchShape shape)

        Quantized(baseDistribution.Expand shape, ?low = low, ?high = high)
