// Tests of Random: reproducible streams, isolation, continuation from a saved state, and the distributions' moments.
// Run with the whole suite.
module Functional.Tests.RandomTests

open System
open System.Threading.Tasks
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

let private seeds = Gen.choose (Int32.MinValue, Int32.MaxValue)

/// Numbers of every kind, one after another; a single normal number leaves the other half of its pair in the generator.
let private draw () : float list =
    Scope.run (fun () ->
        [ dsharp.rand [ 3 ]
          dsharp.randn [ 1 ]
          dsharp.randn [ 40 ]
          dsharp.randint (0, 1000, [ 5 ])
          dsharp.randperm 9
          (dsharp.full ([ 20 ], 0.5)).bernoulli()
          (dsharp.ones [ 6 ]).multinomial 10
          (dsharp.ones [ 20 ]).dropout 0.5 ]
        |> List.collect (fun t -> t.toArray1D<float>() |> Array.toList))

let private draws (count: int) = [ for _ in 1..count -> draw () ]

let private samples = 40_000

/// The mean of values lies within five standard errors of the expected one.
let private expectMean (expected: float) (variance: float) (values: float[]) (what: string) =
    let error = sqrt (variance / float values.Length)
    let mean = Array.average values
    Expect.isLessThan (abs (mean - expected) / error) 5.0 $"{what}: {mean} against {expected}, in standard errors"

/// The largest distance between the values' distribution and the given one, in units in which five would be a chance of 1e-21.
let private kolmogorov (cdf: float -> float) (values: float[]) : float =
    let n = float values.Length

    values
    |> Array.sort
    |> Array.mapi (fun i x -> max (abs (cdf x - float i / n)) (abs (cdf x - float (i + 1) / n)))
    |> Array.max
    |> fun distance -> distance * sqrt n

let private normalCdf (x: float) =
    MathNet.Numerics.Distributions.Normal.CDF(0.0, 1.0, x)

/// Uniform, normal and Bernoulli numbers in that type.
let private kinds (dtype: Dtype) (count: int) : Tensor list =
    [ dsharp.rand ([ count ], dtype = dtype)
      dsharp.randn ([ count ], dtype = dtype)
      (dsharp.full ([ count ], 0.3, dtype = dtype)).bernoulli()
      (dsharp.ones ([ 3; 7 ], dtype = dtype)).multinomial(count, dtype = Dtype.Float64).view(-1) ]

let private sampled (seed: int) (make: unit -> Tensor) : float[] =
    Random.withSeed seed (fun () -> (make ()).toArray1D<float>())

