// Tests of Mnist and LabelledImages: small folders of idx files, plain and gzipped, whole and spoilt.
// Run with the whole suite; the files themselves are tested in IdxFileTests.
module internal Functional.Tests.MnistTests

open System.IO
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.FileTesting
open Functional.Tests.MnistTesting

let private loaded (files: (string * byte[]) list) : Mnist =
    inFolder (fun folder ->
        write folder files
        Mnist.load folder)

let private spoilt (name: string) (spoil: byte[] -> byte[]) =
    files 1 6 4 8 |> List.map (fun (other, bytes) -> other, (if other = name then spoil bytes else bytes))

let private refusedWith<'Error when 'Error :> exn> (files: (string * byte[]) list) =
    messageOf<'Error, _>(fun () -> loaded files)

let private reads (pack: string * byte[] -> string * byte[]) (draw: Draw) =
    let train, test, size = draw.Int(1, 20), draw.Int(1, 10), draw.Int(4, 12)
    let plain = files draw.Seed train test size
    let mnist = loaded (List.map pack plain)

    for set, count, images in [ mnist.Train, train, snd plain[0]; mnist.Test, test, snd plain[2] ] do
        Expect.equal set.Images.shape [| count; size; size |] "images"
        Expect.equal set.Images.dtype Dtype.Byte "as bytes"
        Expect.equal (set.Images.toArray1D<byte>()) (Array.skip 16 images) "every pixel"
        Expect.equal (set.Labels.toArray1D<byte>()) (Array.init count (fun i -> byte (i % 10))) "every label"

let private asData (draw: Draw) =
    let set = (loaded (files draw.Seed 12 3 8)).Train
    let bytes = set.Images.view [ 12; 64 ]
    let pixels = Dataset.head 12 (LabelledImages.pixels set)
    Expect.equal pixels.dtype Dtype.Float32 "the default dtype"
    isClose 1e-7 "brightness from 0 to 1" pixels (bytes.cast Dtype.Float64 / 255.0)
    let centred = Dataset.head 12 (LabelledImages.centred set)
    Expect.equal centred.shape [| 12; 1; 8; 8 |] "one channel"
    isClose 2e-7 "brightness from -1 to 1" centred (set.Images.unsqueeze(1).cast Dtype.Float64 / 127.5 - 1.0)
    let binary = Dataset.head 12 (LabelledImages.binarized set)
    Expect.all (numbers binary) (fun pixel -> pixel = 0.0 || pixel = 1.0) "zeros and ones"
    let labels = Dataset.head 12 (LabelledImages.labels set)
    Expect.equal (labels.toArray1D<int64>()) (Array.init 12 (fun i -> int64 (i % 10))) "labels"
    let oneHot = Dataset.head 12 (LabelledImages.oneHot 10 set)
    Expect.equal oneHot.shape [| 12; 10 |] "a vector for each"
    let wanted = dsharp.tensor [ for i in 0..11 -> [ for k in 0..9 -> if k = i % 10 then 1.0 else 0.0 ] ]
    isClose 0.0 "with a one at the class" oneHot wanted

[<Tests>]
let tests =
    testList
        "Mnist"
        [ holds "a folder of plain files is read" 5 (reads id)
          holds "a folder of gzipped files is read" 3 (reads (fun (name, bytes) -> name + ".gz", gzip bytes))
          holds "images become data sets" 2 asData

          testCase "images and labels of different lengths are an error" (fun () ->
              let wrong = spoilt "train-labels-idx1-ubyte" (fun _ -> idx [ 5 ] [| 0uy .. 4uy |])
              says (refusedWith<FileFormatException> wrong) [ "6 images and 5 labels"; "same set" ])

          testCase "a missing file is an error that names it and the remedy" (fun () ->
              let missing = files 1 6 4 8 |> List.filter (fun (name, _) -> name <> "t10k-labels-idx1-ubyte")
              says (refusedWith<FileNotFoundException> missing) [ "t10k-labels-idx1-ubyte"; "--data" ]
              says (refusedWith<FileNotFoundException> []) [ "train-images-idx3-ubyte" ])

          testCase "a file that is cut off is an error that says where" (fun () ->
              let wrong = spoilt "t10k-images-idx3-ubyte" (Array.truncate 100)
              says (refusedWith<FileFormatException> wrong) [ "t10k-images-idx3-ubyte"; "at byte 100"; "4 x 8 x 8" ])

          testCase "labels in the place of images are an error" (fun () ->
              let labels = spoilt "train-images-idx3-ubyte" (fun _ -> idx [ 6 ] [| 0uy .. 5uy |])
              says (refusedWith<FileFormatException> labels) [ "train-images-idx3-ubyte"; "as labels have" ]) ]
