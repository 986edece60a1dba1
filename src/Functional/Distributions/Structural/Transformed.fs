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

    do
        if baseDistribution.Support.IsDiscrete then
            raise (Errors.Distribution.discreteBase baseDistribution.Name transform.Name)

    // Parameters of the transform may have more leading axes than the base distribution: it is repeated over them.
    let source: Distribution =
        let missing = rank - baseDistribution.EventShape.Length
        let source: Distribution = if missing > 0 then Independent(baseDistribution, missing) else baseDistribution
        let shape = Array.append source.BatchShape source.EventShape
        let whole = transform.InverseShape(transform.ForwardShape shape)

        if whole.Length > shape.Length then
            source.Expand(Shapes.leading source.EventShape.Length whole)
        else
            source

    // The event axes that the transform treats as a batch.
    let extra = source.EventShape.Length - rank
    let imageRank = transform.Codomain.EventRank

    // The numbers that values are made of, where all lie in the same support, and how many event axes there are of them.
    let rec numbersOf (support: Support) (axes: int) =
        match support with
        | Support.Elementwise(element, more) -> numbersOf element (axes + more)
        | support when support.EventRank = 0 -> Some(support, axes)
        | _ -> None

    let pushed (x: Tensor) (logDensity: Tensor) =
        let y, logDet = transform.ForwardAndLogDet x
        y, logDensity - Shapes.sumLast extra logDet

    let numbers (member': string) =
        if source.EventShape.Length > 0 || imageRank > 0 then
            raise (Errors.Distribution.lacks $"Transformed({source.Name}, {transform.Name})" member' "its values are arrays")

    let order (ofIncreasing: unit -> Tensor) (ofDecreasing: unit -> Tensor) =
        match transform.Direction with
        | Direction.Increasing -> ofIncreasing ()
        | Direction.Decreasing -> ofDecreasing ()
        | Direction.Unknown ->
            let name = $"Transformed({source.Name}, {transform.Name})"
            raise (Errors.Distribution.lacks name "distribution function" "the transform does not say whether it increases")

    /// The distribution of x.
    member _.Base = source

    /// f.
    member _.Transform = transform

    override _.Name = $"Transformed({source.Name}, {transform.Name})"
    override _.BatchShape = source.BatchShape

    override _.EventShape =
        let whole = transform.ForwardShape(Array.append source.BatchShape source.EventShape)
        Array.skip source.BatchShape.Length whole

    override _.Support =
        let image = transform.Image source.Support

        match extra + imageRank - image.EventRank with
        | 0 -> image
        | axes -> Support.Elementwise(image, axes)

    override _.Parameters = source.Parameters @ transform.Parameters
    override _.HasRSample = source.HasRSample

    override _.Draw sampleShape =
        Gradient.off (fun () -> transform.Forward(source.Draw sampleShape))

    override _.RDraw sampleShape =
        transform.Forward(source.RDraw sampleShape)

    // The sample is never inverted: at the rounded end of a tanh that would give an infinity.
    override _.DrawAndLogDensity sampleShape =
        source.DrawAndLogDensity sampleShape ||> pushed

    override _.LogDensity value =
        let density (value: Tensor) =
            let x, logDet = transform.InverseAndLogDet value
            source.LogDensity x + Shapes.sumLast extra logDet

        // At the end of an interval that f reaches only from infinity, an infinite density would meet an infinite log-determinant.
        match numbersOf transform.Codomain extra with
        | Some(support, axes) -> Density.where (support.ContainsInside value) support axes value density
        | None -> density value

    override _.Cdf value =
        numbers "distribution function"

        Density.below transform.Codomain value (fun value ->
            let below () = source.Cdf(transform.Inverse value)
            order below (fun () -> 1.0 - below ()))

    override _.Icdf probability =
        numbers "inverse distribution function"

        let at (probability: Tensor) =
            transform.Forward(source.Icdf probability)

        order (fun () -> at probability) (fun () -> at (1.0 - probability))

    override this.Expand batchShape =
        if not (Shape.endsWith this.BatchShape batchShape) then
            raise (Errors.Distribution.expand this.Name this.BatchShape batchShape)

        Transformed(source.Expand batchShape, transform)
