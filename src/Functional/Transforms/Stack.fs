// Different transforms for the slices of an array.
// Parameters of the same shape that have supports of their own.
namespace Functional

open Functional.Tensors

/// y = (f_1(x[1]), ..., f_n(x[n])) along the first event axis: x ends in an axis of length n, then in the event axes of the parts.
/// log |det| is the sum of those of the slices. Raises ArgumentException when there are no parts, or they act on values of different ranks.
[<Sealed>]
type StackTransform(parts: seq<Transform>) =
    inherit Transform()

    let parts = List.ofSeq parts

    do
        if parts.IsEmpty then
            raise (Errors.Transform.empty "StackTransform")

        let ranks (part: Transform) =
            part.Domain.EventRank, part.Codomain.EventRank

        for part in parts do
            if ranks part <> ranks parts.Head then
                raise (Errors.Transform.stackRanks parts.Head.Name part.Name)

    let rankIn, rankOut = parts.Head.Domain.EventRank, parts.Head.Codomain.EventRank

    let ofParts (support: Transform -> Support) =
        match List.map support parts with
        | first :: rest when rest |> List.forall ((=) first) -> Support.Elementwise(first, 1)
        | supports -> Support.Stacked supports

    let slices (rank: int) (value: Tensor) : Tensor[] =
        if value.dim <= rank || value.shape[value.dim - rank - 1] <> parts.Length then
            raise (
                Errors.Transform.ending
                    "StackTransform"
                    value.shape
                    (Array.append [| parts.Length |] (Shapes.trailing rank value.shape))
            )

        value.unstack -(rank + 1)

    let resize (rank: int) (rankAfter: int) (change: Transform -> Shape -> Shape) (shape: Shape) : Shape =
        let lead = Shapes.leading (rank + 1) shape

        if shape.Length <= rank || shape[shape.Length - rank - 1] <> parts.Length then
            raise (Errors.Transform.ending "StackTransform" shape (Array.append [| parts.Length |] (Shapes.trailing rank shape)))

        let each = parts |> List.map (fun part -> change part (Array.append lead (Shapes.trailing rank shape)))
        let longest = List.maxBy Array.length each

        for other in each do
            if not (Shape.endsWith other longest) then
                raise (Errors.Transform.stackShapes longest other)

        Array.concat [ Shapes.leading rankAfter longest; [| parts.Length |]; Shapes.trailing rankAfter longest ]

    let run (step: Transform -> Tensor -> Tensor * Tensor) (rank: int) (rankAfter: int) (value: Tensor) =
        let values, logDets = (parts, slices rank value) ||> Seq.map2 step |> List.ofSeq |> List.unzip
        let longest = (values |> List.maxBy _.dim).shape

        for value in values do
            if not (Shape.endsWith value.shape longest) then
                raise (Errors.Transform.stackShapes longest value.shape)

        Tensor.stack (values |> List.map (fun value -> value.expand longest), longest.Length - rankAfter), List.reduce (+) logDets

    /// The transforms, one for each slice.
    member _.Parts: Transform list = parts

    override _.Name = "StackTransform(" + System.String.Join(", ", parts |> List.map _.Name) + ")"

    override _.Domain = ofParts _.Domain
    override _.Codomain = ofParts _.Codomain
    override _.Parameters = parts |> List.collect _.Parameters
    override _.ForwardAndLogDet x = run _.ForwardAndLogDet rankIn rankOut x
    override _.InverseAndLogDet y = run _.InverseAndLogDet rankOut rankIn y

    override _.ForwardShape shape =
        resize rankIn rankOut _.ForwardShape shape

    override _.InverseShape shape =
        resize rankOut rankIn _.InverseShape shape

    override _.Inverted = StackTransform(parts |> List.map _.Inverted)

    override _.IsSameAs other =
        match other with
        | :? StackTransform as other ->
            parts.Length = other.Parts.Length && List.forall2 (fun (a: Transform) b -> a.IsSameAs b) parts other.Parts
        | _ -> false
