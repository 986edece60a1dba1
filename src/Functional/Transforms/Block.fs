// Different transforms for consecutive slices of a vector.
// Several constrained parameters packed into one vector, as optimisers and samplers want them.
namespace Functional

open Functional.Tensors

/// y = (f_1(x[block 1]), ..., f_n(x[block n])) along the last axis. Each part acts on numbers or vectors; its block of x has the length
/// given with it, that of y the length the part makes of it. log |det| is the sum of those of the blocks.
/// Raises ArgumentException when there are no parts, or one acts on matrices.
[<Sealed>]
type BlockTransform(parts: seq<Transform * int>) =
    inherit Transform()

    let parts = List.ofSeq parts

    do
        if parts.IsEmpty then
            raise (Errors.Transform.empty "BlockTransform")

        for part, _ in parts do
            if max part.Domain.EventRank part.Codomain.EventRank > 1 then
                raise (Errors.Transform.blockRank part.Name (max part.Domain.EventRank part.Codomain.EventRank))

    let lengthsIn = List.map snd parts
    let lengthsOut = [ for part, length in parts -> Array.last (part.ForwardShape [| length |]) ]

    let resize (before: int list) (after: int list) (shape: Shape) =
        if shape.Length = 0 || Array.last shape <> List.sum before then
            raise (Errors.Transform.length "BlockTransform" shape $"{List.sum before} elements")

        Array.append (Shapes.leading 1 shape) [| List.sum after |]

    let ofParts (support: Transform -> Support) (lengths: int list) =
        match List.map (fst >> support) parts with
        | supports when supports |> List.forall (fun support -> support = Support.Real || support = Support.RealVector) ->
            Support.RealVector
        | supports -> Support.Concatenated [ for support, length in List.zip supports lengths -> support, [| length |] ]

    // A block of numbers is a vector, whose log-determinants are summed.
    let run (step: Transform -> Tensor -> Tensor * Tensor) (rank: Transform -> int) (lengths: int list) (value: Tensor) =
        let values, logDets =
            (parts, value.split (lengths, -1))
            ||> Seq.map2 (fun (part, _) block ->
                let value, logDet = step part block
                value, Shapes.sumLast (1 - rank part) logDet)
            |> List.ofSeq
            |> List.unzip

        // Parameters with more leading axes than x has make some blocks longer than others.
        let leading = values |> List.map (fun value -> Shapes.leading 1 value.shape) |> List.maxBy Array.length

        let widen (value: Tensor) =
            value.expand (Array.append leading (Shapes.trailing 1 value.shape))

        Tensor.cat (List.map widen values, -1), List.reduce (+) logDets

    let leadingOf (shapes: Shape list) =
        shapes |> List.map (Shapes.leading 1) |> List.maxBy Array.length

    /// The transforms, and the lengths of their blocks of x.
    member _.Parts: (Transform * int) list = parts

    override _.Name =
        let names = parts |> List.map (fun (part, length) -> $"{part.Name} of {length}")
        "BlockTransform(" + System.String.Join(", ", names) + ")"

    override _.Domain = ofParts _.Domain lengthsIn
    override _.Codomain = ofParts _.Codomain lengthsOut
    override _.Parameters = parts |> List.collect (fun (part, _) -> part.Parameters)

    override this.ForwardAndLogDet x =
        resize lengthsIn lengthsOut x.shape |> ignore
        run _.ForwardAndLogDet _.Domain.EventRank lengthsIn x

    override this.InverseAndLogDet y =
        resize lengthsOut lengthsIn y.shape |> ignore
        run _.InverseAndLogDet _.Codomain.EventRank lengthsOut y

    override _.ForwardShape shape =
        let result = resize lengthsIn lengthsOut shape
        let each = [ for part, length in parts -> part.ForwardShape(Array.append (Shapes.leading 1 shape) [| length |]) ]
        Array.append (leadingOf each) (Shapes.trailing 1 result)

    override _.InverseShape shape =
        let result = resize lengthsOut lengthsIn shape

        let each =
            [ for (part, _), length in List.zip parts lengthsOut ->
                  part.InverseShape(Array.append (Shapes.leading 1 shape) [| length |]) ]

        Array.append (leadingOf each) (Shapes.trailing 1 result)

    override _.Inverted = BlockTransform(List.zip (parts |> List.map (fun (part, _) -> part.Inverted)) lengthsOut)

    override _.IsSameAs other =
        match other with
        | :? BlockTransform as other ->
            lengthsIn = List.map snd other.Parts
            && List.forall2 (fun (a: Transform, _) (b: Transform, _) -> a.IsSameAs b) parts other.Parts
        | _ -> false
