// Tests of Dataset: every example once, in any order and batch size; transformations; means.
// Run with the whole suite.
module internal Functional.Tests.DatasetTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private numbered (length: int) =
    Dataset.ofTensor (dsharp.arange (length, dtype = Dtype.Float64))

let private batches (size: int) (order: Tensor) (data: Dataset<Tensor>) : float[] list =
    [ for number in 0 .. Dataset.batchCount size data - 1 ->
          let batch, examples = Dataset.batch size order number data
          Expect.equal batch.shape [| examples |] "the number of examples is that of the batch"
          numbers batch ]

let private everyExample (draw: Draw) =
    let length = draw.Int(1, 50)
    let size = draw.Int(1, length + 3)
    let data = numbered length
    let found = batches size (Dataset.shuffle data) data
    Expect.equal (found |> Array.concat |> Array.sort) [| for i in 0 .. length - 1 -> float i |] "each once"
    Expect.all (List.truncate (found.Length - 1) found) (fun batch -> batch.Length = size) "full batches"
    Expect.equal (List.last found).Length ((length - 1) % size + 1) "the rest in the last one"
    let ordered = batches size (Dataset.inOrder data) data |> Array.concat
    Expect.equal ordered [| for i in 0 .. length - 1 -> float i |] "in order"

let private shuffles (draw: Draw) =
    let data = numbered 100

    let order seed =
        Random.withSeed seed (fun () -> numbers (Dataset.shuffle data))

    Expect.equal (order draw.Seed) (order draw.Seed) "the same seed, the same order"
    Expect.notEqual (order draw.Seed) (order (draw.Seed + 1)) "another seed, another order"
    Expect.notEqual (numbers (Dataset.shuffle data)) (numbers (Dataset.shuffle data)) "each epoch its own"

// Every example is equally often at every place: the mean place of each over many shuffles.
let private fair (_: Draw) =
    let data = numbered 8
    let places = Tensor.stack [ for _ in 1..2_000 -> (Dataset.shuffle data).cast Dtype.Float64 ]
    let mean, error = meanAndError places
    isWithin "the mean example at each place" mean error (dsharp.full (8, 3.5, dtype = Dtype.Float64))

let private transforms (draw: Draw) =
    let length = draw.Int(2, 20)
    let data = numbered length
    let squares = Dataset.map (fun (x: Tensor) -> x.square ()) data
    let both = Dataset.zip data squares
    let count = draw.Int(1, length)
    let first, second = Dataset.head count both
    isClose 0.0 "the first of each pair" first (dsharp.arange (count, dtype = Dtype.Float64))
    isClose 0.0 "the second" second (first.square ())
    let taken = Dataset.take count both
    Expect.equal (both.Length, taken.Length) (length, count) "lengths"
    let mean = Dataset.mean (draw.Int(1, length + 2)) (fun (x: Tensor, y: Tensor) -> x + y) taken
    let wanted = [ for i in 0 .. count - 1 -> float (i + i * i) ] |> List.average
    Expect.floatClose Accuracy.veryHigh mean wanted "the mean over all examples, whatever the batch size"

let private binarizes (draw: Draw) =
    let probabilities = draw.Tensor([| 3; 5 |], 0.0, 1.0)
    let data = Dataset.ofTensor probabilities |> Dataset.binarized
    let draws = Tensor.stack [ for _ in 1..2_000 -> Dataset.head 3 data ]
    Expect.all (numbers draws[0]) (fun pixel -> pixel = 0.0 || pixel = 1.0) "zeros and ones"
    Expect.isFalse (draws[0].Equals draws[1] && draws[1].Equals draws[2]) "drawn anew each time"
    let mean, error = meanAndError draws
    isWithin "as often one as the value says" mean error probabilities

let private picks (draw: Draw) =
    let length = draw.Int(1, 10)
    let data = numbered length
    let positions = [| for _ in 1 .. draw.Int(1, 20) -> int64 (draw.Int(0, length - 1)) |]
    let picked = Dataset.pick (dsharp.tensor (positions, dtype = Dtype.Int64)) data
    Expect.equal (numbers (Dataset.head positions.Length picked)) (Array.map float positions) "those at the positions"
    let many = draw.Int(1, 35)
    let cycled = Dataset.cycle many data
    Expect.equal cycled.Length many "as many as asked for"
    Expect.equal (numbers (Dataset.head many cycled)) [| for i in 0 .. many - 1 -> float (i % length) |] "over and over"

[<Tests>]
let tests =
    testList
        "Dataset"
        [ holds "a pass in random order reads every example once, the last batch may be smaller" 30 everyExample
          holds "the order is random and follows the seed" 2 shuffles
          holds "every example comes to every place" 2 fair
          holds "map, zip, take, head and mean agree with arrays" 10 transforms
          holds "binarized draws each time it is read, with the values as probabilities" 2 binarizes

          holds "pick reads the examples at positions, cycle all of them over and over" 10 picks

          testCase "a mean is not recorded and leaves nothing behind" (fun () ->
              let weight = Gradient.record (dsharp.ones (1, dtype = Dtype.Float64))
              let data = numbered 100

              leavesNothing (fun () ->
                  let mean = Dataset.mean 7 (fun x -> x * weight * 2.0) data
                  Expect.floatClose Accuracy.veryHigh mean 99.0 "twice the mean of 0 to 99"))

          testCase "what cannot be is an error with the numbers in it" (fun () ->
              let refused action parts =
                  says (messageOf<ArgumentException, _> action) parts

              refused (fun () -> Dataset.batchCount 0 (numbered 3)) [ "at least one example, not 0" ]
              refused (fun () -> Dataset.batchCount 2 (numbered 0)) [ "no examples" ]
              refused (fun () -> Dataset.take 4 (numbered 3)) [ "4 examples"; "data set of 3" ]
              refused (fun () -> Dataset.take 0 (numbered 3)) [ "0 examples" ]
              refused (fun () -> Dataset.cycle 0 (numbered 3)) [ "not 0" ]
              refused (fun () -> Dataset.cycle 2 (numbered 0)) [ "no examples" ]
              refused (fun () -> Dataset.head 4 (numbered 3)) [ "4 examples" ]
              refused (fun () -> Dataset.zip (numbered 3) (numbered 4)) [ "3 and 4" ]) ]
