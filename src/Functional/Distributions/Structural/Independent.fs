// Batch axes read as event axes: a batch of scalar distributions becomes one distribution over arrays.
// Heads and priors wrap their families in it, so that a log-density is one number per example.
namespace Functional

open Functional.Tensors

/// p(x) = Π_i p_i(x_i) over the last `rank` batch axes of `baseDistribution`, which become its last event axes.
[<Sealed>]
type Independent(baseDistribution: Distribution, rank: int) =
    inherit Distribution()

    let batch = baseDistribution.BatchShape

    do
        if rank < 0 || rank > batch.Length then
            raise (Errors.Distribution.rank baseDistribution.Name rank batch)

    let sumEvents (perElement: Tensor) =
        if rank = 0 then perElement else perElement.sum [ for axis in 1..rank -> -axis ]

    /// The distribution of one element.
    member _.Base = baseDistribution

    /// How many batch axes have become event axes.
    member _.Rank = rank

    override _.Name = $"Independent({baseDistribution.Name}, {rank})"
    override _.BatchShape = Array.truncate (batch.Length - rank) batch

    override _.EventShape = Array.append (Array.skip (batch.Length - rank) batch) baseDistribution.EventShape

    override _.Support = Support.Elementwise(baseDistribution.Support, rank)
    override _.Parameters = baseDistribution.Parameters
    override _.Draw sampleShape = baseDistribution.Draw sampleShape
    override _.HasRSample = baseDistribution.HasRSample
    override _.RDraw sampleShape = baseDistribution.RDraw sampleShape

    override _.DrawAndLogDensity sampleShape =
        let value, logDensity = baseDistribution.DrawAndLogDensity sampleShape
        value, sumEvents logDensity

    override _.DrawForTrace sampleShape =
        let value, logDensity = baseDistribution.DrawForTrace sampleShape
        value, Option.map sumEvents logDensity

    override _.LogDensity value =
        baseDistribution.SummedLogDensity(value, rank)

    override _.SummedLogDensity(value, axes) =
        baseDistribution.SummedLogDensity(value, rank + axes)

    override _.Entropy() = sumEvents (baseDistribution.Entropy())
    override _.Mean = baseDistribution.Mean
    override _.Variance = baseDistribution.Variance
    override _.Mode = baseDistribution.Mode

    override this.EnumerateSupport() =
        raise (Errors.Distribution.lacks this.Name "list of values" "it grows exponentially with the event; enumerate its Base")

    override this.Expand batchShape =
        if not (Shape.endsWith this.BatchShape batchShape) then
            raise (Errors.Distribution.expand this.Name this.BatchShape batchShape)

        let events = Array.skip (batch.Length - rank) batch
        Independent(baseDistribution.Expand(Array.append batchShape events), rank)
