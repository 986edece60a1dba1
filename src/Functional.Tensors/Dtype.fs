// The type of a tensor's elements, with DiffSharp's names.
// Used by everything that makes or converts a tensor.
namespace Functional.Tensors

/// The type of a tensor's elements.
[<RequireQualifiedAccess>]
type Dtype =
    | Bool
    | Byte
    | Int8
    | Int16
    | Int32
    | Int64
    | Float16
    | BFloat16
    | Float32
    | Float64

    /// The type that `sum` accumulates and returns: integers widen to 64 bits.
    member this.SummationType =
        match this with
        | Bool
        | Byte
        | Int8
        | Int16
        | Int32
        | Int64 -> Int64
        | floating -> floating

    /// Whether it holds real numbers, and so can be differentiated.
    member this.IsFloatingPoint =
        match this with
        | Float16
        | BFloat16
        | Float32
        | Float64 -> true
        | _ -> false

    /// Bytes of one element.
    member this.ElementSize =
        match this with
        | Bool
        | Byte
        | Int8 -> 1
        | Int16
        | Float16
        | BFloat16 -> 2
        | Int32
        | Float32 -> 4
        | Int64
        | Float64 -> 8

    override this.ToString() =
        match this with
        | Bool -> "Bool"
        | Byte -> "Byte"
        | Int8 -> "Int8"
        | Int16 -> "Int16"
        | Int32 -> "Int32"
        | Int64 -> "Int64"
        | Float16 -> "Float16"
        | BFloat16 -> "BFloat16"
        | Float32 -> "Float32"
        | Float64 -> "Float64"

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Dtype =

    // c10::ScalarType
    let private codes =
        [ Dtype.Byte, 0
          Dtype.Int8, 1
          Dtype.Int16, 2
          Dtype.Int32, 3
          Dtype.Int64, 4
          Dtype.Float16, 5
          Dtype.Float32, 6
          Dtype.Float64, 7
          Dtype.Bool, 11
          Dtype.BFloat16, 15 ]

    let private ofCodes = codes |> List.map (fun (dtype, code) -> code, dtype) |> dict

    let internal code (dtype: Dtype) =
        codes |> List.find (fun (candidate, _) -> candidate = dtype) |> snd

    let internal ofCode (code: int) =
        match ofCodes.TryGetValue code with
        | true, dtype -> dtype
        | _ -> raise (TensorException $"libtorch returned elements of scalar type {code}, which has no counterpart here.")

    /// What a tensor of real numbers is made of unless told otherwise; set by dsharp.config.
    let mutable Default = Dtype.Float32
