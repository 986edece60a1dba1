// What an operation requires of its tensors, checked before libtorch is called so that the error can say what would fit.
// Used by the operations in the files that follow; the sentences are in Errors.
namespace Functional.Tensors

module internal Check =

    /// An axis counted from the front, of `rank` axes to choose from.
    let axisOf (operation: string) (rank: int) (t: Tensor) (dim: int) : int =
        if dim < -rank || dim >= rank then
            raise (Errors.Operation.axis operation dim rank t.shape)

        if dim < 0 then dim + rank else dim

    /// An axis of the tensor, counted from the front.
    let axis (operation: string) (t: Tensor) (dim: int) : int = axisOf operation t.dim t dim

    let private require (condition: bool) (error: unit -> exn) =
        if not condition then
            raise (error ())

    let real (operation: string) (t: Tensor) =
        require t.dtype.IsFloatingPoint (fun () -> Errors.Operation.notReal operation (string t.dtype))

    let rank (operation: string) (rank: int) (what: string) (t: Tensor) =
        require (t.dim = rank) (fun () -> Errors.Operation.expected operation what t.shape)

    let shape (operation: string) (what: string) (holds: bool) (t: Tensor) =
        require holds (fun () -> Errors.Operation.expected operation what t.shape)

    /// Tensors of one dtype on one device.
    let alike (operation: string) (a: Tensor) (b: Tensor) =
        require (a.dtype = b.dtype) (fun () -> Errors.Operation.dtypes operation (string a.dtype) (string b.dtype))
        require (a.device = b.device) (fun () -> Errors.Operation.devices operation (string a.device) (string b.device))

    let sameShape (operation: string) (a: Tensor) (b: Tensor) =
        require (a.shape = b.shape) (fun () -> Errors.Operation.mismatch operation a.shape b.shape "They must be equal.")

    let fits (operation: string) (remedy: string) (holds: bool) (a: Tensor) (b: Tensor) =
        require holds (fun () -> Errors.Operation.mismatch operation a.shape b.shape remedy)

    /// Matrices, or batches of them.
    let matrix (operation: string) (t: Tensor) =
        real operation t
        require (t.dim >= 2) (fun () -> Errors.Operation.expected operation "matrices [...; m; n]" t.shape)

    let square (operation: string) (t: Tensor) =
        real operation t

        require (t.dim >= 2 && t.shape[t.dim - 1] = t.shape[t.dim - 2]) (fun () ->
            Errors.Operation.expected operation "square matrices [...; n; n]" t.shape)

    let atLeast (operation: string) (least: int) (name: string) (value: int) =
        require (value >= least) (fun () -> Errors.Operation.tooFew operation name value least)

    let probability (operation: string) (p: float) =
        require (p >= 0.0 && p <= 1.0) (fun () -> Errors.Operation.probability operation p)

    /// A setting given once for all axes or once for each; `standard` where it was not given.
    let perAxis operation rank (name: string) (one: int option) (each: seq<int> option) (standard: unit -> int[]) : int[] =
        match one, each with
        | Some _, Some _ -> raise (Errors.Operation.oneOf operation name (name + "s"))
        | Some value, None -> Array.create rank value
        | None, None -> standard ()
        | None, Some values ->
            let values = Seq.toArray values
            require (values.Length = rank) (fun () -> Errors.Operation.perAxis operation (name + "s") values.Length rank)
            values

    /// A device that this machine has.
    let device (device: Device) =
        if device.DeviceType <> DeviceType.CPU then
            let count = Device.gpuCount ()
            require (device.DeviceIndex < count) (fun () -> Errors.Operation.missingDevice (string device) count)

    /// A dtype that new tensors may have unless told otherwise.
    let defaultDtype (dtype: Dtype) : Dtype =
        require dtype.IsFloatingPoint (fun () -> Errors.Operation.defaultDtype (string dtype))
        dtype
