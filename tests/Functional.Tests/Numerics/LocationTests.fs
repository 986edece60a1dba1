// Fused functions of value, location and scale: against their formulas in ordinary operators, values and derivatives, for every layout.
// Run with the whole suite.
module internal Functional.Tests.LocationTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private standardized (location: Tensor) (scale: Tensor) (value: Tensor) : Tensor = (value - location) / scale

let private kinds =
    [ "place", Location.place, (fun location scale value -> location + scale * value)
      "standardize", Location.standardize, standardized
      "normal",
      Location.normalLogDensity,
      (fun location scale value -> (standardized location scale value).square() * -0.5 - 0.5 * log (2.0 * Math.PI))
      "Laplace", Location.laplaceLogDensity, (fun location scale value -> -(standardized location scale value).abs() - log 2.0)
      "Gumbel",
      Location.gumbelLogDensity,
      (fun location scale value ->
          let z = standardized location scale value
          -z - (-z).exp()) ]

/// Shapes of value, location and scale: rows over columns, columns too few to be worth it, each of them the longest, no elements.
let private layouts: (Shape * Shape * Shape) list =
    [ [| 7; 1000 |], [| 1000 |], [| 1000 |]
      [| 130; 70 |], [| 70 |], [||]
      [||], [||], [||]
      [| 5 |], [||], [||]
      [| 3; 5 |], [| 3; 5 |], [| 3; 5 |]
      [| 0; 3 |], [| 3 |], [| 3 |]
      [| 4 |], [| 3; 4 |], [| 3; 1 |]
      [| 3; 4 |], [| 3; 1 |], [| 4 |]
      [| 300; 3 |], [| 3 |], [| 1 |]
      [| 65; 2; 600 |], [| 2; 600 |], [| 600 |] ]

let private inputs (draw: Draw) (dtype: Dtype) (value: Shape, location: Shape, scale: Shape) : Tensor list =
    [ draw.Tensor(value, -2.0, 2.0); draw.Tensor(location, -1.0, 1.0); draw.Tensor(scale, 0.5, 1.5) ]
    |> List.map _.cast(dtype)

let private agrees
    (f: Tensor -> Tensor -> Tensor -> Tensor)
    (formula: Tensor -> Tensor -> Tensor -> Tensor)
    (draw: Draw)
    (inputs: Tensor list)
    (tolerance: float)
    =
    let at (f: Tensor -> Tensor -> Tensor -> Tensor) (x: Tensor list) = f x[1] x[2] x[0]
    isClose tolerance "the value" (at f inputs) (at formula inputs)
    let weights = (draw.Tensor((at f inputs).shape, 0.5, 1.5)).cast inputs.Head.dtype

    for place in 0..2 do
        for weights in [ weights; weights.onesLike () ] do
            let slope f =
                gradientIn place (fun x -> (at f x * weights).sum()) inputs

            isClose (tolerance * 10.0) $"the gradient in input {place}" (slope f) (slope formula)

        let sum f =
            gradientIn place (fun x -> (at f x).sum()) inputs

        isClose (tolerance * 10.0) $"the gradient of the sum in input {place}" (sum f) (sum formula)

        let curvature f =
            let slope x =
                (gradientIn 1 (fun x -> (at f x * weights).square().sum()) x).square().sum()

            gradientIn place slope inputs

        if inputs.Head.dtype = Dtype.Float64 && inputs.Head.nelement > 0 then
            isClose (tolerance * 1e4) $"the second gradient in input {place}" (curvature f) (curvature formula)

[<Tests>]
let tests =
    testList
        "Numerics.Location"
        [ for name, f, formula in kinds do
              holds $"{name}: value, gradients and second gradients are those of the formula" 1 (fun draw ->
                  for layout in layouts do
                      agrees f formula draw (inputs draw Dtype.Float64 layout) 1e-11
                      agrees f formula draw (inputs draw Dtype.Float32 layout) 2e-5)

              holds $"{name}: views of other tensors" 2 (fun draw ->
                  let value = draw.Tensor([| 70; 9 |], -2.0, 2.0).transpose(0, 1)
                  let location = (draw.Tensor([| 70; 2 |], -1.0, 1.0))[*, 1]
                  agrees f formula draw [ value; location; float64 0.7 ] 1e-11)

              holds $"{name}: float32 and float64 mix as in any operator" 1 (fun draw ->
                  let mixed = f (draw.Tensor([| 3 |], -1.0, 1.0)) (dsharp.tensor 2.0f) (dsharp.tensor 1.0f)
                  Expect.equal mixed.dtype Dtype.Float64 "the type")

          testCase "the number of threads changes no gradient" (fun () ->
              let threads = Device.threads ()

              let gradient count =
                  Device.setThreads count

                  Scope.run (fun () ->
                      let scale = Gradient.record (dsharp.linspace (0.5, 1.5, 700))
                      let value = (dsharp.linspace (-3.0, 3.0, 700 * 300)).view [| 300; 700 |]
                      let gradients = Gradient.ofLoss ((Location.normalLogDensity scale scale value).sum()) [| scale |]
                      numbers gradients[0])

              try
                  let alone = gradient 1

                  for count in [ 2; 3 ] do
                      Expect.equal (gradient count) alone $"{count} threads"
              finally
                  Device.setThreads threads)

          // -e²/2 - log b, whatever the location
          holds "the density of a draw made of its parameters has the derivatives of both ways, to second order" 3 (fun draw ->
              let noise = draw.Tensor([| 4 |], -1.0, 1.0)
              let inputs = [ draw.Tensor([| 4 |], -1.0, 1.0); draw.Tensor([| 4 |], 0.5, 1.5) ]

              let density (x: Tensor list) =
                  (Location.normalLogDensity x[0] x[1] (Location.place x[0] x[1] noise) - x[1].log()).sum()

              let scale = inputs[1]
              isClose 1e-11 "in the location" (gradientIn 0 density inputs) (scale.zerosLike ())
              isClose 1e-11 "in the scale" (gradientIn 1 density inputs) (-1.0 / scale)

              let again place =
                  gradientIn place (fun x -> (gradientIn 1 density x).sum()) inputs

              isClose 1e-11 "again in the scale" (again 1) (1.0 / scale.square ())
              isClose 1e-11 "again in the location" (again 0) (scale.zerosLike ()))

          testCase "a value at the location of a Laplace density has no slope" (fun () ->
              let one = float64 1.0
              isClose 0.0 "the slope" (dsharp.grad (Location.laplaceLogDensity one one) one) (float64 0.0))

          testCase "a Gumbel density far below stays finite, with its gradient" (fun () ->
              for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                  let far = dsharp.tensor (-1e4, dtype = dtype)
                  let f = Location.gumbelLogDensity (dsharp.tensor (0.0, dtype = dtype)) (dsharp.tensor (1.0, dtype = dtype))
                  Expect.isTrue (Double.IsFinite((f far).toDouble())) "the density"
                  isClose 0.0 "the slope" (dsharp.grad f far) (far.scalarLike -1.0)) ]
