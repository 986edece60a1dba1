// A distribution some of whose batch elements do not count.
// Missing data, and sequences of unequal lengths.
namespace Functional

open Functional.Tensors

/// log p(x) where `mask` is true, 0 where it is false: those elements carry no evidence, whatever their values, and no gradients. The mask is of
/// dtype Bool and lines up with the base's batch. Values that do not count may be NaN where values are numbers, or arrays of numbers that each lie in the
/// same set; elsewhere, and for discrete values, put any valid value there. Sampling, mean and variance are those of the base; as masked elements
/// have no density, their entropy is 0. Raises ArgumentException when the shapes do not line up or the mask is not Bool.
[<Sealed>]
type Masked(baseDistribution: Distribution, mask: Tensor) =
    inherit Distribution()

    let name = $"Masked({baseDistribution.Name})"

    do
        if mask.dtype <> Dtype.Bool then
            raise (Errors.Distribution.mask name (string mask.dtype))

    let eventShape = baseDistribution.EventShape

    let batchShape =
        match Shapes.tryLineUp baseDistribution.BatchShape mask.shape with
        | Some batch -> batch
        | None -> raise (Errors.Distribution.parameters name "the base" baseDistribution.BatchShape "mask" mask.shape)

    let missing = Shapes.leading baseDistribution.BatchShape.Length batchShape
    let ones = Array.create eventShape.Length 1

    let wide (statistic: Tensor) : Tensor =
        statistic.expand (Array.append batchShape eventShape)

    // A number that the formulas can take in place of a missing one.
    let rec inner (support: Support) (value: Tensor) : Tensor =
        match support with
        | Support.Elementwise(element, _) -> inner element value
        | support when support.EventRank > 0 -> value
        | support -> (support.InnerPoint value).cast value.dtype

    let counted (logDensity: Tensor) : Tensor =
        dsharp.where (mask, logDensity, logDensity.scalarLike 0.0)

    /// The distribution behind the mask.
    member _.Base = baseDistribution

    /// Which batch elements count.
    member _.Mask = mask

    override _.Name = name
    override _.BatchShape = batchShape
    override _.EventShape = eventShape
    override _.Support = baseDistribution.Support
    override _.Parameters = baseDistribution.Parameters @ [ "mask", mask ]

    override _.Draw sampleShape =
        baseDistribution.Draw(Array.append sampleShape missing)

    override _.HasRSample = baseDistribution.HasRSample

    override _.RDraw sampleShape =
        baseDistribution.RDraw(Array.append sampleShape missing)

    override _.DrawAndLogDensity sampleShape =
        let value, logDensity = baseDistribution.DrawAndLogDensity(Array.append sampleShape missing)
        value, counted logDensity

    override _.LogDensity value =
        let support = baseDistribution.Support
        let overEvents = mask.view (Array.append mask.shape ones)
        counted (baseDistribution.LogDensity(dsharp.where (overEvents, value, inner support value)))

    override _.Entropy() =
        counted ((baseDistribution.Entropy()).expand batchShape)

    override _.Mean = wide baseDistribution.Mean
    override _.Variance = wide baseDistribution.Variance
    override _.Mode = wide baseDistribution.Mode
    override _.Cdf value = baseDistribution.Cdf value
    override _.Icdf probability = baseDistribution.Icdf probability

    override this.EnumerateSupport() =
        if not baseDistribution.Support.IsDiscrete then
            raise (Errors.Distribution.lacks name "list of values" "its support is not finite")

        let values = baseDistribution.EnumerateSupport()
        let count = values.shape[0]
        let aligned = values.view (Array.concat [ [| count |]; Array.create missing.Length 1; Array.tail values.shape ])
        aligned.expand (Array.concat [ [| count |]; batchShape; eventShape ])

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand name batchShape shape)

        let missing = Shapes.leading baseDistribution.BatchShape.Length shape
        Masked(baseDistribution.Expand(Array.append missing baseDistribution.BatchShape), mask)