[<Tests>]
let tests =
    testList
        "Random"
        [ property "the same seed draws the same numbers" seeds (fun seed ->
              let first = Random.withSeed seed draw
              dsharp.rand [ 7 ] |> ignore
              Expect.equal (Random.withSeed seed draw) first "drawn again")

          property
              "different seeds draw different numbers"
              (Gen.zip seeds seeds |> Gen.filter (fun (a, b) -> a <> b))
              (fun (a, b) ->
                  let drawWith seed =
                      Random.withSeed seed (fun () -> dsharp.rand([ 8 ]).toArray1D<float>())

                  Expect.notEqual (drawWith a) (drawWith b) "eight numbers")

          property "dsharp.seed starts the ambient numbers again" seeds (fun seed ->
              dsharp.seed seed
              let first = draw ()
              dsharp.seed seed
              Expect.equal (draw ()) first "drawn again")

          property "withSeed leaves the numbers around it alone" (Gen.zip seeds seeds) (fun (seed, inner) ->
              dsharp.seed seed
              let undisturbed = draws 3
              dsharp.seed seed
              let first = draw ()
              Random.withSeed inner draw |> ignore
              let second = draw ()
              Random.withSeed inner (fun () -> dsharp.seed 1) |> ignore
              Expect.equal [ first; second; draw () ] undisturbed "the same three")

          property "withSeed nests" (Gen.zip seeds seeds) (fun (outer, inner) ->
              let undisturbed = Random.withSeed outer (fun () -> draws 2)
              let alone = Random.withSeed inner draw

              let nested, within =
                  Random.withSeed outer (fun () ->
                      let first = draw ()
                      let within = Random.withSeed inner draw
                      [ first; draw () ], within)

              Expect.equal nested undisturbed "the outer numbers"
              Expect.equal within alone "the inner numbers")

          testCase "withSeed ends with an exception too" (fun () ->
              dsharp.seed 5
              let undisturbed = draw ()
              dsharp.seed 5
              Expect.throws (fun () -> Random.withSeed 6 (fun () -> failwith "inside")) "passes through"
              Expect.equal (draw ()) undisturbed "the ambient numbers")

          propertyOf 20 "parallel work with seeds of its own is reproducible" (Gen.zip seeds seeds) (fun (a, b) ->
              let work seed =
                  Task.Run(fun () -> Random.withSeed seed (fun () -> draws 10))

              let alone = [ Random.withSeed a (fun () -> draws 10); Random.withSeed b (fun () -> draws 10) ]
              let together = [ work a; work b; work a; work b ]
              let results = (Task.WhenAll together).Result
              Expect.equal (List.ofArray results) (alone @ alone) "four at once")

          testCase "withSeed follows a task across its awaits" (fun () ->
              let work () =
                  task {
                      let first = draw ()
                      do! Task.Yield()
                      let second = draw ()
                      do! Task.Delay 1
                      return [ first; second; draw () ]
                  }

              let alone = Random.withSeed 3 (fun () -> draws 3)
              let a, b = Random.withSeed 3 work, Random.withSeed 3 work
              Expect.equal a.Result alone "one task"
              Expect.equal b.Result alone "another beside it")

          property "a restored state continues exactly" (Gen.zip seeds (Gen.choose (0, 3))) (fun (seed, before) ->
              Random.withSeed seed (fun () ->
                  draws before |> ignore
                  let state = Random.state Device.CPU
                  let expected = draws 2
                  draws 1 |> ignore
                  Random.restore Device.CPU state
                  Expect.equal (draws 2) expected "the next numbers"))

          property "a state continues in a generator with another seed" (Gen.zip seeds seeds) (fun (a, b) ->
              let state, expected =
                  Random.withSeed a (fun () ->
                      draw () |> ignore
                      Random.state Device.CPU, draws 2)

              Random.withSeed b (fun () ->
                  Random.restore Device.CPU state
                  Expect.equal (draws 2) expected "the next numbers"))

          testCase "reading the state draws nothing" (fun () ->
              let read =
                  Random.withSeed 1 (fun () ->
                      Random.state Device.CPU |> ignore
                      draw ())

              Expect.equal read (Random.withSeed 1 draw) "the same numbers")

          testCase "bytes that are no state are refused" (fun () ->
              for bytes in [ [||]; [| 1uy; 2uy |] ] do
                  expectError<ArgumentException> [ $"{bytes.Length} bytes" ] (fun () -> Random.restore Device.CPU bytes))

          propertyOf 10 "rand is uniform on [0, 1)" seeds (fun seed ->
              let values = sampled seed (fun () -> dsharp.rand ([ samples ], dtype = Dtype.Float64))
              Expect.all values (fun value -> 0.0 <= value && value < 1.0) "the range"
              expectMean 0.5 (1.0 / 12.0) values "mean"
              expectMean (1.0 / 12.0) (1.0 / 180.0) (values |> Array.map (fun x -> (x - 0.5) ** 2.0)) "variance"
              expectMean 0.0 (1.0 / 448.0) (values |> Array.map (fun x -> (x - 0.5) ** 3.0)) "skewness"
              let pairs = values |> Array.pairwise |> Array.map (fun (x, y) -> (x - 0.5) * (y - 0.5))
              expectMean 0.0 (1.0 / 144.0) pairs "correlation of neighbours")

          propertyOf 10 "randn is standard normal" seeds (fun seed ->
              let values = sampled seed (fun () -> dsharp.randn ([ samples ], dtype = Dtype.Float64))
              expectMean 0.0 1.0 values "mean"
              expectMean 1.0 2.0 (values |> Array.map (fun x -> x * x)) "second moment"
              expectMean 0.0 15.0 (values |> Array.map (fun x -> x ** 3.0)) "third moment"
              expectMean 3.0 96.0 (values |> Array.map (fun x -> x ** 4.0)) "fourth moment"
              expectMean 0.0 1.0 (values |> Array.pairwise |> Array.map (fun (x, y) -> x * y)) "correlation of neighbours")

          propertyOf
              10
              "bernoulli draws ones with their probabilities"
              (Gen.zip seeds (Generate.uniform 0.05 0.95))
              (fun (seed, p) ->
                  let values = sampled seed (fun () -> (dsharp.full ([ samples ], p, dtype = Dtype.Float64)).bernoulli())
                  Expect.all values (fun value -> value = 0.0 || value = 1.0) "zeros and ones"
                  expectMean p (p * (1.0 - p)) values "frequency")

          testCase "bernoulli is certain at 0 and 1" (fun () ->
              let values = sampled 1 (fun () -> (vector [ 0.0; 1.0; 0.0; 1.0 ]).bernoulli())
              Expect.equal values [| 0.0; 1.0; 0.0; 1.0 |] "the drawn values")

          propertyOf
              10
              "multinomial draws indexes with their weights, normalized or not"
              (Gen.zip seeds (Gen.arrayOfLength 5 (Generate.uniform 0.2 3.0)))
              (fun (seed, weights) ->
                  for normalize in [ false; true ] do
                      let values = sampled seed (fun () -> (vector weights).multinomial(samples, normalize))

                      for index in 0..4 do
                          let p = weights[index] / Array.sum weights
                          let hits = values |> Array.map (fun value -> if value = float index then 1.0 else 0.0)
                          expectMean p (p * (1.0 - p)) hits $"frequency of {index}")

          testCase "multinomial draws for every row of a matrix of weights" (fun () ->
              Scope.run (fun () ->
                  let drawn = (dsharp.tensor [ [ 0.0; 1.0; 0.0 ]; [ 1.0; 0.0; 0.0 ] ]).multinomial 4
                  Expect.equal drawn.dtype Dtype.Int32 "dtype"
                  Expect.equal (drawn.toArray2D<int>()) (array2D [ [ 1; 1; 1; 1 ]; [ 0; 0; 0; 0 ] ]) "certain indexes"))

          propertyOf 10 "randint is uniform from low to high - 1" seeds (fun seed ->
              let values = sampled seed (fun () -> dsharp.randint (-3, 7, samples))
              Expect.equal (values |> Array.distinct |> Array.sort) [| -3.0 .. 6.0 |] "the range"
              expectMean 1.5 8.25 values "mean"
              expectMean 8.25 52.8 (values |> Array.map (fun x -> (x - 1.5) ** 2.0)) "variance")

          property "randperm is a permutation" (Gen.zip seeds (Gen.choose (0, 50))) (fun (seed, length) ->
              let drawn = sampled seed (fun () -> dsharp.randperm length)
              Expect.equal (Array.sort drawn) (Array.init length float) "every index once")

          testCase "every place of a permutation is as likely" (fun () ->
              let firsts = [| for seed in 1..4000 -> (sampled seed (fun () -> dsharp.randperm 5))[0] |]
              expectMean 2.0 2.0 firsts "mean of the first")

          propertyOf
              10
              "dropout zeroes with its probability and keeps the mean"
              (Gen.zip seeds (Generate.uniform 0.1 0.9))
              (fun (seed, p) ->
                  let values = sampled seed (fun () -> (dsharp.ones ([ samples ], dtype = Dtype.Float64)).dropout p)
                  let kept = 1.0 / (1.0 - p)
                  Expect.all values (fun value -> value = 0.0 || abs (value - kept) < 1e-12) "zero or scaled"
                  expectMean 1.0 (p / (1.0 - p)) values "mean")

          testCase "numbers follow their distribution in every type, at every length" (fun () ->
              Scope.run (fun () ->
                  for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                      for count in [ 5; 1023; 1025; 300_000 ] do
                          let draw make =
                              sampled (count + 1) (fun () -> (make ()): Tensor)

                          let distances =
                              [ kolmogorov id (draw (fun () -> dsharp.rand ([ count ], dtype = dtype)))
                                kolmogorov normalCdf (draw (fun () -> dsharp.randn ([ count ], dtype = dtype))) ]

                          Expect.all distances (fun distance -> distance < 2.5) $"{dtype}, {count}: %A{distances}"))

          testCase "every bit of a uniform number is as often 0 as 1, and no two neighbours are equal" (fun () ->
              for dtype, bits in [ Dtype.Float32, 24; Dtype.Float64, 53 ] do
                  let values = sampled 11 (fun () -> dsharp.rand ([ samples ], dtype = dtype))

                  for bit in 1..bits do
                      let ones = values |> Array.map (fun x -> floor (x * 2.0 ** float bit) % 2.0)
                      expectMean 0.5 0.25 ones $"{dtype}, bit {bit}"

                  let isSame (x: float, y: float) = x = y
                  let repeated = values |> Array.pairwise |> Array.filter isSame
                  Expect.isLessThan repeated.Length 3 "neighbours")

          testCase "the number of threads changes no number" (fun () ->
              let threads = Device.threads ()

              let draw count =
                  Device.setThreads count

                  Random.withSeed 9 (fun () ->
                      Scope.run (fun () ->
                          [ for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                                for drawn in kinds dtype 50_001 -> drawn.cast(Dtype.Float64).toArray1D<float>() ]))

              try
                  let alone = draw 1

                  for count in [ 2; 3; 7 ] do
                      Expect.equal (draw count) alone $"{count} threads"
              finally
                  Device.setThreads threads)

          testCase "nothing is drawn for no elements" (fun () ->
              Scope.run (fun () ->
                  for drawn in [ dsharp.rand [ 0; 3 ]; dsharp.randn [ 0; 3 ]; (dsharp.zeros [ 0; 3 ]).bernoulli() ] do
                      Expect.equal drawn.shape [| 0; 3 |] "shape"

                  Expect.equal (dsharp.randn []).shape [||] "a single number"))

          testCase "probabilities and weights that are none are refused" (fun () ->
              Scope.run (fun () ->
                  for p in [ -0.1; 1.1; nan ] do
                      Expect.throws (fun () -> (dsharp.full ([ 3000 ], p)).bernoulli() |> ignore) $"bernoulli of {p}"

                  for row in [ [ -1.0; 2.0 ]; [ 0.0; 0.0 ]; [ nan; 1.0 ]; [ infinity; 1.0 ] ] do
                      Expect.throws (fun () -> (dsharp.tensor row).multinomial 3 |> ignore) $"multinomial of {row}"))

          testCase "a category of weight 0 is never drawn, first, last or between, among few or many" (fun () ->
              Scope.run (fun () ->
                  for count in [ 5; 100 ] do
                      let weights = Array.init count (fun k -> if k % 2 = 0 then 0.0 else 1.0)
                      let drawn = sampled 4 (fun () -> (vector weights).multinomial samples)
                      Expect.all drawn (fun k -> int k % 2 = 1 && int k < count) $"{count} categories"))

          testCase "a tensor like another draws with its dtype and shape" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.zeros ([ 2; 3 ], dtype = Dtype.Float64)

                  for drawn in [ t.randLike (); t.randnLike () ] do
                      Expect.equal (drawn.shape, drawn.dtype) (t.shape, t.dtype) "shape and dtype")) ]
