// Where values lie: the real line, the simplex, Cholesky factors and so on.
// Distributions say it of their values and of their parameters, transforms of their two ends.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

module private Differences =

    /// x_{i+1} - x_i along the last axis.
    let ofLast (value: Tensor) : Tensor =
        let last = value.shape[value.dim - 1] - 1
        View.slice -1 1 last value - View.slice -1 0 (last - 1) value

module private Matrices =

    let private choleskyOp = Operators.aten "linalg_cholesky_ex"

    /// Which matrices of a batch have a Cholesky factor.
    let factorize (matrix: Tensor) : Tensor =
        let struct (_, failedAt) = choleskyOp.TwoTensors [| Arg.tensor matrix.Handle; Arg.bool false; Arg.bool false |]
        (new Tensor(failedAt)).eq 0

/// A set of numbers, vectors or matrices.
[<RequireQualifiedAccess>]
type Support =
    /// All real numbers.
    | Real
    /// Real numbers, -inf and inf: bounds.
    | ExtendedReal
    /// Logarithms of weights: real numbers, and -inf for a weight of zero.
    | LogWeight
    /// x > 0.
    | Positive
    /// x ≥ 0.
    | NonNegative
    /// x ≥ low.
    | AtLeast of low: Tensor
    /// 0 ≤ x ≤ 1.
    | UnitInterval
    /// 0 < x < 1.
    | OpenUnitInterval
    /// low ≤ x ≤ high.
    | Interval of low: Tensor * high: Tensor
    /// 0 and 1.
    | Boolean
    /// The integers 0 to count - 1.
    | Categories of count: int
    /// The integers 0, 1, 2, ...
    | NonNegativeIntegers
    /// The integers from low to high.
    | Integers of low: Tensor * high: Tensor
    /// So many equally spaced numbers from -1 to 1.
    | Levels of count: int
    /// Vectors of non-negative numbers whose sum is one.
    | Simplex
    /// Vectors with a one and zeros.
    | OneHot
    /// Vectors of non-negative integers with that sum.
    | Counts of total: Tensor
    /// Vectors whose elements increase.
    | Ordered
    /// Lower-triangular matrices with a positive diagonal.
    | LowerCholesky
    /// Symmetric positive-definite matrices.
    | PositiveDefinite
    /// Lower-triangular matrices with a positive diagonal and rows of length one: Cholesky factors of correlation matrices.
    | CorrelationCholesky
    /// The values listed along the first axis, each of which ends in so many event axes.
    | Points of values: Tensor * eventRank: int
    /// Arrays whose elements each lie in a support.
    | Elementwise of Support * axes: int
    /// Vectors made of values of several supports one after another, each of that shape and flattened.
    | Concatenated of (Support * Shape) list
    /// Arrays whose slices along the first event axis each lie in a support; all have as many event axes.
    | Stacked of Support list

    /// Vectors of real numbers.
    static member RealVector = Elementwise(Real, 1)

    /// Matrices of real numbers.
    static member RealMatrix = Elementwise(Real, 2)

    /// Whether it is a set of isolated points.
    member this.IsDiscrete =
        match this with
        | Boolean
        | Categories _
        | NonNegativeIntegers
        | Integers _
        | Levels _
        | OneHot
        | Counts _
        | Points _ -> true
        | Elementwise(element, _) -> element.IsDiscrete
        | Concatenated parts -> parts |> List.forall (fun (part, _) -> part.IsDiscrete)
        | Stacked parts -> parts |> List.exists _.IsDiscrete
        | _ -> false

    /// How many trailing axes one value has.
    member this.EventRank: int =
        match this with
        | Simplex
        | OneHot
        | Counts _
        | Ordered
        | Concatenated _ -> 1
        | LowerCholesky
        | PositiveDefinite
        | CorrelationCholesky -> 2
        | Points(_, rank) -> rank
        | Elementwise(element, axes) -> element.EventRank + axes
        | Stacked parts -> 1 + parts.Head.EventRank
        | _ -> 0

    /// What a value has to be, to follow "must be".
    member internal this.Requirement: string =
        match this with
        | Real -> "finite"
        | ExtendedReal -> "a number, which may be infinite"
        | LogWeight -> "a number below infinity"
        | Positive -> "positive"
        | NonNegative -> "non-negative"
        | AtLeast _ -> "at least the lower bound"
        | UnitInterval -> "between 0 and 1"
        | OpenUnitInterval -> "above 0 and below 1"
        | Interval _ -> "between the bounds"
        | Boolean -> "0 or 1"
        | Categories count -> $"an integer from 0 to {count - 1}"
        | NonNegativeIntegers -> "a non-negative integer"
        | Integers _ -> "an integer between the bounds"
        | Levels count -> $"one of {count} equally spaced numbers from -1 to 1"
        | Simplex -> "non-negative with a sum of one along the last axis"
        | OneHot -> "one-hot along the last axis"
        | Counts _ -> "non-negative integers with the given total along the last axis"
        | Ordered -> "increasing along the last axis"
        | LowerCholesky -> "lower-triangular with a positive diagonal"
        | PositiveDefinite -> "symmetric and positive definite"
        | CorrelationCholesky -> "lower-triangular with a positive diagonal and rows of length one"
        | Points _ -> "one of the listed values"
        | Elementwise(element, _) -> element.Requirement
        | Concatenated parts ->
            let requirements = parts |> List.map (fun (part, _) -> part.Requirement) |> List.distinct
            System.String.Join("; then ", requirements)
        | Stacked parts -> "slices that are " + System.String.Join(", ", parts |> List.map _.Requirement)

    /// Whether LogProb refuses values outside: those of discrete sets, and arrays that rounding could push off a surface.
    /// Everywhere else the density is zero outside.
    member internal this.RefusesOutsiders: bool =
        match this with
        | Points _ -> false
        | Elementwise(element, _) -> element.RefusesOutsiders
        | Concatenated parts -> parts |> List.exists (fun (part, _) -> part.RefusesOutsiders)
        | Stacked parts -> parts |> List.exists _.RefusesOutsiders
        | support -> support.IsDiscrete || support.EventRank > 0

    /// A number well inside, for formulas that must not see what lies outside.
    member internal this.InnerPoint(like: Tensor) : Tensor =
        match this with
        | Positive
        | NonNegative -> like.scalarLike 1.0
        | AtLeast low -> low + 1.0
        | UnitInterval
        | OpenUnitInterval -> like.scalarLike 0.5
        | Interval(low, high) -> (low + high) / 2.0
        | _ -> like.scalarLike 0.0

    /// Which values lie in it; each of them ends in EventRank axes, which are gone from the result.
    member this.Contains(value: Tensor) : Tensor =
        let between (low: Tensor) (high: Tensor) =
            (value.ge low).logicalAnd(value.le high)

        let isInteger () =
            (value.cast Dtype.Float64).floor().eq(value.cast Dtype.Float64)

        let allOver (axes: int) (holds: Tensor) =
            if axes = 0 then holds else (Shapes.sumLast axes (holds.logicalNot ())).eq 0

        let tolerance = if value.dtype = Dtype.Float64 then 1e-8 else 1e-5
        let isTriangular () = (value.tril().eq value) |> allOver 2

        let hasPositiveDiagonal () =
            (value.diagonal(0, -2, -1).gt 0.0) |> allOver 1

        match this with
        | Real -> value.isfinite ()
        | ExtendedReal -> value.eq value
        | LogWeight -> value.lt infinity
        | Positive -> (value.gt 0.0).logicalAnd(value.lt infinity)
        | NonNegative -> (value.ge 0.0).logicalAnd(value.lt infinity)
        | AtLeast low -> (value.ge low).logicalAnd(value.lt infinity)
        | UnitInterval -> (value.ge 0.0).logicalAnd(value.le 1.0)
        | OpenUnitInterval -> (value.gt 0.0).logicalAnd(value.lt 1.0)
        | Interval(low, high) -> between low high
        | Boolean -> (value.eq 0.0).logicalOr(value.eq 1.0)
        | Categories count -> ((value.ge 0).logicalAnd(value.le (count - 1))).logicalAnd(isInteger ())
        | NonNegativeIntegers -> ((value.ge 0).logicalAnd(value.isfinite ())).logicalAnd(isInteger ())
        | Integers(low, high) -> ((between low high).logicalAnd(value.isfinite ())).logicalAnd(isInteger ())
        | Levels count ->
            // as near as float32 can be asked to come to a sum of two of its numbers
            let index = (value + 1.0) * (float (count - 1) / 2.0)
            ((index - index.round ()).abs().le(1e-3)).logicalAnd(value.abs().le(1.0 + 1e-6))
        | Simplex -> ((value.ge 0.0) |> allOver 1).logicalAnd(((value.sum -1) - 1.0).abs().le 1e-5)
        | OneHot -> ((Boolean.Contains value) |> allOver 1).logicalAnd((value.sum -1).eq 1.0)
        | Counts total -> ((NonNegativeIntegers.Contains value) |> allOver 1).logicalAnd((value.sum -1).eq total)
        | Ordered ->
            let steps = Differences.ofLast value
            (Real.Contains value |> allOver 1).logicalAnd(steps.gt 0.0 |> allOver 1)
        | LowerCholesky -> (isTriangular ()).logicalAnd(hasPositiveDiagonal ())
        | PositiveDefinite ->
            let scale = (value.abs().max(-1, keepDim = true)).max(-2, keepDim = true)
            let isSymmetric = ((value - value.transpose (-2, -1)).abs().le(scale * tolerance)) |> allOver 2
            isSymmetric.logicalAnd (Matrices.factorize value)
        | CorrelationCholesky ->
            let hasUnitRows = ((value.square().sum -1) - 1.0).abs().le tolerance |> allOver 1
            ((isTriangular ()).logicalAnd(hasPositiveDiagonal ())).logicalAnd hasUnitRows
        | Points(values, rank) ->
            // sample axes of the value come between the list and its batch
            let more = Array.create (max 0 (value.dim + 1 - values.dim)) 1
            let aligned = values.view (Array.concat [ values.shape[..0]; more; Array.tail values.shape ])
            ((value.unsqueeze 0).eq aligned |> allOver rank).sum(0).gt 0
        | Elementwise(element, axes) -> (element.Contains value) |> allOver axes
        | Concatenated parts ->
            let leading = Shapes.leading 1 value.shape
            let pieces = value.split ([ for _, shape in parts -> Shape.nelement shape ], -1)

            (parts, List.ofSeq pieces)
            ||> List.map2 (fun (part, shape) piece ->
                let holds = part.Contains(piece.view (Array.append leading shape))
                holds |> allOver (shape.Length - part.EventRank))
            |> List.reduce (fun a b -> a.logicalAnd b)
        | Stacked parts ->
            let axis = -this.EventRank

            if value.shape[value.dim + axis] <> parts.Length then
                (value.zerosLike (Shapes.leading this.EventRank value.shape)).bool()
            else
                (parts, value.unstack axis) ||> Seq.map2 _.Contains |> Seq.reduce (fun a b -> a.logicalAnd b)

    /// The same without the ends of closed intervals.
    member internal this.ContainsInside(value: Tensor) : Tensor =
        match this with
        | NonNegative -> Positive.Contains value
        | AtLeast low -> (value.gt low).logicalAnd(value.lt infinity)
        | UnitInterval -> (value.gt 0.0).logicalAnd(value.lt 1.0)
        | Interval(low, high) -> (value.gt low).logicalAnd(value.lt high)
        | support -> support.Contains value
