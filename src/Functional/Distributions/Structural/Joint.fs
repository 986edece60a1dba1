// Independent distributions of several quantities as one distribution over a vector.
// Samplers and flows that work on vectors, for models of several latent variables.
namespace Functional

open Functional.Tensors

/// p(x) = Π_i p_i(x_i), where the vector x is made of the events x_i one after another, each flattened. Batch shapes line up. Integers become
/// numbers of the type that concatenation gives. Raises ArgumentException when there are no parts or the batch shapes do not line up.
[<Sealed>]
type Joint(parts: seq<Distribution>) =
    inherit Distribution()

    let parts = List.ofSeq parts

    do
        if parts.IsEmpty then
            raise (Errors.Distribution.noParts ())

    let batchShape =
        parts
        |> List.map _.BatchShape
        |> List.reduce (fun batch other ->
            match Shapes.tryLineUp batch other with
            | Some longer -> longer
            | None -> raise (Errors.Distribution.parameters "Joint" "one part" batch "another" other))

    let sizes = [ for part in parts -> Shape.nelement part.EventShape ]
    let length = List.sum sizes

    // The values of one part, or its statistics, as vectors over the whole batch.
    let flat (leading: Shape) (part: Distribution) (value: Tensor) : Tensor =
        let wide = value.expand (Array.append leading part.EventShape)
        wide.view (Array.append leading [| Shape.nelement part.EventShape |])

    let join (leading: Shape) (values: Tensor list) : Tensor =
        Tensor.cat (List.map2 (flat leading) parts values, -1)

    let ofParts (statistic: Distribution -> Tensor) : Tensor =
        join batchShape (List.map statistic parts)

    // Batch axes that a part lacks become sample axes of its own.
    let samplesOf (sampleShape: Shape) (part: Distribution) =
        Array.append sampleShape (Shapes.leading part.BatchShape.Length batchShape)

    let rec holdsIndices (support: Support) =
        match support with
        | Support.Categories _ -> true
        | Support.Elementwise(element, _) -> holdsIndices element
        | _ -> false

    let split (value: Tensor) : Tensor list =
        let leading = Shapes.leading 1 value.shape

        (parts, List.ofSeq (value.split (sizes, -1)))
        ||> List.map2 (fun part piece ->
            let event = piece.view (Array.append leading part.EventShape)
            if holdsIndices part.Support then event.cast Dtype.Int64 else event)

    let sum (perPart: Tensor list) : Tensor = List.reduce (+) perPart

    /// The distributions.
    member _.Parts = parts

    /// The event of each part, from a vector or a batch of them.
    member _.Split(value: Tensor) : Tensor list =
        if value.dim = 0 || Array.last value.shape <> length then
            raise (Errors.Distribution.value "Joint" value.shape batchShape [| length |])

        split value

    override _.Name =
        let names = System.String.Join(", ", [ for part in parts -> part.Name ])
        $"Joint({names})"

    override _.BatchShape = batchShape
    override _.EventShape = [| length |]
    override _.Support = Support.Concatenated [ for part in parts -> part.Support, part.EventShape ]

    override _.Parameters =
        [ for i, part in List.indexed parts do
              for name, value in part.Parameters -> $"{i}.{name}", value ]

    override _.Draw sampleShape =
        let leading = Array.append sampleShape batchShape
        Gradient.off (fun () -> join leading [ for part in parts -> part.Draw(samplesOf sampleShape part) ])

    override _.HasRSample = parts |> List.forall _.HasRSample

    override this.RDraw sampleShape =
        if not this.HasRSample then
            raise (Errors.Distribution.notReparameterizable this.Name)

        join (Array.append sampleShape batchShape) [ for part in parts -> part.RDraw(samplesOf sampleShape part) ]

    override _.DrawAndLogDensity sampleShape =
        let values, logDensities = List.unzip [ for part in parts -> part.DrawAndLogDensity(samplesOf sampleShape part) ]
        join (Array.append sampleShape batchShape) values, sum logDensities

    override _.LogDensity value =
        sum (List.map2 (fun (part: Distribution) -> part.LogDensity) parts (split value))

    override _.Entropy() =
        (sum [ for part in parts -> part.Entropy() ]).expand batchShape

    override _.Mean = ofParts _.Mean
    override _.Variance = ofParts _.Variance
    override _.Mode = ofParts _.Mode

    override this.EnumerateSupport() =
        raise (Errors.Distribution.lacks this.Name "list of values" "it grows exponentially with the parts; enumerate each")

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand this.Name batchShape shape)

        let added = Shapes.leading batchShape.Length shape

        // only the longest parts need the new axes, but their draws have to differ along them: all get them
        let widen (part: Distribution) =
            part.Expand(Array.concat [ added; Shapes.leading part.BatchShape.Length batchShape; part.BatchShape ])

        Joint(List.map widen parts)
