// Numbers that meet tensors: their dtypes, their conversions, and what a tensor's dtype becomes beside one.
// Used by the operators of Tensor; scripts reach the conversions as members of any .NET number.
namespace Functional.Tensors

open System

/// Any .NET number.
type scalar = IConvertible

[<AutoOpen>]
module ScalarExtensions =

    type IConvertible with

        /// The dtype that holds it; real numbers by their own precision.
        member x.dtype: Dtype =
            match x.GetTypeCode() with
            | TypeCode.Boolean -> Dtype.Bool
            | TypeCode.Byte -> Dtype.Byte
            | TypeCode.SByte -> Dtype.Int8
            | TypeCode.Int16 -> Dtype.Int16
            | TypeCode.Int32 -> Dtype.Int32
            | TypeCode.Int64 -> Dtype.Int64
            | TypeCode.Single -> Dtype.Float32
            | TypeCode.Double -> Dtype.Float64
            | kind -> raise (Errors.Value.notAScalar kind)

        member x.toSingle() : float32 = x.ToSingle null
        member x.toDouble() : float = x.ToDouble null
        member x.toInt64() : int64 = x.ToInt64 null
        member x.toInt32() : int = x.ToInt32 null
        member x.toInt16() : int16 = x.ToInt16 null
        member x.toSByte() : sbyte = x.ToSByte null
        member x.toByte() : byte = x.ToByte null

        /// Whether it is other than zero.
        member x.toBool() : bool = x.ToDouble null <> 0.0

        member x.sub(y: scalar) : scalar = x.toDouble () - y.toDouble () :> scalar
        member x.log() : scalar = log (x.toDouble ()) :> scalar
        member x.neg() : scalar = -(x.toDouble ()) :> scalar

        /// The same number as the .NET type of a dtype; half floats as float32.
        member x.cast(dtype: Dtype) : scalar =
            match dtype with
            | Dtype.Bool -> x.toBool () :> scalar
            | Dtype.Byte -> x.toByte () :> scalar
            | Dtype.Int8 -> x.toSByte () :> scalar
            | Dtype.Int16 -> x.toInt16 () :> scalar
            | Dtype.Int32 -> x.toInt32 () :> scalar
            | Dtype.Int64 -> x.toInt64 () :> scalar
            | Dtype.Float16
            | Dtype.BFloat16
            | Dtype.Float32 -> x.toSingle () :> scalar
            | Dtype.Float64 -> x.toDouble () :> scalar

    /// The dtype that a tensor takes when it meets this scalar, where that is not its own: real numbers make integers real.
    let tryWidenScalar (tensorDtype: Dtype) (scalar: scalar) : ValueOption<Dtype> =
        match scalar.GetTypeCode() with
        | TypeCode.Double
        | TypeCode.Single
        | TypeCode.Decimal when not tensorDtype.IsFloatingPoint -> ValueSome Dtype.Default
        | _ -> ValueNone

    /// The dtype of a tensor divided by a scalar, or a scalar by it.
    let widenScalarForDivision (tensorDtype: Dtype) (scalarDtype: Dtype) : Dtype =
        if tensorDtype.IsFloatingPoint then
            tensorDtype
        else
            Dtype.divisionType tensorDtype (if scalarDtype.IsFloatingPoint then Dtype.Default else scalarDtype)
