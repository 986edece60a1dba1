// Integrals and sums over a distribution's support, as tensors: points, and a weight for each.
// Used by the laws that compare a closed form, or samples, with the density itself.
module internal Functional.Tests.Grid

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// Points of shape [n; batch; event] and weights of shape [n; batch]: Σ_i weight_i f(point_i) is the integral, or sum, of f.
type Grid = { Points: Tensor; Weights: Tensor }

let private together (grids: Grid list) : Grid =
    { Points = Tensor.cat [ for grid in grids -> grid.Points ]
      Weights = Tensor.cat [ for grid in grids -> grid.Weights ] }

/// Points that rounding put on an end of their piece count nothing.
let private masked (isInside: Tensor) (inner: Tensor) (grid: Grid) : Grid =
    { Points = dsharp.where (isInside, grid.Points, inner.expand grid.Points.shape)
      Weights = dsharp.where (isInside, grid.Weights, grid.Weights.scalarLike 0.0) }

// ---- double-exponential rules: the trapezoidal rule after a substitution (Takahasi, Mori 1974) ----

let private nodes (step: float) (low: float, high: float) : float[] =
    [| for k in int (round (low / step)) .. int (round (high / step)) -> float k * step |]

/// Numbers along a new leading axis.
let private column (like: Tensor) (values: float[]) : Tensor =
    (float64 values).view(Array.append [| values.Length |] (Array.create like.dim 1))

let private sinh' t = Math.PI / 2.0 * sinh t

