// A distribution pushed through a transform.
// Logit-normal, log-uniform and flows are made of it; families with formulas of their own are not.
namespace Functional

open Functional.Tensors

/// The distribution of y = f(x), x ~ baseDistribution: log p(y) = log p_x(f⁻¹(y)) + log |det ∂f⁻¹/∂y|. When f acts on arrays of more axes
/// than the base distribution's events have, the last batch axes of the base become event axes.
[<Sealed>]
type Transformed(baseDistribution: Distribution, transform: Transform) =
    inherit Distribution()

    let rank = transform.Domain.EventRank

    let source: Distribution =
        let missing = rank - baseDistribution.EventShape.Length
        if missing > 0 then Independent(baseDistribution, missing) else baseDistribution

    // The event axes that the transform treats as a batch.
    let extra = source.EventShape.Length - rank
    let codomain = transform.Codomain

    let pushed (x: Tensor) (logDensity: Tensor) =
        let y, logDet = transform.ForwardAndLogDet x
        y, logDensity - Shapes.sumLast extra logDet

    let numbers (member': string) =
        if rank > 0 || codomain.EventRank > 0 then
            raise (Errors.Distribution.lacks $"Transformed({source.Name}, {transform.Name})" member' "its values are arrays")

    let order (ofIncreasing: unit -> Tensor) (ofDecreasing: unit -> Tensor) =
        match transform.Direction with
        | Direction.Increasing -> ofIncreasing ()
        | Direction.Decreasing -> ofDecreasing ()
        | Direction.Unknown ->
            let name = $"Transformed({source.Name}, {transform.Name})"
            raise (Errors.Distribution.lacks name "distribution function" "the transform does not say whether it increases")

    let rec image (support: Support) =
        match support, transform.Direction with
        | Support.Elementwise(element, axes), _ when codomain.EventRank = 0 -> Support.Elementwise(image element, axes)
        | Support.Interval(low, high), Direction.Increasing -> Support.Interval(transform.Forward low, transform.Forward high)
        | Support.Interval(low, high), Direction.Decreasing -> Support.Interval(transform.Forward high, transform.Forward low)
        | _ when codomain.EventRank = 0 && extra > 0 -> Support.Elementwise(codomain, extra)
        | _ -> codomain

    /// The distribution of x.
    member _.Base = source

    /// f.
    member _.Transform = transform

    override _.Name = $"Transformed({source.Name}, {transform.Name})"
    override _.BatchShape = source.BatchShape

    override _.EventShape =
        let whole = transform.ForwardShape(Array.append source.BatchShape source.EventShape)
        Array.skip source.BatchShape.Length whole

    override _.Support = image source.Support
    override _.Parameters = source.Parameters @ transform.Parameters
    override _.HasRSample = source.HasRSample
    override _.Draw sampleShape = Gradient.off (fun () -> transform.Forward(source.Draw sampleShape))
    override _.RDraw sampleShape = transform.Forward(source.RDraw sampleShape)

    // The sample is never inverted: at the rounded end of a tanh that would give an infinity.
    override _.DrawAndLogDensity sampleShape =
        source.DrawAndLogDensity sampleShape ||> pushed

    override _.LogDensity value =
        let density (value: Tensor) =
            let x, logDet = transform.InverseAndLogDet value
            source.LogDensity x + Shapes.sumLast extra logDet

        if codomain.EventRank > 0 then
            density value
        else
            Density.insideEvents codomain extra value density

    override _.Cdf value =
        numbers "distribution function"
        let below () = source.Cdf(transform.Inverse value)
        order below (fun () -> 1.0 - below ())

    override _.Icdf probability =
        numbers "inverse distribution function"
        let at (probability: Tensor) = transform.Forward(source.Icdf probability)
        order (fun () -> at probability) (fun () -> at (1.0 - probability))

    override this.Expand batchShape =
        if not (Shape.endsWith this.BatchShape batchShape) then
            raise (Errors.Distribution.expand this.Name this.BatchShape batchShape)

        Transformed(source.Expand batchShape, transform)
