// A distribution repeated over new batch axes and over batch axes of length one.
// Where Expand is not enough: it only adds leading axes, and only where the family knows how.
namespace Functional

open Functional.Tensors

/// The distributions of `baseDistribution`, repeated so that their batch has the shape `batchShape`: whole new leading axes, and axes of length 1
/// stretched because you ask for it. Draws are independent everywhere. Raises ArgumentException when another axis would change.
[<Sealed>]
type Expanded(baseDistribution: Distribution, batchShape: seq<int>) =
    inherit Distribution()

    let batchShape = Seq.toArray batchShape
    let inner = baseDistribution.BatchShape
    let eventShape = baseDistribution.EventShape
    let added = batchShape.Length - inner.Length

    do
        let fits () =
            Array.forall2 (fun found wanted -> found = wanted || found = 1) inner batchShape[added..]

        if added < 0 || not (fits ()) then
            raise (Errors.Distribution.stretch baseDistribution.Name inner batchShape)

    // Places in `inner` of the axes that are stretched, and their new lengths.
    let stretched =
        [| for place in 0 .. inner.Length - 1 do
               if inner[place] <> batchShape[added + place] then
                   place |]

    let lengths = stretched |> Array.map (fun place -> batchShape[added + place])

    // [samples; stretched; inner; events] -> [samples; stretched in their places; events], which ends in so many event axes.
    let gather (events: int) (value: Tensor) : Tensor =
        let front = value.dim - stretched.Length - inner.Length - events
        let places = [ for place in 0 .. inner.Length - 1 -> front + stretched.Length + place ]

        let pairs =
            [ for place in 0 .. inner.Length - 1 do
                  match Array.tryFindIndex ((=) place) stretched with
                  | Some i -> front + i
                  | None -> ()

                  places[place] ]

        let order = [ 0 .. front - 1 ] @ pairs @ [ value.dim - events .. value.dim - 1 ]
        let permuted = value.permute order
        permuted.view (Array.concat [ value.shape[.. front - 1]; batchShape[added..]; Shapes.trailing events value.shape ])

    // The other way round.
    let scatter (events: int) (value: Tensor) : Tensor =
        let full = Array.append batchShape (Shapes.trailing events value.shape)
        let value = if value.dim < full.Length then value.expand full else value
        let front = value.dim - inner.Length - events
        let order = [ for place in stretched -> front + place ]

        let rest =
            [ for axis in 0 .. value.dim - 1 do
                  if not (List.contains axis order) then
                      axis ]

        let before, after = List.splitAt front rest
        let moved = value.permute (before @ order @ after)
        moved.view (Array.concat [ value.shape[.. front - 1]; lengths; inner; Shapes.trailing events value.shape ])

    let samples (sampleShape: Shape) =
        Array.concat [ sampleShape; batchShape[.. added - 1]; lengths ]

    let wide (statistic: Tensor) : Tensor =
        statistic.expand (Array.append batchShape eventShape)

    /// What is repeated.
    member _.Base = baseDistribution

    override _.Name = $"Expanded({baseDistribution.Name})"
    override _.BatchShape = batchShape
    override _.EventShape = eventShape
    override _.Support = baseDistribution.Support
    override _.Parameters = baseDistribution.Parameters

    override _.Draw sampleShape =
        gather eventShape.Length (baseDistribution.Draw(samples sampleShape))

    override _.HasRSample = baseDistribution.HasRSample

    override _.RDraw sampleShape =
        gather eventShape.Length (baseDistribution.RDraw(samples sampleShape))

    override _.DrawAndLogDensity sampleShape =
        let value, logDensity = baseDistribution.DrawAndLogDensity(samples sampleShape)
        gather eventShape.Length value, gather 0 logDensity

    override _.LogDensity value =
        gather 0 (baseDistribution.LogDensity(scatter eventShape.Length value))

    override _.Entropy() =
        (baseDistribution.Entropy()).expand batchShape

    override _.Mean = wide baseDistribution.Mean
    override _.Variance = wide baseDistribution.Variance
    override _.Mode = wide baseDistribution.Mode

    override _.Cdf value =
        gather eventShape.Length (baseDistribution.Cdf(scatter eventShape.Length value))

    override _.Icdf probability =
        gather eventShape.Length (baseDistribution.Icdf(scatter eventShape.Length probability))

    override this.EnumerateSupport() =
        if not baseDistribution.Support.IsDiscrete then
            raise (Errors.Distribution.lacks this.Name "list of values" "its support is not finite")

        let values = baseDistribution.EnumerateSupport()
        let count = values.shape[0]
        let aligned = values.view (Array.concat [ [| count |]; Array.create added 1; Array.tail values.shape ])
        aligned.expand (Array.concat [ [| count |]; batchShape; eventShape ])

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand this.Name batchShape shape)

        Expanded(baseDistribution, shape)
