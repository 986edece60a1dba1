// Tests of Functional.Tensors' Normal, DiffSharp's: density, samples and what is refused.
// Run with the whole suite.
module internal Functional.Tests.TensorNormalTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tensors.Distributions
open Functional.Tests.TensorTesting

let private parameters =
    Gen.zip3 (Generate.filled -2.0 2.0 [| 3 |]) (Generate.filled 0.2 3.0 [| 3 |]) (Generate.filled -4.0 4.0 [| 3 |])

[<Tests>]
let tests =
    testList
        "Tensor Normal"
        [ property "the density is MathNet's" parameters (fun (mean, stddev, value) ->
              let normal = Normal(tensor mean, tensor stddev)

              let density =
                  Array.map3
                      (fun m s x -> MathNet.Numerics.Distributions.Normal.PDFLn(m, s, x))
                      mean.Values
                      stddev.Values
                      value.Values

              expectClose 1e-12 (normal.logprob (tensor value)) { Shape = [| 3 |]; Values = density } "log p")

          testCase "samples have the mean and the standard deviation, and differentiate in both" (fun () ->
              Scope.run (fun () ->
                  Random.withSeed 1 (fun () ->
                      let count = 100_000
                      let normal = Normal(dsharp.full ([ count ], 3.0), dsharp.full ([ count ], 2.0))
                      let sample = normal.sample ()
                      // Six standard errors: 2/√n of the mean, √2/√n of the deviation.
                      Expect.isLessThan (abs (float (sample.mean ()) - 3.0)) (12.0 / sqrt (float count)) "mean"
                      Expect.isLessThan (abs (float (sample.std ()) - 2.0)) (6.0 * sqrt 2.0 / sqrt (float count)) "stddev"
                      let slope = dsharp.grad (fun m -> Normal(m, vector [ 1.0 ]).sample().sum()) (vector [ 0.0 ])
                      expectSame slope { Shape = [| 1 |]; Values = [| 1.0 |] } "∂ sample / ∂ mean")))

          testCase "shapes and text are DiffSharp's" (fun () ->
              Scope.run (fun () ->
                  let one = Normal(number 1.0, number 2.0)
                  Expect.equal (one.batchShape, one.eventShape, one.sample().shape) ([||], [||], [||]) "a number"
                  Expect.equal (float one.mean, float one.stddev) (1.0, 2.0) "parameters"
                  Expect.stringContains (string one) "Normal(mean=" "printed"
                  Expect.equal (Normal(vector [ 1.0; 2.0 ], vector [ 1.0; 1.0 ])).batchShape [| 2 |] "a batch"))

          testCase "shapes that differ are refused" (fun () ->
              Scope.run (fun () ->
                  expectError<ArgumentException> [ "Normal"; "[2]"; "[]" ] (fun () ->
                      Normal(vector [ 1.0; 2.0 ], number 1.0) |> ignore)

                  expectError<ArgumentException> [ "Normal"; "[1; 2]" ] (fun () ->
                      Normal(dsharp.zeros [ 1; 2 ], dsharp.ones [ 1; 2 ]) |> ignore)

                  expectError<ArgumentException> [ "Normal.logprob"; "[2]"; "[]" ] (fun () ->
                      Normal(number 0.0, number 1.0).logprob(vector [ 1.0; 2.0 ]) |> ignore))) ]
