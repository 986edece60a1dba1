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

    /// Whether a code is that of Float16, Float32, Float64 or BFloat16.
    let internal isRealCode (code: int) = (code >= 5 && code <= 7) || code = 15

    /// What a tensor of real numbers is made of unless told otherwise; set by dsharp.config.
    let mutable Default = Dtype.Float32

    // From the narrowest to the widest; every later one holds what those before it hold, Byte and Int8 aside.
    let private widths =
        [ Dtype.Bool
          Dtype.Byte
          Dtype.Int8
          Dtype.Int16
          Dtype.Int32
          Dtype.Int64
          Dtype.Float16
          Dtype.BFloat16
          Dtype.Float32
          Dtype.Float64 ]

    /// The dtype of an operation on two: the wider one; None for Byte and Int8, neither of which holds the other.
    let widen (dtype1: Dtype) (dtype2: Dtype) : Dtype option =
        match dtype1, dtype2 with
        | Dtype.Byte, Dtype.Int8
        | Dtype.Int8, Dtype.Byte -> None
        | _ ->
            let width dtype = List.findIndex ((=) dtype) widths
            Some(if width dtype1 >= width dtype2 then dtype1 else dtype2)

    /// The dtype of a quotient: the default one where neither side holds real numbers.
    let divisionType (dtype1: Dtype) (dtype2: Dtype) : Dtype =
        match dtype1.IsFloatingPoint, dtype2.IsFloatingPoint with
        | false, false -> Default
        | false, true -> dtype2
        | true, false -> dtype1
        | true, true -> (widen dtype1 dtype2).Value
