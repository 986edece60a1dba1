// The fused divergence of normal distributions: against its formula in ordinary operators, values and derivatives, for every layout.
// Run with the whole suite.
module internal Functional.Tests.NormalDivergenceTests

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// Shapes of p and of q, and how many of the last axes are summed over: as many rows, q for all of them or for several, parameters that
/// broadcast, no sum, no elements.
let private layouts: (Shape * Shape * int) list =
    [ [| 4 |], [| 4 |], 1
      [| 7; 20 |], [| 20 |], 1
      [| 7; 20 |], [| 7; 20 |], 1
      [| 3; 2; 5 |], [| 2; 5 |], 1
      [| 3; 2; 5 |], [| 2; 5 |], 2
      [| 600; 30 |], [| 30 |], 1
      [| 3; 5 |], [| 5 |], 0
      [| 3; 5 |], [| 3; 5 |], 2
      [| 5 |], [||], 1
      [||], [||], 0
      [| 5 |], [| 3; 5 |], 1
      [| 0; 3 |], [| 3 |], 1 ]

let private divergence (axes: int) (x: Tensor list) : Tensor =
    let p, q = Normal(x[0], x[1].exp()), Normal(x[2], x[3].exp())
    Kl.divergence (Independent(p, axes)) (Independent(q, axes))

// ½ (σp²/σq² + (μp - μq)²/σq² - 1) - log(σp/σq)
let private formula (axes: int) (x: Tensor list) : Tensor =
    let variances, distance = ((x[1] - x[3]) * 2.0).exp(), (x[0] - x[2]) * (-x[3]).exp()
    let each = (variances + distance.square () - 1.0) * 0.5 - (x[1] - x[3])
    if axes = 0 then each else each.sum [ for axis in 1..axes -> -axis ]

let private agrees (draw: Draw) (tolerance: float) (axes: int) (inputs: Tensor list) =
    let of' f = f axes inputs
    isClose tolerance "the value" (of' divergence) (of' formula)
    let weights = (draw.Tensor((of' formula).shape, 0.5, 1.5)).cast inputs.Head.dtype

    for place in 0..3 do
        let slope f =
            gradientIn place (fun x -> (f axes x * weights: Tensor).sum()) inputs

        isClose (tolerance * 10.0) $"the gradient in input {place}" (slope divergence) (slope formula)

        let curvature (f: int -> Tensor list -> Tensor) =
            let slope x =
                (gradientIn 1 (fun x -> (f axes x * weights).square().sum()) x).square().sum()

            gradientIn place slope inputs

        isClose (tolerance * 100.0) $"the second derivative in input {place}" (curvature divergence) (curvature formula)

[<Tests>]
let tests =
    testList
        "Normal divergence"
        [ for dtype, tolerance in [ Dtype.Float64, 1e-11; Dtype.Float32, 1e-3 ] do
              for p, q, axes in layouts do
                  holds
                      $"{Shape.toString p} against {Shape.toString q} over {axes} axes is the formula, in {dtype}"
                      3
                      (fun draw ->
                          let inputs = [ for shape in [ p; p; q; q ] -> (draw.Tensor(shape, -1.0, 1.0)).cast dtype ]

                          if axes <= p.Length && axes <= q.Length then
                              agrees draw tolerance axes inputs
                          else
                              isClose
                                  tolerance
                                  "the value"
                                  (divergence 0 inputs |> _.sum([ for axis in 1..axes -> -axis ]))
                                  (formula axes inputs)) ]
