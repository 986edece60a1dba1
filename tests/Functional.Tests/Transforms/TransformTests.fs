// Facts about single transforms that laws do not cover: known values, ends of float32, and what is refused.
// The laws of all transforms are in Laws/TransformLaws.fs.
module internal Functional.Tests.TransformTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private refuses (parts: string list) (action: unit -> 'T) =
    says (messageOf<ArgumentException, _>(action)) parts

let private values =
    [ testCase "equal stick pieces come of zeros" (fun () ->
          isClose
              1e-15
              "the pieces"
              ((StickBreakingTransform()).Forward(float64 [ 0.0; 0.0; 0.0 ]))
              (float64 [ 0.25; 0.25; 0.25; 0.25 ]))

      testCase "the softmax fixes the last number" (fun () ->
          let x = [ 1.0; -2.0 ]
          isClose 1e-15 "softmax" ((SoftmaxTransform()).Forward(float64 x)) ((float64 (x @ [ 0.0 ])).softmax 0))

      testCase "a triangle is filled row by row" (fun () ->
          let wanted = float64 [ [ 1.0; 0.0; 0.0 ]; [ 2.0; 1.0; 0.0 ]; [ 3.0; 4.0; 1.0 ] ]
          isClose 0.0 "the matrix" ((LowerCholeskyTransform()).Forward(float64 [ 0.0; 2.0; 0.0; 3.0; 4.0; 0.0 ])) wanted)

      testCase "a partial correlation of two variables is their correlation" (fun () ->
          let factor = (CorrelationCholeskyTransform()).Forward(float64 [ 0.7 ])
          let correlations: Tensor = factor.matmul (factor.transpose ())
          isClose 1e-14 "the correlation" (correlations[0].[1]) ((float64 0.7).tanh()))

      testCase "stick pieces far below one keep their digits" (fun () ->
          let stick = StickBreakingTransform()
          let x = float64 [ -40.0; 30.0; -25.0 ]
          isClose 1e-12 "there and back" (stick.Inverse(stick.Forward x)) x)

      testCase "partial correlations near one keep their digits" (fun () ->
          let transform = CorrelationCholeskyTransform()
          let x = float64 [ 12.0; -9.0; 10.0 ]
          isClose 1e-12 "there and back" (transform.Inverse(transform.Forward x)) x)

      testCase "a composition of nothing is the identity" (fun () ->
          let x = float64 [ 1.0; -2.0 ]
          isClose 0.0 "x" ((Transform.compose []).Forward x) x)

      testCase "a composition says where its values lie" (fun () ->
          match (TanhTransform() --> AffineTransform(1.0, -2.0)).Codomain with
          | Support.Interval(low, high) ->
              isClose 0.0 "the ends" (Tensor.stack [ low.float64 (); high.float64 () ]) (float64 [ -1.0; 3.0 ])
          | other -> failtest $"The codomain is {other}")

      testCase "a tanh of normal numbers at 20 has a finite log-density when it is sampled" (fun () ->
          for dtype in [ Dtype.Float32; Dtype.Float64 ] do
              for mean in [ -20.0; 20.0 ] do
                  let source = Normal(dsharp.tensor (mean, dtype = dtype), dsharp.tensor (0.1, dtype = dtype))
                  let value, logDensity = (Transformed(source, TanhTransform())).SampleAndLogProb [ 100 ]
                  Expect.all (numbers value) (fun value -> abs value <= 1.0) "tanh"
                  Expect.all (numbers logDensity) Double.IsFinite "the log-density")

      testCase "the log-density at the ends of an interval is minus infinity, with a gradient that is a number" (fun () ->
          let ofEnds (mean: Tensor) =
              (Transformed(Normal(mean, float64 1.0), SigmoidTransform())).LogProb(float64 [ 0.0; 0.5; 1.0 ])

          isClose 1e-12 "the ends" (ofEnds (float64 0.0)) (float64 [ -infinity; log 4.0 - 0.5 * log (2.0 * Math.PI); -infinity ])
          let slope = dsharp.grad (fun mean -> (ofEnds mean)[1]) (float64 0.3)
          Expect.isTrue (Double.IsFinite(slope.toDouble ())) "the gradient")

      testCase "a distribution is repeated over the batch axes of its transform's parameters" (fun () ->
          let pushed = Transformed(Normal(float64 0.0, float64 1.0), AffineTransform(float64 [ 1.0; 2.0; 3.0 ], float64 2.0))
          Expect.equal (pushed.BatchShape, pushed.EventShape) ([| 3 |], [||]) "shapes"
          Expect.equal (pushed.Sample [ 5 ]).shape [| 5; 3 |] "samples"
          let wanted = (Normal(float64 [ 1.0; 2.0; 3.0 ], float64 2.0)).LogProb(float64 0.5)
          isClose 1e-12 "the density" (pushed.LogProb(float64 0.5)) wanted)

      testCase "a batch of numbers becomes an event where the transform wants a vector" (fun () ->
          let numbers = Normal(dsharp.zeros ([ 4; 3 ], dtype = Dtype.Float64), float64 1.0)
          let pushed = Transformed(numbers, StickBreakingTransform())
          Expect.equal (pushed.BatchShape, pushed.EventShape) ([| 4 |], [| 4 |]) "shapes"
          Expect.equal (pushed.LogProb(pushed.Sample())).shape [| 4 |] "the log-density") ]

let private errors =
    [ testCase "a scale of zero is refused" (fun () ->
          refuses [ "AffineTransform"; "|scale|"; "0" ] (fun () -> AffineTransform(1.0, 0.0)))

      testCase "an exponent of zero is refused" (fun () ->
          refuses [ "PowerTransform"; "|exponent|" ] (fun () -> PowerTransform 0.0))

      testCase "an interval without length is refused" (fun () ->
          refuses [ "IntervalTransform"; "high - low"; "-1" ] (fun () -> IntervalTransform(1.0, 0.0)))

      testCase "parameters that do not line up are refused" (fun () ->
          refuses [ "AffineTransform"; "[3]"; "[3; 1]" ] (fun () -> AffineTransform(dsharp.zeros [ 3 ], dsharp.ones [ 3; 1 ])))

      testCase "a length that fills no triangle is refused" (fun () ->
          refuses [ "LowerCholeskyTransform"; "[2; 5]"; "1, 3, 6, 10" ] (fun () ->
              (LowerCholeskyTransform()).Forward(dsharp.zeros [ 2; 5 ]))

          refuses [ "CorrelationCholeskyTransform"; "[2; 5]" ] (fun () ->
              (CorrelationCholeskyTransform()).Forward(dsharp.zeros [ 2; 5 ])))

      testCase "a matrix that is not square is refused" (fun () ->
          refuses [ "CholeskyProductTransform"; "[3; 2]"; "square" ] (fun () ->
              (CholeskyProductTransform()).Forward(dsharp.zeros [ 3; 2 ])))

      testCase "a simplex without elements is refused" (fun () ->
          refuses [ "SoftmaxTransform"; "[2; 0]" ] (fun () -> (SoftmaxTransform()).Inverse(dsharp.zeros [ 2; 0 ])))

      testCase "what is no permutation is refused" (fun () ->
          refuses [ "[0; 2; 2]"; "0 to 2" ] (fun () -> PermuteTransform [ 0; 2; 2 ]))

      testCase "a permutation of another length is refused" (fun () ->
          refuses [ "PermuteTransform"; "[4]"; "2 elements" ] (fun () -> (PermuteTransform [ 1; 0 ]).Forward(dsharp.zeros [ 4 ])))

      testCase "a reshape keeps the number of elements" (fun () ->
          refuses [ "[2; 3]"; "6 elements"; "[5]" ] (fun () -> ReshapeTransform([ 2; 3 ], [ 5 ]))

          refuses [ "ReshapeTransform"; "[3; 2]"; "[2; 3]" ] (fun () ->
              (ReshapeTransform([ 2; 3 ], [ 6 ])).Forward(dsharp.zeros [ 3; 2 ])))

      testCase "compositions, blocks and stacks have parts" (fun () ->
          refuses [ "ComposeTransform"; "at least one" ] (fun () -> ComposeTransform [])
          refuses [ "BlockTransform"; "at least one" ] (fun () -> BlockTransform [])
          refuses [ "StackTransform"; "at least one" ] (fun () -> StackTransform []))

      testCase "blocks that do not fill the vector are refused" (fun () ->
          let blocks = BlockTransform [ ExpTransform() :> Transform, 2; SoftmaxTransform(), 2 ]
          refuses [ "BlockTransform"; "[3]"; "4 elements" ] (fun () -> blocks.Forward(dsharp.zeros [ 3 ]))
          refuses [ "BlockTransform"; "[4]"; "5 elements" ] (fun () -> blocks.Inverse(dsharp.zeros [ 4 ])))

      testCase "a block of matrices is refused" (fun () ->
          refuses [ "CholeskyProductTransform"; "2 axes" ] (fun () -> BlockTransform [ CholeskyProductTransform(), 2 ]))

      testCase "stacks of different parts are refused" (fun () ->
          refuses [ "ExpTransform"; "SoftmaxTransform" ] (fun () -> StackTransform [ ExpTransform(); SoftmaxTransform() ])

          refuses [ "[4]"; "[3]" ] (fun () ->
              (StackTransform [ SoftmaxTransform(); OrderedTransform() ]).Forward(dsharp.zeros [ 2; 3 ]))

          refuses [ "[3]"; "[2]" ] (fun () -> (StackTransform [ ExpTransform(); TanhTransform() ]).Forward(dsharp.zeros [ 3 ])))

      testCase "a negative number of event axes is refused" (fun () ->
          refuses [ "IndependentTransform"; "-1" ] (fun () -> IndependentTransform(ExpTransform(), -1)))

      testCase "bounds some of which are infinite are refused" (fun () ->
          let interval = Support.Interval(float64 [ 0.0; -infinity ], float64 [ 1.0; 1.0 ])
          refuses [ "toSupport"; "-Infinity" ] (fun () -> Transform.toSupport interval))

      testCase "a discrete distribution is not pushed" (fun () ->
          refuses [ "Bernoulli"; "ExpTransform"; "discrete" ] (fun () ->
              Transformed(Bernoulli.FromLogits(float64 0.0), ExpTransform())))

      testCase "a distribution function needs an order" (fun () ->
          let mixed = AffineTransform(float64 [ 0.0; 0.0 ], float64 [ 1.0; -1.0 ])
          let pushed = Transformed(Normal(float64 [ 0.0; 0.0 ], float64 1.0), mixed)
          let message = messageOf<NotSupportedException, _>(fun () -> pushed.Cdf(float64 [ 0.0; 0.0 ]))
          says message [ "AffineTransform"; "does not say whether it increases" ]) ]

[<Tests>]
let tests = testList "Transforms" [ testList "values" values; testList "errors" errors ]
