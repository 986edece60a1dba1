// What a transform is: a smooth invertible map between two supports, with the logarithm of its volume change both ways.
// Distributions are pushed through it (Transformed), constrained quantities are reached from the real numbers by it (Transform.toSupport).
namespace Functional

open System
open Functional.Tensors

/// Whether a map of numbers keeps their order.
[<RequireQualifiedAccess>]
type Direction =
    /// x < y gives f(x) < f(y).
    | Increasing
    /// x < y gives f(x) > f(y).
    | Decreasing
    /// It differs between the elements of the parameters, or the map is not one of numbers.
    | Unknown

module private Interval =

    let private number (value: float) =
        dsharp.tensor (value, dtype = Dtype.Float64)

    /// The ends of an interval of numbers; None where there is no end.
    let ends (support: Support) : (Tensor option * Tensor option) option =
        match support with
        | Support.Real -> Some(None, None)
        | Support.Positive
        | Support.NonNegative -> Some(Some(number 0.0), None)
        | Support.AtLeast low -> Some(Some low, None)
        | Support.UnitInterval
        | Support.OpenUnitInterval -> Some(Some(number 0.0), Some(number 1.0))
        | Support.Interval(low, high) -> Some(Some low, Some high)
        | _ -> None

    let between (low: Tensor option) (high: Tensor option) : Support =
        match low, high with
        | None, None -> Support.Real
        | Some low, None -> Support.AtLeast low
        | None, Some high -> Support.Interval(high.scalarLike -infinity, high)
        | Some low, Some high -> Support.Interval(low, high)

    /// The image of an interval under a map of numbers into `codomain`, from what it does to the ends.
    let image (direction: Direction) (codomain: Support) (f: Tensor -> Tensor) (support: Support) : Support =
        let orElse (missing: Tensor option) (found: Tensor option) =
            Option.orElse missing (Option.map f found)

        match ends support, ends codomain, direction with
        | Some(None, None), _, _ -> codomain
        | Some(low, high), Some(lowest, highest), Direction.Increasing -> between (orElse lowest low) (orElse highest high)
        | Some(low, high), Some(lowest, highest), Direction.Decreasing -> between (orElse lowest high) (orElse highest low)
        | _ -> codomain

/// An invertible map y = f(x), a bijector, between arrays that end in Domain.EventRank and Codomain.EventRank axes; the axes before
/// them are a batch. It keeps its parameters and remembers nothing computed from them.
/// Where f leads onto a surface (the simplex, Cholesky factors of correlations, symmetric matrices), determinants are those of the map
/// to the surface's free coordinates, which the transform names.
[<AbstractClass>]
type Transform() =

    /// The transform's name, for messages.
    abstract Name: string

    /// Where x lies.
    abstract Domain: Support

    /// Where y lies: all values, or, of some compositions, a support around them.
    abstract Codomain: Support

    /// Its parameters by name.
    abstract Parameters: (string * Tensor) list

    /// Whether it keeps the order of numbers.
    abstract Direction: Direction

    /// f(x) and log |det ∂f/∂x|, one number for each event.
    abstract ForwardAndLogDet: x: Tensor -> Tensor * Tensor

    /// f⁻¹(y) and log |det ∂f⁻¹/∂y|, one number for each event.
    abstract InverseAndLogDet: y: Tensor -> Tensor * Tensor

    /// f(x); overridden where it is cheaper alone.
    abstract Forward: x: Tensor -> Tensor

    /// f⁻¹(y); overridden where it is cheaper alone.
    abstract Inverse: y: Tensor -> Tensor

    /// The shape of f(x) from that of x. Raises ArgumentException where x cannot have it.
    abstract ForwardShape: Shape -> Shape

    /// The shape of x from that of f(x). Raises ArgumentException where f(x) cannot have it.
    abstract InverseShape: Shape -> Shape

    /// Where f(x) lies for x in a part of the domain. By default the image of an interval, and otherwise Codomain.
    abstract Image: Support -> Support

    /// Whether two transforms are known to be the same map. By default: the same class, and parameters of equal value.
    abstract IsSameAs: Transform -> bool

    /// f⁻¹ as a transform; that of an inverse is the original.
    abstract Inverted: Transform

    /// A value of that shape ends in so many event axes.
    member internal this.Check (rank: int) (shape: Shape) : Shape =
        if shape.Length < rank then
            raise (Errors.Transform.axes this.Name shape rank)

        shape

    default _.Parameters = []
    default _.Direction = Direction.Unknown
    default this.Forward x = fst (this.ForwardAndLogDet x)
    default this.Inverse y = fst (this.InverseAndLogDet y)
    default this.ForwardShape shape = this.Check this.Domain.EventRank shape

    default this.InverseShape shape =
        this.Check this.Codomain.EventRank shape

    default this.Image support =
        match support with
        | _ when this.Domain.EventRank > 0 || this.Codomain.EventRank > 0 -> this.Codomain
        | Support.Elementwise(element, axes) -> Support.Elementwise(this.Image element, axes)
        | Support.Positive
        | Support.NonNegative when this.Domain = Support.Positive -> this.Codomain
        | Support.UnitInterval
        | Support.OpenUnitInterval when this.Domain = Support.UnitInterval -> this.Codomain
        | support -> Interval.image this.Direction this.Codomain this.Forward support

    default this.IsSameAs other =
        let same (_, a: Tensor) (_, b: Tensor) =
            obj.ReferenceEquals(a, b) || (a.shape = b.shape && a.Equals b)

        this.GetType() = other.GetType()
        && this.Parameters.Length = other.Parameters.Length
        && List.forall2 same this.Parameters other.Parameters

    default this.Inverted = InverseTransform this

    /// x ↦ next(f(x)).
    member this.Then(next: Transform) : Transform = ComposeTransform [ this; next ]

    /// x ↦ second(first(x)).
    static member (-->)(first: Transform, second: Transform) : Transform = first.Then second

    override this.ToString() = this.Name

    interface IHoldsTensors with
        member this.Tensors = this.Parameters |> Seq.map snd

