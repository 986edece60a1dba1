// A transform of elements read as one of arrays.
// Used where log-determinants of several elements belong to one event.
namespace Functional

open Functional.Tensors

/// The same map, whose last `rank` batch axes are event axes: log |det| is summed over them. Raises ArgumentException where `rank` is negative.
[<Sealed>]
type IndependentTransform(part: Transform, rank: int) =
    inherit Transform()

    do
        if rank < 0 then
            raise (Errors.Transform.rank "IndependentTransform" rank)

    let deepen (support: Support) =
        if rank = 0 then support else Support.Elementwise(support, rank)

    let summed (value: Tensor, logDet: Tensor) = value, Shapes.sumLast rank logDet

    /// The transform of one element.
    member _.Part = part

    /// How many batch axes have become event axes.
    member _.Rank = rank

    override _.Name = $"IndependentTransform({part.Name}, {rank})"
    override _.Domain = deepen part.Domain
    override _.Codomain = deepen part.Codomain
    override _.Parameters = part.Parameters
    override _.Direction = if rank = 0 then part.Direction else Direction.Unknown

    override this.ForwardAndLogDet x =
        this.Check this.Domain.EventRank x.shape |> ignore
        summed (part.ForwardAndLogDet x)

    override this.InverseAndLogDet y =
        this.Check this.Codomain.EventRank y.shape |> ignore
        summed (part.InverseAndLogDet y)

    override this.Forward x =
        this.Check this.Domain.EventRank x.shape |> ignore
        part.Forward x

    override this.Inverse y =
        this.Check this.Codomain.EventRank y.shape |> ignore
        part.Inverse y

    override this.ForwardShape shape =
        part.ForwardShape(this.Check this.Domain.EventRank shape)

    override this.InverseShape shape =
        part.InverseShape(this.Check this.Codomain.EventRank shape)

    override this.Image support =
        match support with
        | Support.Elementwise(element, axes) when axes >= rank ->
            let inner = if axes = rank then element else Support.Elementwise(element, axes - rank)
            deepen (part.Image inner)
        | _ -> this.Codomain

    override _.Inverted = IndependentTransform(part.Inverted, rank)

    override _.IsSameAs other =
        match other with
        | :? IndependentTransform as other -> rank = other.Rank && part.IsSameAs other.Part
        | _ -> false
