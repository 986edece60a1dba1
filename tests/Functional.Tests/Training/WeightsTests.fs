// Tests of Weights: what is saved comes back, and what does not fit changes nothing.
// Run with the whole suite; damage to the files themselves is tested in SafetensorsFileTests.
module internal Functional.Tests.WeightsTests

open System
open System.IO
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.FileTesting

let private values (parameters: Parameter list) =
    [ for parameter in parameters -> parameter.Name, numbers parameter.Value ]

let private net (sizes: int list) =
    (mlp sizes --> diagonalNormal 2).Parameters

let private inFile (test: string -> unit) =
    inFolder (fun folder -> test (Path.Combine(folder, "weights.safetensors")))

let private roundTrip (draw: Draw) =
    inFile (fun path ->
        let sizes = List.init (draw.Int(2, 4)) (fun _ -> draw.Int(1, 6))
        let dtype = draw.Pick [ Dtype.Float32; Dtype.Float64 ]

        let make () =
            if dtype = Dtype.Float64 then inFloat64 (fun () -> net sizes) else net sizes

        let saved, loaded = make (), make ()
        Weights.save path saved
        Weights.load path loaded
        Expect.equal (values loaded) (values saved) "every number"
        Expect.all loaded (fun parameter -> parameter.Value.dtype = dtype && Gradient.isRecorded parameter.Value) "in place")

let private changesNothing<'Error when 'Error :> exn> (path: string) (parameters: Parameter list) (parts: string list) =
    let before = values parameters
    says (messageOf<'Error, _>(fun () -> Weights.load path parameters)) (path :: parts)
    Expect.equal (values parameters) before "nothing is changed"

[<Tests>]
let tests =
    testList
        "Weights"
        [ holds "what is saved comes back" 6 roundTrip

          testCase "a parameter that the file lacks is an error, and changes nothing" (fun () ->
              inFile (fun path ->
                  Weights.save path (net [ 4; 3 ])

                  changesNothing<ArgumentException>
                      path
                      (net [ 4; 3; 3 ])
                      [ "lacks"; "'linear2.weight'"; "linear.bias"; "another model" ]))

          testCase "a parameter that the model does not have is an error, and changes nothing" (fun () ->
              inFile (fun path ->
                  Weights.save path (net [ 4; 3; 3 ])
                  changesNothing<ArgumentException> path (net [ 4; 3 ]) [ "holds 'linear2."; "does not have" ]))

          testCase "a parameter of another shape is an error, and changes nothing" (fun () ->
              inFile (fun path ->
                  Weights.save path (net [ 4; 3 ])
                  changesNothing<ArgumentException> path (net [ 5; 3 ]) [ "'linear.weight'"; "[3; 4]"; "[3; 5]" ]))

          testCase "a file that is cut off anywhere is an error, and changes nothing" (fun () ->
              inFile (fun path ->
                  Weights.save path (net [ 4; 3 ])
                  let whole = File.ReadAllBytes path

                  for length in [ 0; 7; 8; 100; whole.Length / 2; whole.Length - 1 ] do
                      File.WriteAllBytes(path, Array.truncate length whole)
                      changesNothing<FileFormatException> path (net [ 4; 3 ]) []))

          testCase "a wrong header length is an error, and changes nothing" (fun () ->
              inFile (fun path ->
                  Weights.save path (net [ 4; 3 ])
                  let whole = File.ReadAllBytes path

                  for length in [ 0L; 3L; BitConverter.ToInt64(whole, 0) - 8L; 1L <<< 40 ] do
                      Array.append (BitConverter.GetBytes length) whole[8..] |> fun bytes -> File.WriteAllBytes(path, bytes)
                      changesNothing<FileFormatException> path (net [ 4; 3 ]) []))

          testCase "saving over a file replaces it, loading leaves no tensors behind" (fun () ->
              inFile (fun path ->
                  let first, second = net [ 4; 3 ], net [ 2; 2 ]
                  Weights.save path first
                  Weights.save path second
                  let target = net [ 2; 2 ]
                  leavesNothing (fun () -> Weights.load path target)
                  Expect.equal (values target) (values second) "the second one"
                  GC.KeepAlive first)) ]
