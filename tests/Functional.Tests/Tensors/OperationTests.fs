// Tests of operations beside their values: what they refuse, what they draw, how gradients pass, what scripts write with them.
// Run with the whole suite; the values are in ReferenceTests.
module internal Functional.Tests.OperationTests

open System
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

let private refused (parts: string list) (body: unit -> 'T) =
    Scope.run (fun () -> expectError<ArgumentException> parts (body >> ignore))

let private zeros (shape: int list) =
    dsharp.zeros (shape, dtype = Dtype.Float64)

/// A matrix with elements that are no finite numbers.
let private spoilt (element: float) =
    dsharp.tensor ([ [ 1.0; element ]; [ element; 2.0 ] ], dtype = Dtype.Float64)

/// Calls that no tensor fits, and what their errors say.
let private refusals: (string * string list * (unit -> obj)) list =
    [ "conv1d of an image",
      [ "conv1d"; "[batch; channels; length]"; "[1; 2; 3; 4]" ],
      (fun () -> (zeros [ 1; 2; 3; 4 ]).conv1d(zeros [ 1; 2; 3 ]))
      "conv2d of other channels",
      [ "conv2d"; "[1; 2; 5; 5]"; "[3; 4; 2; 2]" ],
      (fun () -> (zeros [ 1; 2; 5; 5 ]).conv2d(zeros [ 3; 4; 2; 2 ]))
      "conv2d with a kernel too large", [ "conv2d"; "[0; 0]" ], (fun () -> (zeros [ 1; 2; 3; 3 ]).conv2d(zeros [ 1; 2; 4; 4 ]))
      "conv2d of another dtype",
      [ "conv2d"; "Float64"; "Float32" ],
      (fun () -> (zeros [ 1; 1; 3; 3 ]).conv2d(dsharp.zeros [ 1; 1; 2; 2 ]))
      "conv2d with two strides",
      [ "stride"; "strides"; "not both" ],
      (fun () -> (zeros [ 1; 1; 3; 3 ]).conv2d(zeros [ 1; 1; 2; 2 ], stride = 1, strides = [ 1; 1 ]))
      "conv2d with three strides",
      [ "strides"; "3"; "2" ],
      (fun () -> (zeros [ 1; 1; 3; 3 ]).conv2d(zeros [ 1; 1; 2; 2 ], strides = [ 1; 1; 1 ]))
      "conv2d with stride 0",
      [ "stride is 0"; "at least 1" ],
      (fun () -> (zeros [ 1; 1; 3; 3 ]).conv2d(zeros [ 1; 1; 2; 2 ], stride = 0))
      "convTranspose2d of other channels",
      [ "convTranspose2d"; "first" ],
      (fun () -> (zeros [ 1; 2; 3; 3 ]).convTranspose2d(zeros [ 3; 2; 2; 2 ]))
      "maxpool2d without a kernel", [ "maxpool2d"; "kernelSize" ], (fun () -> (zeros [ 1; 1; 4; 4 ]).maxpool2d())
      "maxpool2d of integers",
      [ "maxpool2d"; "Int32" ],
      (fun () -> (dsharp.ones ([ 1; 1; 4; 4 ], dtype = Dtype.Int32)).maxpool2d 2)
      "maxpool1d with too much padding",
      [ "kernelSize is 3"; "at least 4" ],
      (fun () -> (zeros [ 1; 1; 8 ]).maxpool1d(3, padding = 2))
      "maxpool2d with a kernel too large", [ "maxpool2d"; "[1; 1; 2; 2]" ], (fun () -> (zeros [ 1; 1; 2; 2 ]).maxpool2d 3)
      "maxunpool2d of other indices",
      [ "maxunpool2d"; "[1; 1; 2; 2]"; "[1; 1; 2; 3]" ],
      (fun () -> (zeros [ 1; 1; 2; 2 ]).maxunpool2d(zeros [ 1; 1; 2; 3 ], 2))
      "maxunpool2d to another batch",
      [ "outputSize"; "[2; 1; 4; 4]" ],
      (fun () -> (zeros [ 1; 1; 2; 2 ]).maxunpool2d(zeros [ 1; 1; 2; 2 ], 2, outputSize = [ 2; 1; 4; 4 ]))
      "avgpool3d of an image",
      [ "avgpool3d"; "[batch; channels; depth; height; width]" ],
      (fun () -> (zeros [ 1; 1; 4; 4 ]).avgpool3d 2)
      "pad with too few widths", [ "pad"; "1 numbers"; "2" ], (fun () -> (zeros [ 2; 3 ]).pad [ 1 ])
      "pad with a negative width", [ "pad"; "-1" ], (fun () -> (zeros [ 2; 3 ]).pad [ 1; -1 ])
      "dilate by nothing", [ "dilate"; "is 0" ], (fun () -> (zeros [ 2; 3 ]).dilate [ 1; 0 ])
      "undilate along too many axes", [ "undilate"; "3 numbers" ], (fun () -> (zeros [ 2; 3 ]).undilate [ 1; 1; 1 ])
      "unflatten to other lengths", [ "unflatten"; "[2; 4]"; "6" ], (fun () -> (zeros [ 6 ]).unflatten(0, [ 2; 4 ]))
      "addSlice beyond the end",
      [ "addSlice"; "[2; 2]"; "[2; 3]"; "[1; 0]" ],
      (fun () -> (zeros [ 2; 3 ]).addSlice([ 1; 0 ], zeros [ 2; 2 ]))
      "scatter to a smaller shape",
      [ "scatter"; "[2; 3]"; "[1; 9]" ],
      (fun () -> (zeros [ 2; 3 ]).scatter(1, zeros [ 2; 3 ], [ 1; 9 ]))
      "scatter along no axis", [ "scatter"; "no axis 2" ], (fun () -> (zeros [ 2; 3 ]).scatter(2, zeros [ 2; 3 ], [ 2; 3 ]))
      "sumToSize of no broadcast", [ "sumToSize"; "[2; 3]"; "[2]" ], (fun () -> (zeros [ 2; 3 ]).sumToSize [| 2 |])
      "slices of other bounds", [ "GetSlice"; "[2; 3]" ], (fun () -> (zeros [ 2; 3 ]).GetSlice(array2D [ [ 0; 1 ] ]))
      "bmm of matrices", [ "bmm"; "[2; 3]"; "[batch; n; m]" ], (fun () -> (zeros [ 2; 3 ]).bmm(zeros [ 3; 2 ]))
      "dot of matrices", [ "dot"; "vectors" ], (fun () -> (zeros [ 2; 3 ]).dot(zeros [ 2; 3 ]))
      "outer of a matrix and a vector", [ "outer"; "[2; 3]"; "[3]" ], (fun () -> (zeros [ 2; 3 ]).outer(zeros [ 3 ]))
      "matmul of two dtypes", [ "matmul"; "Float64"; "Float32" ], (fun () -> (zeros [ 2; 3 ]).matmul(dsharp.zeros [ 3; 2 ]))
      "the inverse of what is not square", [ "inv"; "square"; "[2; 3]" ], (fun () -> (zeros [ 2; 3 ]).inv())
      "the determinant of integers", [ "det"; "Int32" ], (fun () -> (dsharp.eye (2, dtype = Dtype.Int32)).det())
      "solve with another dtype", [ "solve"; "Float32" ], (fun () -> (dsharp.eye (2, dtype = Dtype.Float64)).solve(dsharp.ones 2))
      "triangularSolve of other rows",
      [ "triangularSolve"; "[2; 2]"; "[3]" ],
      (fun () -> (zeros [ 2; 2 ]).triangularSolve(zeros [ 3 ]))
      "svd of a vector", [ "svd"; "matrices" ], (fun () -> (zeros [ 3 ]).svd())
      "diagonal of one axis", [ "diagonal"; "different" ], (fun () -> (zeros [ 3; 3 ]).diagonal(0, 1, -1))
      "norm of integers", [ "norm"; "Int32" ], (fun () -> (dsharp.tensor [ 1; 2 ]).norm())
      "einsum of too few tensors", [ "einsum"; "names 2"; "1" ], (fun () -> dsharp.einsum ("ij,jk->ik", zeros [ 2; 2 ]))
      "topk of too many", [ "topk"; "k is 4"; "3" ], (fun () -> (zeros [ 2; 3 ]).topk 4)
      "mseLoss of other shapes", [ "mseLoss"; "[2; 3]"; "[3]" ], (fun () -> (zeros [ 2; 3 ]).mseLoss(zeros [ 3 ]))
      "a loss with an unknown reduction", [ "none"; "average" ], (fun () -> (zeros [ 2 ]).mseLoss(zeros [ 2 ], "average"))
      "bceLoss of what is no probability", [ "bceLoss"; "[0, 1]" ], (fun () -> (zeros [ 2 ] + 1.5).bceLoss(zeros [ 2 ]))
      "bceLoss with a weight for each class",
      [ "bceLoss"; "batch" ],
      (fun () -> (zeros [ 2; 3 ]).bceLoss(zeros [ 2; 3 ], zeros [ 3 ]))
      "nllLoss of other targets", [ "nllLoss"; "[2; 3]"; "[3]" ], (fun () -> (zeros [ 2; 3 ]).nllLoss(dsharp.tensor [ 0; 1; 2 ]))
      "nllLoss with a weight for each example",
      [ "nllLoss"; "class" ],
      (fun () -> (zeros [ 2; 3 ]).nllLoss(dsharp.tensor [ 0; 1 ], zeros [ 2 ]))
      "cov of a batch", [ "cov"; "[2; 3; 4]" ], (fun () -> (zeros [ 2; 3; 4 ]).cov())
      "cov with too few weights", [ "cov"; "fweights" ], (fun () -> (zeros [ 2; 3 ]).cov(fweights = dsharp.tensor [ 1; 2 ]))
      "bernoulli of integers", [ "bernoulli"; "Int32" ], (fun () -> (dsharp.tensor [ 0; 1 ]).bernoulli())
      "multinomial of a batch of matrices", [ "multinomial"; "[2; 3; 4]" ], (fun () -> (zeros [ 2; 3; 4 ]).multinomial 1)
      "multinomial of no samples", [ "multinomial"; "numSamples" ], (fun () -> (zeros [ 3 ] + 1.0).multinomial 0)
      "dropout2d of a matrix", [ "dropout2d"; "[batch; channels; height; width]" ], (fun () -> (zeros [ 2; 3 ]).dropout2d 0.5)
      "dropout3d with no probability", [ "dropout3d"; "1.5" ], (fun () -> (zeros [ 1; 1; 2; 2; 2 ]).dropout3d 1.5)
      "toImage of two channels", [ "toImage"; "channel"; "[2; 4; 4]" ], (fun () -> (zeros [ 2; 4; 4 ]).toImage())
      "toImage of an empty range", [ "pixelMin"; "0.5" ], (fun () -> (zeros [ 4; 4 ]).toImage(0.5, 0.5))
      "toImage with too many columns", [ "gridCols is 4"; "3" ], (fun () -> (zeros [ 3; 1; 2; 2 ]).toImage(gridCols = 4))
      "a sum of Byte and Int8", [ "Byte"; "Int8" ], (fun () -> box (dsharp.tensor [ 1uy ] + dsharp.tensor [ 1y ]))
      "map2 over two shapes", [ "map2"; "[2]"; "[3]" ], (fun () -> dsharp.map2 (+) (zeros [ 2 ]) (zeros [ 3 ]))
      "svd of a matrix with a NaN", [ "svd"; "[2; 2]"; "NaN"; "hasinfnan" ], (fun () -> (spoilt nan).svd())
      "svd of a batch with an infinity",
      [ "svd"; "[2; 2; 2]" ],
      (fun () -> (Tensor.stack [ zeros [ 2; 2 ]; spoilt infinity ]).svd())
      "eigh of a matrix with a NaN", [ "eigh"; "[2; 2]"; "NaN"; "hasinfnan" ], (fun () -> (spoilt nan).eigh())
      "eigh of a matrix with an infinity", [ "eigh"; "[2; 2]" ], (fun () -> (spoilt -infinity).eigh())
      "eigh of a matrix that is not square", [ "eigh"; "[2; 3]"; "square" ], (fun () -> (zeros [ 2; 3 ]).eigh())
      "topk of two numbers where there is one", [ "k is 2"; "axis 0"; "[] has 1" ], (fun () -> (zeros []).topk 2)
      "topk of fewer than none", [ "topk"; "k is -1"; "0" ], (fun () -> (zeros [ 3 ]).topk -1)
      "toImageString without letters", [ "asciiPalette"; "black" ], (fun () -> (zeros [ 2; 2 ]).toImageString(asciiPalette = ""))
      "polygamma of order -1", [ "polygamma"; "-1" ], (fun () -> (zeros [ 2 ]).polygamma -1) ]

/// Derivatives by differences of a scalar function.
let private numerical (f: Tensor -> Tensor) (x: Plain) =
    let step = 1e-5

    let at i change =
        (f (
            tensor
                { x with
                    Values = x.Values |> Array.mapi (fun j v -> if j = i then v + change else v) }
        ))
            .toDouble()

    { x with
        Values = Array.init x.Values.Length (fun i -> (at i step - at i -step) / (2.0 * step)) }

let private random (seed: int) (shape: int list) =
    Random.withSeed seed (fun () -> dsharp.randn (shape, dtype = Dtype.Float64))

/// Operations whose gradient goes through more than one of libtorch's, and the shape to try them on.
let private differentiable: (string * int[] * (Tensor -> Tensor)) list =
    [ "conv2d", [| 1; 2; 4; 4 |], (fun t -> t.conv2d (random 1 [ 3; 2; 2; 2 ], padding = 1, stride = 2))
      "convTranspose1d", [| 1; 2; 4 |], (fun t -> t.convTranspose1d (random 1 [ 2; 3; 2 ], stride = 2))
      "maxpool2d", [| 1; 2; 4; 4 |], (fun t -> t.maxpool2d 2)
      "maxunpool1d", [| 1; 1; 3 |], (fun t -> t.maxunpool1d (dsharp.tensor [ [ [ 1; 2; 5 ] ] ], 2))
      "avgpool1d", [| 1; 2; 6 |], (fun t -> t.avgpool1d (2, 1))
      "dilate", [| 2; 3 |], (fun t -> (t.dilate [ 2; 3 ]).square())
      "undilate", [| 4; 3 |], (fun t -> t.undilate [ 2; 2 ])
      "pad", [| 2; 3 |], (fun t -> (t.pad [ 1; 2 ]).square())
      "addSlice", [| 2; 3 |], (fun t -> (t.addSlice ([ 0; 1 ], t[*, 0..1])).square())
      "scatter", [| 2; 3 |], (fun t -> (t.scatter (1, dsharp.tensor [ [ 2; 0; 3 ]; [ 1; 2; 0 ] ], [ 2; 4 ])).square())
      "sumToSize", [| 2; 3 |], (fun t -> (t.sumToSize [| 3 |]).square())
      "normalize", [| 5 |], (fun t -> (t.normalize ()).square())
      "standardize", [| 5 |], (fun t -> (t.standardize ()) * random 2 [ 5 ])
      "crossEntropyLoss", [| 3; 4 |], (fun t -> t.crossEntropyLoss (dsharp.tensor [ 0; 3; 1 ]))
      "bceLoss", [| 4 |], (fun t -> (t.sigmoid ()).bceLoss(dsharp.full ([ 4 ], 0.3, dtype = Dtype.Float64)))
      "cov", [| 2; 5 |], (fun t -> (t.cov ()).square())
      "einsum", [| 2; 3 |], (fun t -> dsharp.einsum ("ij,kj->ik", t, t))
      "triangularSolve", [| 3; 3 |], (fun t -> (t + 3.0 * dsharp.eye (3, dtype = Dtype.Float64)).triangularSolve(random 3 [ 3 ]))
      "eigenvalues", [| 3; 3 |], (fun t -> ((t + t.transpose ()).eigh() |> fst).square())
      "singular values", [| 3; 2 |], (fun t -> let _, s, _ = t.svd () in s.square () * s)
      "map", [| 2; 2 |], (fun t -> dsharp.map (fun x -> x * x * x) t)
      "a tensor of tensors", [| 3 |], (fun t -> dsharp.tensor [ [ t[0] * t[1]; t[2] ]; [ t[0]; t[1] * t[1] ] ])
      "logcumsumexp", [| 4 |], (fun t -> t.logcumsumexp 0)
      "toImage", [| 1; 2; 2 |], (fun t -> (t.toImage (normalize = true)).square()) ]

[<Tests>]
let tests =
    testList
        "Operation"
        [ for name, parts, body in refusals do
              testCase $"{name} is refused, saying what would fit" (fun () -> refused parts body)

          for name, shape, f in differentiable do
              propertyOf 10 $"the gradient of {name} is that of differences" (Generate.filled -2.0 2.0 shape) (fun x ->
                  let total t = (f t).sum()
                  expectClose 2e-4 (dsharp.grad total (tensor x)) (numerical total x) name)

          testCase "dropout2d and dropout3d drop whole channels and scale the others" (fun () ->
              Random.withSeed 3 (fun () ->
                  Scope.run (fun () ->
                      for dropped in
                          [ (dsharp.ones [ 40; 50; 2; 3 ]).dropout2d 0.25; (dsharp.ones [ 40; 50; 2; 2; 2 ]).dropout3d 0.25 ] do
                          let channels = dropped.flatten 2
                          Expect.isTrue (channels.max(2).eq(channels.min 2).all().toBool()) "each is one or the other"

                          Expect.floatClose
                              { absolute = 0.06; relative = 0.0 }
                              ((dropped.mean ()).toDouble())
                              1.0
                              "the mean stays"

                      let t = dsharp.ones [ 2; 2; 2; 2 ]
                      Expect.equal (t.dropout2d 0.0) t "nothing is dropped"
                      Expect.equal (t.dropout2d 1.0) (t * 0.0) "everything is")))

          testCase "multinomial draws along the last axis, in proportion, as Int32 unless told" (fun () ->
              Random.withSeed 4 (fun () ->
                  Scope.run (fun () ->
                      let weights = dsharp.tensor [ [ 1.0; 3.0; 0.0 ]; [ 0.0; 0.0; 5.0 ] ]
                      let drawn = weights.multinomial (4000, normalize = true)
                      Expect.equal drawn.dtype Dtype.Int32 "dtype"
                      Expect.equal drawn.shape [| 2; 4000 |] "shape"
                      Expect.isTrue (drawn[1].eq(2).all().toBool()) "the only one possible"
                      let share = (drawn[0].float64().mean()).toDouble()
                      Expect.floatClose { absolute = 0.035; relative = 0.0 } share 0.75 "five standard errors"
                      Expect.equal (dsharp.multinomial (weights, 3, dtype = Dtype.Int64)).dtype Dtype.Int64 "told")))

          testCase "topk takes all there is, and a number's one element" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.tensor [ [ 3.0; 1.0; 2.0 ]; [ 4.0; 6.0; 5.0 ] ]
                  let values, places = t.topk 3
                  Expect.equal values (dsharp.tensor [ [ 3.0; 2.0; 1.0 ]; [ 6.0; 5.0; 4.0 ] ]) "in order"
                  Expect.equal places (dsharp.tensor [ [ 0L; 2L; 1L ]; [ 1L; 2L; 0L ] ]) "where they were"
                  Expect.equal (t.topk (1, dim = 0, largest = false) |> fst) (dsharp.tensor [ [ 3.0; 1.0; 2.0 ] ]) "the least"
                  Expect.equal (t.topk 0 |> fst).shape [| 2; 0 |] "none"
                  Expect.equal ((dsharp.tensor 7.0).topk 1 |> fst) (dsharp.tensor 7.0) "of a number"))

          testCase "a picture in letters has a line for each row and a letter for each pixel" (fun () ->
              Scope.run (fun () ->
                  let lines (text: string) =
                      text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)

                  let picture = dsharp.tensor [ [ 0.0; 1.0; 0.4 ]; [ 1.0; -5.0; 7.0 ] ]
                  Expect.equal (lines (picture.toImageString (asciiPalette = "ab"))) [| "aba"; "bab" |] "two letters"
                  Expect.equal (lines (picture.toImageString (asciiPalette = "x"))) [| "xxx"; "xxx" |] "one letter"
                  Expect.equal (lines (picture.toImageString ())).Length 2 "its own letters"))

          testCase "the map functions pass elements and their indices" (fun () ->
              Scope.run (fun () ->
                  let a = dsharp.tensor [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ]
                  let place (index: int[]) = float (10 * index[0] + index[1])
                  Expect.equal (dsharp.map (fun x -> x * 2.0) a) (a * 2.0) "map"
                  Expect.equal (dsharp.map2 (fun x y -> x - y) a (a * 3.0)) (a * -2.0) "map2"
                  Expect.equal (dsharp.map3 (fun x y z -> x + y * z) a a a) (a + a * a) "map3"
                  let index = dsharp.tensor [ [ 0.0; 1.0 ]; [ 10.0; 11.0 ] ]
                  Expect.equal (dsharp.mapi (fun i x -> x + place i) a) (a + index) "mapi"
                  Expect.equal (dsharp.mapi2 (fun i x y -> x * y + place i) a a) (a * a + index) "mapi2"
                  Expect.equal (dsharp.mapi3 (fun i x y z -> x * y * z + place i) a a a) (a * a * a + index) "mapi3"))

          testCase "arrays of three to six dimensions have the elements at their indices" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.arange 24
                  let three = (t.view [ 2; 3; 4 ]).toArray3D<int>()
                  Expect.equal three[1, 2, 3] 23 "three"
                  let floats = (t.view [ 2; 3; 4 ]).toArray3D<float>()
                  Expect.equal floats[0, 1, 2] 6.0 "three, as floats"
                  let four = (t.view [ 2; 1; 3; 4 ]).toArray4D<int>()
                  Expect.equal four[1, 0, 1, 1] 17 "four"
                  let five = (t.view [ 2; 1; 3; 2; 2 ]).toArray5D<int>()
                  Expect.equal (five.GetValue [| 1; 0; 2; 1; 1 |]) (box 23) "five"
                  let six = (t.view [ 2; 1; 3; 2; 1; 2 ]).toArray6D<int>()
                  Expect.equal (six.Rank, six.GetValue [| 0; 0; 1; 0; 0; 1 |]) (6, box 5) "six"
                  expectError<InvalidOperationException> [ "3-dimensional"; "[24]" ] (fun () -> t.toArray3D<int>() |> ignore)))

          testCase "a tensor of one element is a number to .NET, and compares as one" (fun () ->
              Scope.run (fun () ->
                  let t = dsharp.tensor 3.0
                  Expect.equal (float t, float32 t, int t, int64 t) (3.0, 3.0f, 3, 3L) "conversions"
                  Expect.equal (int16 t, byte t, sbyte t) (3s, 3uy, 3y) "small ones"
                  Expect.equal (Convert.ToDouble t) 3.0 "Convert"
                  Expect.equal (dsharp.full ([ 2 ], t)) (dsharp.tensor [ 3.0; 3.0 ]) "a scalar argument"
                  Expect.isTrue (dsharp.tensor 1.0 < dsharp.tensor 2.0) "less"
                  Expect.equal (max (dsharp.tensor 1.0) (dsharp.tensor 2.0)) (dsharp.tensor 2.0) "max"
                  Expect.equal (List.sum [ dsharp.tensor 1.0; dsharp.tensor 2.5 ]) (dsharp.tensor 3.5) "List.sum"
                  Expect.equal (t.toByte (), t.toSByte (), t.toInt16 ()) (3uy, 3y, 3s) "members"))

          testCase "tensors are made of tuples and of tensors" (fun () ->
              Scope.run (fun () ->
                  Expect.equal
                      (dsharp.tensor (box ((1.0, 2.0), (3.0, 4.0))))
                      (dsharp.tensor [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ])
                      "tuples"

                  Expect.equal (dsharp.tensor [ (1, 2); (3, 4) ]).shape [| 2; 2 |] "a list of tuples"
                  let x = number 2.0
                  Expect.equal (dsharp.tensor [ box x; box 3.0 ]) (vector [ 2.0; 3.0 ]) "a tensor and a number"
                  Expect.equal (Tensor.create [ x; x ]).dtype Dtype.Float64 "their dtype"
                  refused [ "value[1]"; "[]"; "[2]" ] (fun () -> dsharp.tensor [ x; vector [ 1.0; 2.0 ] ])))

          testCase "random tensors like another take its shape and dtype" (fun () ->
              Scope.run (fun () ->
                  let t = zeros [ 2; 3 ]

                  for drawn in
                      [ t.randLike ()
                        t.randnLike ()
                        t.randintLike (0, 5)
                        dsharp.randLike t
                        dsharp.randnLike t
                        dsharp.randintLike (t, 0, 5) ] do
                      Expect.equal (drawn.shape, drawn.dtype) (t.shape, t.dtype) "like it"

                  Expect.equal (dsharp.randint (2, 3, [ 2; 2 ])) (dsharp.full ([ 2; 2 ], 2, dtype = Dtype.Int32)) "randint"))

          testCase "scalars know their dtype and convert" (fun () ->
              let check (value: scalar) dtype =
                  Expect.equal value.dtype dtype $"{value}"
                  Expect.equal (value.toDouble ()) 3.0 "as a float"

              for value, dtype in
                  [ (3 :> scalar), Dtype.Int32
                    3L, Dtype.Int64
                    3s, Dtype.Int16
                    3uy, Dtype.Byte
                    3y, Dtype.Int8
                    3.0, Dtype.Float64
                    3.0f, Dtype.Float32 ] do
                  check value dtype

              Expect.equal (((2.5 :> scalar).cast Dtype.Int32).GetTypeCode()) TypeCode.Int32 "cast"
              Expect.equal (((3 :> scalar).sub 1.5).toDouble()) 1.5 "sub"
              Expect.equal (((1 :> scalar).log()).toDouble(), ((2 :> scalar).neg()).toDouble()) (0.0, -2.0) "log and neg"
              Expect.equal (tryWidenScalar Dtype.Int32 2.5) (ValueSome Dtype.Float32) "widened"
              Expect.equal (tryWidenScalar Dtype.Float64 2.5) ValueNone "not widened"
              Expect.equal (widenScalarForDivision Dtype.Int32 Dtype.Int32) Dtype.Float32 "division"
              Expect.equal (Dtype.divisionType Dtype.Float64 Dtype.Float32) Dtype.Float64 "of two tensors"
              Expect.equal (Dtype.widen Dtype.Byte Dtype.Int8) None "neither holds the other") ]
