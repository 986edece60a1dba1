// A tensor's bare value, under the name that DiffSharp gives it.
// Only scripts written for DiffSharp need it; tensor.noDiff () is the way to drop derivatives.
namespace Functional.Tensors

/// The value of a tensor without any derivative.
[<Sealed>]
type RawTensor internal (value: Tensor) =

    member internal _.Value = value

    /// The length of every axis.
    member _.Shape = value.shape

    /// The number of axes.
    member _.Dim = value.dim

    /// The number of elements.
    member _.Nelement = value.nelement

    /// The type of its elements.
    member _.Dtype = value.dtype

    /// Where it lives.
    member _.Device = value.device

    /// Its one element as a .NET number. Waits for the device.
    member _.ToScalar() = value.toScalar ()

    /// Its elements as an array of its rank. Waits for the device.
    member _.ToValues() : obj =
        if value.dim = 0 then box (value.toScalar ()) else box (value.toArray ())

    override _.ToString() = value.ToString()

    interface IHoldsTensors with
        member _.Tensors = Seq.singleton value
