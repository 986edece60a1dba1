// The smallest support that holds several, and the part of one between two bounds.
// Used by distributions that are made of others: mixtures and truncations.
namespace Functional

open Functional.Tensors

module internal Hull =

    /// The ends of an interval of real numbers; without one where it is infinite. None for other sets.
    let bounds (support: Support) (like: Tensor) : (Tensor option * Tensor option) option =
        let zero () = Some(like.scalarLike 0.0)

        match support with
        | Support.Real
        | Support.LogWeight -> Some(None, None)
        | Support.Positive
        | Support.NonNegative -> Some(zero (), None)
        | Support.AtLeast low -> Some(Some low, None)
        | Support.UnitInterval -> Some(zero (), Some(like.scalarLike 1.0))
        | Support.Interval(low, high) -> Some(Some low, Some high)
        | _ -> None

    let private ofBounds (low: Tensor option) (high: Tensor option) (like: Tensor) : Support =
        match low, high with
        | None, None -> Support.Real
        | Some low, None -> Support.AtLeast low
        | Some low, Some high -> Support.Interval(low, high)
        | None, Some high -> Support.Interval(like.scalarLike -infinity, high)

    let private closer (pick: Tensor -> Tensor -> Tensor) (a: Tensor option) (b: Tensor option) =
        match a, b with
        | Some a, Some b -> Some(pick a b)
        | Some a, None -> Some a
        | None, b -> b

    let private both (pick: Tensor -> Tensor -> Tensor) (a: Tensor option) (b: Tensor option) = Option.map2 pick a b

    let private larger (a: Tensor) (b: Tensor) = a.max b
    let private smaller (a: Tensor) (b: Tensor) = a.min b

    /// The part of an interval between two bounds.
    let between (low: Tensor option) (high: Tensor option) (support: Support) (like: Tensor) : Support option =
        bounds support like
        |> Option.map (fun (first, last) -> ofBounds (closer larger low first) (closer smaller high last) like)

    /// The smallest support known that holds both; None when one is discrete and the other is not, or of another shape.
    let rec join (like: Tensor) (a: Support) (b: Support) : Support option =
        match a, b with
        | Support.Elementwise(a, n), Support.Elementwise(b, m) when n = m ->
            join like a b |> Option.map (fun element -> Support.Elementwise(element, n))
        | Support.Positive, Support.Positive
        | Support.NonNegative, (Support.Positive | Support.NonNegative)
        | Support.Positive, Support.NonNegative
        | Support.UnitInterval, Support.UnitInterval
        | Support.Boolean, Support.Boolean
        | Support.NonNegativeIntegers, Support.NonNegativeIntegers
        | Support.Simplex, Support.Simplex
        | Support.OneHot, Support.OneHot
        | Support.Ordered, Support.Ordered
        | Support.LowerCholesky, Support.LowerCholesky
        | Support.PositiveDefinite, Support.PositiveDefinite
        | Support.CorrelationCholesky, Support.CorrelationCholesky -> Some a
        | Support.NonNegativeIntegers, Support.Integers _
        | Support.Integers _, Support.NonNegativeIntegers -> Some Support.NonNegativeIntegers
        | Support.Categories n, Support.Categories m -> Some(Support.Categories(max n m))
        | Support.Integers(low, high), Support.Integers(low', high') ->
            Some(Support.Integers(smaller low low', larger high high'))
        | Support.Counts total, Support.Counts _ -> Some(Support.Counts total)
        | Support.Points(a, rank), Support.Points(b, rank') when rank = rank' -> Some(Support.Points(Tensor.cat [ a; b ], rank))
        | _ ->
            match bounds a like, bounds b like with
            | Some(low, high), Some(low', high') -> Some(ofBounds (both smaller low low') (both larger high high') like)
            | _ -> None

    /// The smallest support that holds those along the last batch axis, where so many event axes follow; bounds are given that shape first.
    let rec overLastBatchAxis (shape: Shape) (events: int) (support: Support) : Support =
        let reduce (pick: Tensor -> int -> Tensor) (bound: Tensor) = pick (bound.expand shape) (-1 - events)
        let lowest = reduce (fun bound axis -> bound.min axis)
        let highest = reduce (fun bound axis -> bound.max axis)

        match support with
        | Support.Elementwise(element, axes) -> Support.Elementwise(overLastBatchAxis shape events element, axes)
        | Support.AtLeast low -> Support.AtLeast(lowest low)
        | Support.Interval(low, high) -> Support.Interval(lowest low, highest high)
        | Support.Integers(low, high) -> Support.Integers(lowest low, highest high)
        | support -> support
