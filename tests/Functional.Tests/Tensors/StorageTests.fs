// Tests of Storage: what is saved comes back the same, and what does not fit is refused.
// Run with the whole suite.
module internal Functional.Tests.StorageTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.TensorTesting

type private Layer = { Weight: Tensor; Bias: Tensor option; Name: string; Size: int * float }

let private temporary (body: string -> unit) =
    let file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors")

    try
        Scope.run (fun () -> body file)
    finally
        File.Delete file

let private roundTrip (value: 'T) : unit =
    temporary (fun file ->
        dsharp.save (value, file)
        Expect.equal (dsharp.load<'T> file) value (typeof<'T>.ToString()))

[<Tests>]
let tests =
    testList
        "Storage"
        [ property "a tensor comes back as it was" Generate.plain (fun x ->
              temporary (fun file ->
                  let t = tensor x
                  t.save file
                  Expect.equal (Tensor.load file) t "by member"
                  Expect.equal (dsharp.load<Tensor> file) t "by function"
                  Expect.equal (Tensor.load (file, dtype = Dtype.Float32)) (t.float32 ()) "with another dtype"))

          testCase "every dtype comes back" (fun () ->
              Scope.run (fun () ->
                  for dtype in
                      [ Dtype.Bool
                        Dtype.Byte
                        Dtype.Int8
                        Dtype.Int16
                        Dtype.Int32
                        Dtype.Int64
                        Dtype.Float16
                        Dtype.BFloat16 ] do
                      roundTrip (dsharp.ones ([ 2; 3 ], dtype = dtype))))

          testCase "tuples, lists, arrays, options, records and maps come back" (fun () ->
              Scope.run (fun () ->
                  let a, b = vector [ 1.0; 2.0 ], number 3.0
                  roundTrip (a, b)
                  roundTrip [ a; b; a ]
                  roundTrip [| a; b |]
                  roundTrip (Some a, Option<Tensor>.None)
                  roundTrip (List.empty<Tensor>)
                  roundTrip [ (a, [ b ]); (b, []) ]
                  roundTrip (Map [ "first", a; "the.second", b ])

                  roundTrip
                      [ { Weight = a; Bias = Some b; Name = "a \"name\""; Size = (3, 0.1) }
                        { Weight = b; Bias = None; Name = ""; Size = (-1, Double.Epsilon) } ]

                  roundTrip (1, 2.5f, 3L, true, "text")))

          testCase "another type than was saved is refused, naming what is not there" (fun () ->
              temporary (fun file ->
                  dsharp.save ((vector [ 1.0 ], 2), file)
                  expectError<InvalidDataException> [ file; "value"; "Tensor" ] (fun () -> dsharp.load<Tensor> file |> ignore)

                  expectError<InvalidDataException> [ file; "value.Item3" ] (fun () ->
                      dsharp.load<Tensor * int * int> file |> ignore)))

          testCase "what has no place in a file is refused, by the path to it" (fun () ->
              temporary (fun file ->
                  expectError<ArgumentException> [ "value.1"; "Uri" ] (fun () ->
                      dsharp.save ([ box (number 1.0); box (Uri "http://localhost") ], file))

                  Expect.isFalse (File.Exists file) "no file"))

          testCase "a file that is none is refused" (fun () ->
              temporary (fun file ->
                  File.WriteAllText(file, "not a tensor")
                  Expect.throwsT<FileFormatException> (fun () -> Tensor.load file |> ignore) "refused")) ]