/// f⁻¹ of a transform f. `Transform.inverted` makes it.
and [<Sealed>] internal InverseTransform(original: Transform) =
    inherit Transform()

    override _.Name = $"Inverse({original.Name})"
    override _.Domain = original.Codomain
    override _.Codomain = original.Domain
    override _.Parameters = original.Parameters
    override _.Direction = original.Direction
    override _.ForwardAndLogDet x = original.InverseAndLogDet x
    override _.InverseAndLogDet y = original.ForwardAndLogDet y
    override _.Forward x = original.Inverse x
    override _.Inverse y = original.Forward y
    override _.ForwardShape shape = original.InverseShape shape
    override _.InverseShape shape = original.ForwardShape shape
    override _.Inverted = original

    override _.IsSameAs other =
        match other with
        | :? InverseTransform as other -> original.IsSameAs other.Inverted
        | _ -> false

/// x ↦ f_n(... f_1(x)): transforms one after the other, in the order given. Parts that are compositions are taken apart. Its events are
/// those of the part that needs most axes; `first --> second` makes one of two. log |det| is the sum of those of the parts.
/// Raises ArgumentException when there are none.
and [<Sealed>] ComposeTransform(transforms: seq<Transform>) =
    inherit Transform()

    let parts =
        [ for part in transforms do
              match part with
              | :? ComposeTransform as several -> yield! (several.Parts: Transform list)
              | part -> part ]

    do
        if parts.IsEmpty then
            raise (Errors.Transform.empty "ComposeTransform")

    let change (part: Transform) =
        part.Codomain.EventRank - part.Domain.EventRank

    // How many event axes x has: enough for each part, given what those before it add and take away.
    let rank = List.foldBack (fun (part: Transform) after -> max part.Domain.EventRank (after - change part)) parts 0

    let lift (rank: int) (support: Support) =
        if rank > support.EventRank then
            Support.Elementwise(support, rank - support.EventRank)
        else
            support

    // Each part's log-determinant is summed over the event axes that it takes for a batch.
    let run (step: Transform -> Tensor -> Tensor * Tensor) (rankIn: Transform -> int) change parts (rank: int) (x: Tensor) =
        let next (x: Tensor, total: Tensor option, rank: int) (part: Transform) =
            let y, logDet = step part x
            let logDet = Shapes.sumLast (rank - rankIn part) logDet
            y, Some(Option.fold (+) logDet total), rank + change part

        let y, total, _ = List.fold next (x, None, rank) parts
        y, total.Value

    // Where x lies, so that the numbers that come of it lie in the domain of the next part.
    let pull (part: Transform) (support: Support) =
        match support, part.Codomain with
        | Support.Real, _ -> part.Domain
        | support, Support.Real when support.EventRank = 0 -> part.Inverted.Image support
        | _ -> part.Domain

    /// The transforms, first to last.
    member _.Parts: Transform list = parts

    override _.Name = String.Join(" --> ", parts |> List.map _.Name)

    override _.Domain = List.foldBack pull parts Support.Real |> lift rank

    // A part that refuses some of the numbers before it gives all that it can.
    override _.Codomain =
        let push (support: Support) (part: Transform) =
            if support = Support.Real && part.Domain.EventRank = 0 && part.Domain <> Support.Real then
                part.Codomain
            else
                part.Image support

        List.fold push parts.Head.Domain parts |> lift (rank + List.sumBy change parts)

    override _.Parameters = parts |> List.collect _.Parameters

    override _.Direction =
        let turn (direction: Direction) (part: Transform) =
            match direction, part.Direction with
            | Direction.Unknown, _
            | _, Direction.Unknown -> Direction.Unknown
            | a, b when a = b -> Direction.Increasing
            | _ -> Direction.Decreasing

        List.fold turn Direction.Increasing parts

    override this.ForwardAndLogDet x =
        this.Check rank x.shape |> ignore
        run _.ForwardAndLogDet _.Domain.EventRank change parts rank x

    override this.InverseAndLogDet y =
        let rank = rank + List.sumBy change parts
        this.Check rank y.shape |> ignore
        run _.InverseAndLogDet _.Codomain.EventRank (change >> (~-)) (List.rev parts) rank y

    override this.Forward x =
        this.Check rank x.shape |> ignore
        List.fold (fun x (part: Transform) -> part.Forward x) x parts

    override _.Inverse y =
        List.foldBack (fun (part: Transform) y -> part.Inverse y) parts y

    override this.ForwardShape shape =
        List.fold (fun shape (part: Transform) -> part.ForwardShape shape) (this.Check rank shape) parts

    override _.InverseShape shape =
        List.foldBack (fun (part: Transform) shape -> part.InverseShape shape) parts shape

    override _.Image support =
        List.fold (fun support (part: Transform) -> part.Image support) support parts
        |> lift (rank + List.sumBy change parts)

    override _.Inverted = ComposeTransform(parts |> List.rev |> List.map _.Inverted)

    override _.IsSameAs other =
        match other with
        | :? ComposeTransform as other ->
            parts.Length = other.Parts.Length && List.forall2 (fun (a: Transform) b -> a.IsSameAs b) parts other.Parts
        | _ -> false
