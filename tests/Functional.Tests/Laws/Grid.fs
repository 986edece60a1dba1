// Integrals and sums over a distribution's support, as tensors: points, and a weight for each.
// Used by the laws that compare a closed form, or samples, with the density itself.
module internal Functional.Tests.Grid

open MathNet.Numerics.Integration
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// Points of shape [n; batch; event] and weights of shape [n; batch]: Σ_i weight_i f(point_i) is the integral, or sum, of f.
type Grid = { Points: Tensor; Weights: Tensor }

let private order = 48

/// Gauss-Legendre points between two tensors of bounds, along a new leading axis.
let between (low: Tensor) (high: Tensor) : Grid =
    let rule = GaussLegendreRule(-1.0, 1.0, order)

    let column (values: float[]) =
        (float64 values).view(Array.append [| order |] (Array.create low.dim 1))

    let middle, half = (low + high) / 2.0, (high - low) / 2.0

    { Points = middle + half * column rule.Abscissas
      Weights = half * column rule.Weights }

/// The points of the whole real line that hold more than 1e-20 of the mass.
let private reach = 9.5

let private ofElement (distribution: Distribution) : Grid =
    match distribution.Support with
    | Support.Real ->
        let mean, spread = distribution.Mean, distribution.StandardDeviation
        between (mean - spread * reach) (mean + spread * reach)
    | Support.Interval(low, high) -> between (low.expand distribution.BatchShape) (high.expand distribution.BatchShape)
    | _ ->
        let points = distribution.EnumerateSupport()

        { Points = points; Weights = points.onesLike (dtype = Dtype.Float64) }

// Of every choice of one of n points for each of so many elements: which points element i is given.
let private choices (n: int) (elements: int) (i: int) : Tensor =
    let count, period = pown n elements, pown n i
    dsharp.tensor [| for row in 0 .. count - 1 -> int64 (row / period % n) |]

// The product of the grids of the elements of an event.
let private product (batch: Shape) (event: Shape) (grid: Grid) : Grid =
    let n, elements = grid.Points.shape[0], Shape.nelement event
    let count = pown n elements

    let each (tensor: Tensor) =
        let flat = tensor.view [| n; Shape.nelement batch; elements |]
        [ for i in 0 .. elements - 1 -> flat.[*, *, i].indexSelect(0, choices n elements i) ]

    if elements = 0 then
        { Points = grid.Points.zerosLike (Array.concat [ [| count |]; batch; event ])
          Weights = grid.Weights.onesLike (Array.append [| count |] batch) }
    else
        { Points = (Tensor.stack (each grid.Points, 2)).view(Array.concat [ [| count |]; batch; event ])
          Weights = (each grid.Weights |> List.reduce (*)).view(Array.append [| count |] batch) }

/// The points that hold a distribution's mass.
let rec over (distribution: Distribution) : Grid =
    match distribution with
    | :? Independent as wrapper when wrapper.Rank = 0 -> over wrapper.Base
    | :? Independent as wrapper -> product wrapper.BatchShape wrapper.EventShape (over wrapper.Base)
    | distribution -> ofElement distribution

/// E[f(x)], f returning a tensor of shape [n; batch; more].
let expectation (distribution: Distribution) (f: Tensor -> Tensor) : Tensor =
    let grid = over distribution
    let mass = grid.Weights * (distribution.LogProb grid.Points).exp()
    let values = f grid.Points
    let axes = Array.append mass.shape (Array.create (values.dim - mass.dim) 1)
    (mass.view axes * values).sum 0