/// tanh-sinh, between two tensors of bounds; singular ends do no harm.
let private finite (step: float) (low: Tensor) (high: Tensor) : Grid =
    let nodes = nodes step (-6.0, 6.0)

    let near (sign: float) =
        column low [| for t in nodes -> 1.0 / (1.0 + exp (-sign * 2.0 * sinh' t)) |]

    let width = high - low
    let isLeft = (column low nodes).lt(0.0).expand(Array.append [| nodes.Length |] low.shape)
    let points = dsharp.where (isLeft, low + width * near 1.0, high - width * near -1.0)
    let weights = width * near 1.0 * near -1.0 * column low [| for t in nodes -> step * Math.PI * cosh t |]
    masked ((points.gt low).logicalAnd(points.lt high)) ((low + high) / 2.0) { Points = points; Weights = weights }

/// exp-sinh, from `from` to +∞ (sign 1) or -∞ (sign -1), half of the points within `scale`.
let private half (step: float) (sign: float) (from: Tensor) (scale: Tensor) : Grid =
    let nodes = nodes step (-6.1, 5.0)
    let distance = scale * column from [| for t in nodes -> exp (sinh' t) |]
    let points = from + distance * sign
    let weights = distance * column from [| for t in nodes -> step * Math.PI / 2.0 * cosh t |]
    masked (points.ne from) (from + scale * sign) { Points = points; Weights = weights }

/// sinh-sinh, over the whole line.
let private line (step: float) (centre: Tensor) (scale: Tensor) : Grid =
    let nodes = nodes step (-5.0, 5.0)

    { Points = centre + scale * column centre [| for t in nodes -> sinh (sinh' t) |]
      Weights = scale * column centre [| for t in nodes -> step * Math.PI / 2.0 * cosh t * cosh (sinh' t) |] }

// ---- densities of one number ----

/// Where the mass lies: the median and half the distance of the quartiles, of a sample.
let private place (distribution: Distribution) : Tensor * Tensor =
    let sorted, _ = (Random.withSeed 1 (fun () -> distribution.Sample [ 255 ])).cast(Dtype.Float64).sort(0)
    let scale = (sorted[191] - sorted[63]) / 2.0
    sorted[127], scale.max (scale.scalarLike 1e-300)

/// A bound, unless it is infinite.
let private bound (tensor: Tensor) =
    if (tensor.noDiff().isinf()).all().toBool() && tensor.nelement > 0 then
        None
    else
        Some(tensor.noDiff ())

let private ends (distribution: Distribution) : Tensor option * Tensor option =
    let number (value: float) = Some(float64 value)

    match distribution.Support with
    | Support.Real -> None, None
    | Support.Positive
    | Support.NonNegative -> number 0.0, None
    | Support.AtLeast low -> bound low, None
    | Support.UnitInterval -> number 0.0, number 1.0
    | Support.Interval(low, high) -> bound low, bound high
    | support -> failtest $"{distribution.Name}: Grid.fs has no rule for {support}."

/// From `low` to `high`, in pieces that end at `breaks`.
let private pieces step (centre: Tensor, scale: Tensor) (low: Tensor option) (breaks: Tensor list) (high: Tensor option) : Grid =
    let full (tensor: Tensor) = tensor.expand centre.shape
    let low, high = Option.map full low, Option.map full high

    let clamped (tensor: Tensor) =
        let above = low |> Option.fold (fun (tensor: Tensor) low -> tensor.max low) (full tensor)
        high |> Option.fold (fun (tensor: Tensor) high -> tensor.min high) above

    let breaks =
        match breaks with
        | [] -> []
        | breaks ->
            (fst ((Tensor.stack [ for tensor in breaks -> (full tensor).noDiff() ]).sort 0)).unstack()
            |> Seq.map clamped
            |> List.ofSeq

    let reach (from: Tensor) = (centre - from).abs().max scale

    match Option.toList low @ breaks @ Option.toList high with
    | [] -> line step centre (scale * 2.0)
    | ends ->
        together
            [ if low.IsNone then
                  half step -1.0 ends.Head (reach ends.Head)
              for low, high in List.pairwise ends do
                  finite step low high
              if high.IsNone then
                  half step 1.0 (List.last ends) (reach (List.last ends)) ]

/// The median is an end too, unless the line is whole: mass that is narrow beside its support is found.
let private inner (distribution: Distribution) (centre: Tensor) (breaks: Tensor list) =
    if breaks.IsEmpty && ends distribution = (None, None) then [] else centre :: breaks

let private ofNumber (step: float) (breaks: Tensor list) (distribution: Distribution) : Grid =
    let low, high = ends distribution
    let centre, scale = place distribution
    pieces step (centre, scale) low (if step > 1.0 / 32.0 then breaks else inner distribution centre breaks) high

// ---- lists of values ----

let private listed (distribution: Distribution) (values: Tensor) : Grid =
    let shape = Array.concat [ [| values.shape[0] |]; distribution.BatchShape; distribution.EventShape ]
    let values = values.cast((distribution.Sample [ 1 ]).dtype).expand shape

    { Points = values
      Weights = values.onesLike (Array.append [| shape[0] |] distribution.BatchShape, dtype = Dtype.Float64) }

let private integersFrom (distribution: Distribution) (low: Tensor) (count: int) : Grid =
    let low = (low.noDiff().cast Dtype.Float64).expand distribution.BatchShape
    listed distribution (low + column low (Array.init count float))

/// So many integers from 0 that the rest holds next to nothing.
let private enough (distribution: Distribution) : int =
    let largest =
        if Shape.nelement distribution.BatchShape = 0 then
            0.0
        else
            (distribution.Sample [ 100 ]).cast(Dtype.Float64).max().toDouble()

    let rec grow (count: int) =
        let last = (distribution.Sample [ 1 ]).zerosLike(distribution.BatchShape) + (count - 1)
        let density = (distribution.LogProb last).exp() * float count

        if float count > largest && (density.lt 1e-16).all().toBool() then
            count
        elif count > (1 <<< 20) then
            failtest $"{distribution.Name}: more than a million integers hold its mass."
        else
            grow (2 * count)

    grow 64

/// Vectors of so many non-negative integers whose sum is at most `total`.
let rec private counts (length: int) (total: int) : float list list =
    if length = 0 then
        [ [] ]
    else
        [ for first in 0..total do
              for rest in counts (length - 1) (total - first) -> float first :: rest ]

/// The last count is what the others leave of the total, which may differ from one distribution to the next.
let private ofCounts (distribution: Distribution) (total: Tensor) : Grid =
    let length, batch = distribution.EventShape[0], distribution.BatchShape
    let total = (total.noDiff().cast Dtype.Float64).expand batch
    let largest = if total.nelement = 0 then 0 else int (total.max().toDouble())
    let rows = counts (length - 1) largest
    let shape = Array.concat [ [| rows.Length |]; Array.create batch.Length 1; [| length - 1 |] ]
    let first = (float64 (List.concat rows)).view(shape).expand(Array.concat [ [| rows.Length |]; batch; [| length - 1 |] ])
    let last = total - first.sum -1
    let fits = (last.ge 0.0)
    let whole = Tensor.cat ([ first; last.unsqueeze -1 ], -1)
    let alone = Tensor.cat ([ first.zerosLike (); (total.expand last.shape).unsqueeze -1 ], -1)
    let grid = listed distribution (dsharp.where ((fits.unsqueeze -1).expand whole.shape, whole, alone))
    { grid with Weights = fits.cast Dtype.Float64 }

/// A value that is listed several times counts once.
let private ofPoints (distribution: Distribution) (values: Tensor) (rank: int) : Grid =
    let grid = listed distribution (values.noDiff ())
    let differs = (grid.Points.unsqueeze 0).ne(grid.Points.unsqueeze 1).cast Dtype.Float64
    let isSame = (if rank = 0 then differs else differs.sum [ for axis in 1..rank -> -axis ]).eq 0.0
    { grid with Weights = 1.0 / (isSame.cast Dtype.Float64).sum 0 }

// ---- arrays of numbers: real coordinates, moved and scaled to where the mass lies ----

/// Coordinates of a support's arrays: how many, the map from vectors of them with its log-determinant, and back.
type private Coordinates = { Count: int; ToArray: Tensor -> Tensor * Tensor; OfArray: Tensor -> Tensor }

let private entry (i: int) (x: Tensor) : Tensor =
    (x.indexSelect (x.dim - 1, dsharp.tensor [| int64 i |])).squeeze -1

let private entries (x: Tensor) : Tensor[] =
    [| for i in 0 .. x.shape[x.dim - 1] - 1 -> entry i x |]

let private matrix (size: int) (element: int -> int -> Tensor) : Tensor =
    Tensor.stack ([ for i in 0 .. size - 1 -> Tensor.stack ([ for j in 0 .. size - 1 -> element i j ], -1) ], -2)

let private elementOf (x: Tensor) (i: int) (j: int) : Tensor =
    entry j (entry i (x.transpose (-2, -1)))

let private total (terms: Tensor list) : Tensor = List.reduce (+) terms

/// The places (i, j) of a lower triangle, row by row.
let private lowerTriangle (size: int) =
    [ for i in 0 .. size - 1 do
          for j in 0..i -> i, j ]

let private simplex (size: int) =
    // x = softmax (u, 0): |det| = Π x_i
    { Count = size - 1
      ToArray =
        fun u ->
            let zero = (u.zerosLike (Array.append (Array.truncate (u.dim - 1) u.shape) [| 1 |]))
            let logs = (Tensor.cat ([ u; zero ], -1)).logsoftmax -1
            logs.exp (), logs.sum -1
      OfArray =
        fun x ->
            let logs = entries (x.log ())
            Tensor.stack ([ for i in 0 .. size - 2 -> logs[i] - logs[size - 1] ], -1) }

let private ordered (size: int) =
    { Count = size
      ToArray =
        fun u ->
            let u = entries u
            let steps = [ for i in 0 .. size - 1 -> if i = 0 then u[0] else u[i].exp() ]
            Tensor.stack (List.scan (+) steps.Head steps.Tail, -1), total (u[0] * 0.0 :: [ for i in 1 .. size - 1 -> u[i] ])
      OfArray =
        fun x ->
            let x = entries x
            Tensor.stack ([ for i in 0 .. size - 1 -> if i = 0 then x[0] else (x[i] - x[i - 1]).log() ], -1) }

let private lowerCholesky (size: int) =
    let places = lowerTriangle size

    { Count = places.Length
      ToArray =
        fun u ->
            let values = Seq.zip places (entries u) |> dict

            let element i j =
                if i < j then values[0, 0] * 0.0
                elif i = j then values[i, i].exp()
                else values[i, j]

            matrix size element, total [ for i in 0 .. size - 1 -> values[i, i] ]
      OfArray = fun x -> Tensor.stack ([ for i, j in places -> if i = j then (elementOf x i j).log() else elementOf x i j ], -1) }

let private positiveDefinite (size: int) =
    // Σ = LLᵀ: |det ∂Σ/∂L| = 2^d Π L_ii^(d - i), i from 0
    let factor = lowerCholesky size

    { Count = factor.Count
      ToArray =
        fun u ->
            let l, logDet = factor.ToArray u
            let powers = [ for i in 0 .. size - 1 -> (elementOf l i i).log() * float (size - i) ]
            l.matmul (l.transpose (-2, -1)), logDet + total powers + float size * log 2.0
      OfArray = fun x -> factor.OfArray(x.cholesky ()) }

let private correlationCholesky (size: int) =
    // L_ij = tanh u_ij √(1 - Σ_{k<j} L_ik²); the density is one of the elements below the diagonal
    let places =
        [ for i, j in lowerTriangle size do
              if j < i then
                  i, j ]

    { Count = places.Length
      ToArray =
        fun u ->
            let partial = Seq.zip places (entries u) |> dict
            let zero = entry 0 u * 0.0

            let rows =
                [| for i in 0 .. size - 1 ->
                       let step (row: Tensor list, left: Tensor, logDet: Tensor) j =
                           let z = partial[i, j].tanh()
                           row @ [ z * left.sqrt () ], left * (1.0 - z * z), logDet + (1.0 - z * z).log() + left.log () * 0.5

                       List.fold step ([], zero + 1.0, zero) [ 0 .. i - 1 ] |]

            let element i j =
                let row, left, _ = rows[i]

                if j < i then row[j]
                elif j = i then left.sqrt ()
                else zero

            matrix size element, total [ for _, _, logDet in rows -> logDet ]
      OfArray =
        fun x ->
            Tensor.stack (
                [ for i, j in places ->
                      let left =
                          [ for k in 0 .. j - 1 -> (elementOf x i k).square() ] |> List.fold (-) (elementOf x i j * 0.0 + 1.0)

                      let z = elementOf x i j / left.sqrt ()
                      ((1.0 + z) / (1.0 - z)).log() * 0.5 ],
                -1
            ) }

let private arrayOf (element: Support) (event: Shape) =
    let flat (x: Tensor) =
        x.view (Array.append (Array.truncate (x.dim - event.Length) x.shape) [| Shape.nelement event |])

    let sum (x: Tensor) = (flat x).sum -1

    let map, inverse =
        match element with
        | Support.Real -> (fun (u: Tensor) -> u, u * 0.0), id
        | Support.Positive
        | Support.NonNegative -> (fun (u: Tensor) -> u.exp (), u), (fun (x: Tensor) -> x.log ())
        | Support.AtLeast low -> (fun (u: Tensor) -> low + u.exp (), u), (fun (x: Tensor) -> (x - low).log())
        | Support.UnitInterval ->
            (fun (u: Tensor) -> u.sigmoid (), u.logsigmoid () + (-u).logsigmoid()),
            (fun (x: Tensor) -> x.log () - (1.0 - x).log())
        | Support.Interval(low, high) ->
            (fun (u: Tensor) -> low + (high - low) * u.sigmoid (), u.logsigmoid () + (-u).logsigmoid() + (high - low).log()),
            (fun (x: Tensor) -> (x - low).log() - (high - x).log())
        | support -> failtest $"Grid.fs has no coordinates for arrays of {support}."

    { Count = Shape.nelement event
      ToArray =
        fun u ->
            let x, logDet = map (u.view (Array.append (Array.truncate (u.dim - 1) u.shape) event))
            x, sum logDet
      OfArray = fun x -> flat (inverse x) }

/// Vectors made of several arrays one after another, each flattened.
let private concatenated (parts: (Coordinates * Shape) list) =
    { Count = parts |> List.sumBy (fun (part, _) -> part.Count)
      ToArray =
        fun u ->
            let leading = Array.truncate (u.dim - 1) u.shape

            let pieces =
                List.map2
                    (fun (part, _) -> part.ToArray)
                    parts
                    (List.ofSeq (u.split ([ for part, _ in parts -> part.Count ], -1)))

            let vectors =
                [ for (x, _), (_, shape) in List.zip pieces parts -> x.view (Array.append leading [| Shape.nelement shape |]) ]

            Tensor.cat (vectors, -1), total (List.map snd pieces)
      OfArray =
        fun x ->
            let leading = Array.truncate (x.dim - 1) x.shape

            let map (part, shape) (piece: Tensor) =
                part.OfArray(piece.view (Array.append leading shape))

            let pieces = List.ofSeq (x.split ([ for _, shape in parts -> Shape.nelement shape ], -1))
            Tensor.cat (List.map2 map parts pieces, -1) }

let rec private coordinatesOf (support: Support) (event: Shape) : Coordinates =
    match support with
    | Support.Simplex -> simplex event[0]
    | Support.Ordered -> ordered event[0]
    | Support.LowerCholesky -> lowerCholesky event[0]
    | Support.PositiveDefinite -> positiveDefinite event[0]
    | Support.CorrelationCholesky -> correlationCholesky event[0]
    | Support.Elementwise(element, _) -> arrayOf element event
    | Support.Concatenated parts -> concatenated [ for support, shape in parts -> coordinatesOf support shape, shape ]
    | support -> arrayOf support event

/// Of every choice of one of n points for each of so many elements: which points element i is given.
let private choices (n: int) (elements: int) (i: int) : Tensor =
    let count, period = pown n elements, pown n i
    dsharp.tensor [| for row in 0 .. count - 1 -> int64 (row / period % n) |]

let private ofArray (distribution: Distribution) (coordinates: Coordinates) : Grid =
    let samples = Random.withSeed 1 (fun () -> distribution.Sample [ 1000 ])
    let u = coordinates.OfArray samples
    let k = coordinates.Count
    let centre = u.mean 0
    let moved = (u - centre).permute [ yield! [ 1 .. u.dim - 1 ]; 0 ]
    let covariance = moved.matmul (moved.transpose (-2, -1)) / 1000.0
    let factor = (covariance + covariance * 1e-9).cholesky() // [batch; k; k]
    let logVolume = (factor.diagonal (0, -2, -1)).log().sum -1

    let at (standard: Tensor) =
        let rows =
            standard.view (Array.concat [ [| standard.shape[0] |]; Array.create distribution.BatchShape.Length 1; [| 1; k |] ])

        let points, logDet = coordinates.ToArray(centre + (rows * factor).sum -1)

        // Far out, rounding leaves the support.
        let isInside = (distribution.Support.Contains points).logicalAnd(logDet.isfinite ())

        let wide =
            (isInside.view (Array.append isInside.shape (Array.create distribution.EventShape.Length 1))).expand points.shape

        let middle = (fst (coordinates.ToArray centre)).expand points.shape
        dsharp.where (wide, points, middle), dsharp.where (isInside, logDet + logVolume, logDet.scalarLike -infinity)

    // Far out, does the density fall like an exponential function, or slower?
    let isHeavy =
        let far =
            [ for i in 0 .. k - 1 do
                  for sign in [ -100.0; 100.0 ] -> [ for j in 0 .. k - 1 -> if i = j then sign else 0.0 ] ]

        let points, logDet = at (float64 (List.replicate k 0.0 :: far))
        let density = distribution.LogProb points + logDet
        density.nelement > 0 && ((density[1..]).gt(density[0] - 60.0)).any().toBool()

    let x, weight =
        if isHeavy then
            let nodes = nodes (if k < 3 then 1.0 / 14.0 else 1.0 / 8.0) (-3.2, 3.2)
            let step = nodes[1] - nodes[0]
            [| for t in nodes -> sinh (sinh' t) |], [| for t in nodes -> step * Math.PI / 2.0 * cosh t * cosh (sinh' t) |]
        else
            let nodes = nodes ([| 1.0 / 32.0; 1.0 / 10.0; 1.0 / 6.0 |][k - 1]) (if k < 3 then -4.6, 4.6 else -4.2, 4.2)
            let step = nodes[1] - nodes[0]
            [| for t in nodes -> sinh t |], [| for t in nodes -> step * cosh t |]

    let each (values: float[]) =
        [ for i in 0 .. k - 1 -> (float64 values).indexSelect(0, choices values.Length k i) ]

    let points, logDet = at (Tensor.stack (each x, -1))

    let weights =
        (each weight |> List.reduce (*)).view(Array.append [| pown x.Length k |] (Array.create distribution.BatchShape.Length 1))

    { Points = points; Weights = weights * logDet.exp () }

// ---- every support ----

/// The product of the grids of the elements of an event, each with an event of its own.
let private product (batch: Shape) (outer: Shape) (inner: Shape) (grid: Grid) : Grid =
    let n, elements = grid.Points.shape[0], Shape.nelement outer
    let count = pown n elements

    let each (tensor: Tensor) (event: Shape) =
        let flat = tensor.view [| n; Shape.nelement batch; elements; Shape.nelement event |]

        [ for i in 0 .. elements - 1 ->
              (flat.indexSelect (2, dsharp.tensor [| int64 i |])).squeeze(2).indexSelect(0, choices n elements i) ]

    if elements = 0 then
        { Points = grid.Points.zerosLike (Array.concat [ [| count |]; batch; outer; inner ])
          Weights = grid.Weights.onesLike (Array.append [| count |] batch) }
    else
        { Points = (Tensor.stack (each grid.Points inner, 2)).view(Array.concat [ [| count |]; batch; outer; inner ])
          Weights = (each grid.Weights [||] |> List.reduce (*)).view(Array.append [| count |] batch) }

let rec private overWith (step: float) (breaks: Tensor list) (distribution: Distribution) : Grid =
    match distribution, distribution.Support with
    | :? Independent as wrapper, _ when wrapper.Rank = 0 -> overWith step breaks wrapper.Base
    | :? Independent as wrapper, _ ->
        let outer = Array.truncate wrapper.Rank wrapper.EventShape
        let step = if Shape.nelement outer > 1 then 1.0 / 16.0 else step
        product wrapper.BatchShape outer (Array.skip wrapper.Rank wrapper.EventShape) (overWith step breaks wrapper.Base)
    | _, support ->
        let batch, event = distribution.BatchShape, distribution.EventShape

        match support with
        | Support.Boolean -> integersFrom distribution (float64 0.0) 2
        | Support.Categories count -> integersFrom distribution (float64 0.0) count
        | Support.NonNegativeIntegers -> integersFrom distribution (float64 0.0) (enough distribution)
        | Support.Integers(low, high) ->
            let range = high - low
            let grid = integersFrom distribution low (if range.nelement = 0 then 1 else 1 + int (range.max().toDouble()))
            let isInside = grid.Points.le high
            masked isInside (low.cast grid.Points.dtype) grid
        | Support.Levels count ->
            let levels = [| for i in 0 .. count - 1 -> float (2 * i - (count - 1)) / float (count - 1) |]
            listed distribution ((float64 levels).view(Array.append [| count |] (Array.create batch.Length 1)))
        | Support.OneHot ->
            let size = event[event.Length - 1]
            let rows = [ for i in 0 .. size - 1 -> [ for j in 0 .. size - 1 -> if i = j then 1.0 else 0.0 ] ]
            listed distribution ((float64 rows).view(Array.concat [ [| size |]; Array.create batch.Length 1; [| size |] ]))
        | Support.Counts total -> ofCounts distribution total
        | Support.Points(values, rank) -> ofPoints distribution values rank
        | Support.Simplex
        | Support.Ordered
        | Support.LowerCholesky
        | Support.PositiveDefinite
        | Support.CorrelationCholesky
        | Support.Concatenated _ -> ofArray distribution (coordinatesOf support event)
        | Support.Elementwise(element, _) when element.IsDiscrete ->
            let values =
                match element with
                | Support.Boolean -> [| 0.0; 1.0 |]
                | Support.Categories count -> Array.init count float
                | support -> failtest $"{distribution.Name}: Grid.fs has no list of arrays of {support}."

            let elements = Shape.nelement event
            let each = [ for i in 0 .. elements - 1 -> (float64 values).indexSelect(0, choices values.Length elements i) ]
            let shape = Array.concat [ [| pown values.Length elements |]; Array.create batch.Length 1; event ]
            listed distribution ((Tensor.stack (each, -1)).view shape)
        | Support.Elementwise(element, _) when element.EventRank = 0 -> ofArray distribution (coordinatesOf support event)
        | _ -> ofNumber step breaks distribution

/// The points that hold a distribution's mass; where its density is not smooth, the pieces are integrated apart.
let overPieces (breaks: Tensor list) (distribution: Distribution) : Grid =
    Validation.off (fun () -> Gradient.off (fun () -> overWith (1.0 / 32.0) breaks distribution))

/// The points that hold the mass of a distribution with a smooth density.
let over (distribution: Distribution) : Grid = overPieces [] distribution

/// Σ_i mass_i values_i over the first axis; where there is no mass, values may be infinite.
let private weigh (mass: Tensor) (values: Tensor) : Tensor =
    let mass = mass.view (Array.append mass.shape (Array.create (values.dim - mass.dim) 1))
    (dsharp.where ((mass.eq 0.0).expand values.shape, values.scalarLike 0.0, mass * values)).sum 0

/// The mass at each point of a grid, of shape [n; batch].
let mass (distribution: Distribution) (grid: Grid) : Tensor =
    let density = (Validation.off (fun () -> distribution.LogProb grid.Points)).exp()
    dsharp.where ((grid.Weights.eq 0.0).logicalOr(density.eq 0.0), density.scalarLike 0.0, density * grid.Weights)

/// The grid without the points that hold nothing, in whose place a sample stands: formulas may be followed there by autodiff.
let massive (distribution: Distribution) (grid: Grid) : Grid =
    let mass = mass distribution grid
    let holds = mass.gt 1e-100
    let wide = (holds.view (Array.append mass.shape (Array.create distribution.EventShape.Length 1))).expand grid.Points.shape

    { Points = dsharp.where (wide, grid.Points, (distribution.Sample()).expand grid.Points.shape)
      Weights = dsharp.where (holds, grid.Weights.expand mass.shape, mass.scalarLike 0.0) }

/// log p(x) for points of another distribution's grid: -inf outside the support, where LogProb may refuse to answer.
let logDensity (distribution: Distribution) (points: Tensor) : Tensor =
    let holds = distribution.Support.Contains points
    let wide = (holds.view (Array.append holds.shape (Array.create distribution.EventShape.Length 1))).expand points.shape
    let inner = ((distribution.Sample()).cast points.dtype).expand points.shape
    let density = Validation.off (fun () -> distribution.LogProb(dsharp.where (wide, points, inner)))
    dsharp.where (holds.expand density.shape, density, density.scalarLike -infinity)

/// E[f(x)], f returning a tensor of shape [n; batch; more].
let expectationOver (breaks: Tensor list) (distribution: Distribution) (f: Tensor -> Tensor) : Tensor =
    let grid = overPieces breaks distribution
    weigh (mass distribution grid) (Validation.off (fun () -> f grid.Points))

/// The same for a smooth density.
let expectation (distribution: Distribution) (f: Tensor -> Tensor) : Tensor = expectationOver [] distribution f

/// P(X ≤ value) for a distribution of numbers, the value's shape being [m; batch].
let below (breaks: Tensor list) (distribution: Distribution) (value: Tensor) : Tensor =
    if distribution.Support.IsDiscrete then
        let grid = over distribution
        let reached = (grid.Points.unsqueeze 1).le(value.unsqueeze 0 + 1e-9).cast Dtype.Float64
        ((mass distribution grid).unsqueeze 1 * reached).sum 0
    else
        let low, _ = ends distribution
        let centre, scale = place distribution
        let wide (tensor: Tensor) = tensor.expand value.shape
        let grid = pieces (1.0 / 32.0) (wide centre, wide scale) low (centre :: breaks) (Some value)
        (mass distribution grid).sum 0
