// Tests of Npy and Npz: files that NumPy wrote, round trips of any dtype and shape, and damage.
// Run with the whole suite.
module Functional.Tests.NpyTests

open System
open System.IO
open Expecto
open FsCheck
open FsCheck.FSharp
open Functional.Tensors
open Functional.Tests.FileTesting

/// Written by NumPy 1.24: numpy.save of the array named beside each.
module private WrittenByNumpy =

    /// arange(6, '<f4').reshape(2, 3) / 4
    let quarters =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8="

    /// asfortranarray(arange(6, '<f8').reshape(2, 3))
    let columnMajor =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAAhAAAAAAAAA8D8AAAAAAAAQQAAA"
        + "AAAAAABAAAAAAAAAFEA="

    /// array(-7, '<i8')
    let number =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr5/////////w=="

    /// savez_compressed(a = arange(3, '<i4'), b = ones((1, 2), '|u1'))
    let archive =
        "UEsDBBQAAAAIAAAAIQAC7L2pTAAAAIwAAAAFABQAYS5ucHkBABAAjAAAAAAAAABMAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaKu"
        + "o6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4GIGAEYiYgBgBQSwMEFAAAAAgAAAAhACZT7YJIAAAAggAAAAUAFABi"
        + "Lm5weQEAEACCAAAAAAAAAEgAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvka"
        + "hjoKRpo6CrUKZAMuRkYAUEsBAhQDFAAAAAgAAAAhAALsvalMAAAAjAAAAAUAAAAAAAAAAAAAAIABAAAAAGEubnB5UEsBAhQDFAAAAAgAAAAh"
        + "ACZT7YJIAAAAggAAAAUAAAAAAAAAAAAAAIABgwAAAGIubnB5UEsFBgAAAAACAAIAZgAAAAIBAAAAAA=="

let private load (path: string) = Npy.load path Device.CPU

let private ofBase64 (text: string) (read: string -> 'T) : 'T =
    withFile (Convert.FromBase64String text) read

let private tensors: Gen<Tensor> =
    gen {
        let! rank = Gen.choose (0, 4)
        let! shape = Gen.listOfLength rank (Gen.choose (0, 4))

        let! dtype =
            Gen.elements
                [ Dtype.Bool
                  Dtype.Byte
                  Dtype.Int8
                  Dtype.Int16
                  Dtype.Int32
                  Dtype.Int64
                  Dtype.Float16
                  Dtype.Float32
                  Dtype.Float64 ]

        let! seed = Gen.choose (0, 1_000_000)
        return Random.withSeed seed (fun () -> dsharp.randint(0, 100, shape, dtype = Dtype.Int32).cast dtype)
    }

let private bytesOf (tensor: Tensor) =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "array.npy")
        Npy.save path tensor
        File.ReadAllBytes path)

[<Tests>]
let tests =
    testList
        "Npy"
        [ testCase "reads what NumPy wrote" (fun () ->
              let quarters = ofBase64 WrittenByNumpy.quarters load
              Expect.equal quarters (dsharp.tensor [ [ 0.0; 0.25; 0.5 ]; [ 0.75; 1.0; 1.25 ] ]) "float32, row by row"
              let number = ofBase64 WrittenByNumpy.number load
              Expect.equal (number.dtype, number.shape, number.toInt64 ()) (Dtype.Int64, [||], -7L) "a number")

          testCase "turns an array that NumPy stored column by column" (fun () ->
              let expected = dsharp.arange(6.0, dtype = Dtype.Float64).view [ 2; 3 ]
              Expect.equal (ofBase64 WrittenByNumpy.columnMajor load) expected "float64")

          testCase "reads the archive that NumPy wrote" (fun () ->
              let arrays = ofBase64 WrittenByNumpy.archive (fun path -> Npz.load path Device.CPU)

              Expect.equal
                  arrays
                  [ "a", dsharp.tensor [ 0; 1; 2 ]; "b", dsharp.ones ([ 1; 2 ], dtype = Dtype.Byte) ]
                  "names, dtypes and elements")

          testProperty "a tensor of any dtype and shape comes back as it was"
          <| Prop.forAll (Arb.fromGen tensors) (fun tensor -> withFile (bytesOf tensor) load = tensor)

          testProperty "named tensors come back as they were, in order"
          <| Prop.forAll (Arb.fromGen (Gen.listOfLength 3 tensors)) (fun tensors ->
              let named = tensors |> List.mapi (fun i tensor -> $"layer{i}.weight", tensor)

              inFolder (fun folder ->
                  let path = Path.Combine(folder, "arrays.npz")
                  Npz.save path named
                  Npz.load path Device.CPU = named))

          testCase "bfloat16, which NumPy lacks, is written as float32" (fun () ->
              let tensor = dsharp.tensor ([ 1.5; -2.0 ], dtype = Dtype.BFloat16)
              Expect.equal (withFile (bytesOf tensor) load) (tensor.float32 ()) "every value is kept")

          testProperty "a damaged array is refused or read, and nothing else happens"
          <| survives (fun path -> load path |> ignore) (tensors |> Gen.map bytesOf)

          testCase "a file that is something else is refused by name" (fun () ->
              let refused = refusal load "not an array"B
              Expect.stringContains refused.Message "NUMPY" "what was expected"
              Expect.equal refused.Offset 0L "at its beginning")

          testCase "an archive that is something else is refused" (fun () ->
              refusal (fun path -> Npz.load path Device.CPU) "not an archive"B |> ignore) ]
