// Transforms that move elements and change none: permutations and reshapes.
// Flows mix their coordinates with them; images become vectors.
namespace Functional

open Functional.Tensors

module private Rearranged =

    /// Rearranging keeps what elements are, where they are all of a kind.
    let image (support: Support) (rank: int) (otherwise: Support) : Support =
        match support with
        | Support.Elementwise(element, _) when element.EventRank = 0 -> Support.Elementwise(element, rank)
        | _ -> otherwise

/// y_k = x_permutation[k] along the last axis; log |det| = 0. `permutation` holds each of 0 to n - 1 once. Raises ArgumentException otherwise.
[<Sealed>]
type PermuteTransform(permutation: seq<int>) =
    inherit VectorTransform("PermuteTransform")

    let permutation = Seq.toArray permutation

    do
        if Array.sort permutation <> [| 0 .. permutation.Length - 1 |] then
            raise (Errors.Transform.permutation permutation)

    let inverse = permutation |> Array.mapi (fun k place -> place, k) |> Array.sort |> Array.map snd

    let pick (places: int[]) (value: Tensor) : Tensor =
        if places.Length = 0 then
            value
        else
            value.indexSelect (-1, value.like (Array.map int64 places, dtype = Dtype.Int64))

    /// Which element of x each element of y is.
    member _.Permutation: int[] = Array.copy permutation

    override this.ForwardShape shape =
        if Array.last (this.Check 1 shape) <> permutation.Length then
            raise (Errors.Transform.length this.Name shape $"{permutation.Length} elements")

        shape

    override this.InverseShape shape = this.ForwardShape shape
    override _.Map x = pick permutation x
    override _.Unmap y = pick inverse y
    override _.LogDet(x, _) = x.zerosLike (Shapes.leading 1 x.shape)

    override this.Image support =
        Rearranged.image support 1 this.Codomain

    override _.Inverted = PermuteTransform inverse

    override _.IsSameAs other =
        match other with
        | :? PermuteTransform as other -> permutation = other.Permutation
        | _ -> false

/// The same elements in another shape, in the same order; log |det| = 0. Events of shape `input` become events of shape `output`, which
/// has as many elements. Raises ArgumentException otherwise.
[<Sealed>]
type ReshapeTransform(input: seq<int>, output: seq<int>) =
    inherit ExplicitTransform()

    let input, output = Seq.toArray input, Seq.toArray output

    do
        if Shape.nelement input <> Shape.nelement output then
            raise (Errors.Transform.reshape input output)

    let reals (rank: int) =
        if rank = 0 then Support.Real else Support.Elementwise(Support.Real, rank)

    let swap (before: Shape) (after: Shape) (shape: Shape) =
        if not (Shape.endsWith before shape) then
            raise (Errors.Transform.ending "ReshapeTransform" shape before)

        Array.append (Shapes.leading before.Length shape) after

    /// The shape of x.
    member _.Input: Shape = Array.copy input

    /// The shape of y.
    member _.Output: Shape = Array.copy output

    override _.Name = "ReshapeTransform"
    override _.Domain = reals input.Length
    override _.Codomain = reals output.Length
    override _.ForwardShape shape = swap input output shape
    override _.InverseShape shape = swap output input shape
    override _.Map x = x.view (swap input output x.shape)
    override _.Unmap y = y.view (swap output input y.shape)

    override _.LogDet(x, _) =
        x.zerosLike (Shapes.leading input.Length x.shape)

    override this.Image support =
        Rearranged.image support output.Length this.Codomain

    override _.Inverted = ReshapeTransform(output, input)

    override _.IsSameAs other =
        match other with
        | :? ReshapeTransform as other -> input = other.Input && output = other.Output
        | _ -> false
