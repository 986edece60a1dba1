// Putting elements into larger tensors of zeros and taking them out again: padding, dilation, scattering, adding a slice.
// Used by convolutional code and wherever a gradient has to go back to where its elements came from.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal Placement =

    let private padOp = Operators.aten "constant_pad_nd"
    let private scatterOp = Operators.atenOverload "scatter" "src"
    let private sliceOp = Operators.atenOverload "slice" "Tensor"

    /// Zeros before and after the elements, so many on each axis. libtorch lists the last axis first.
    let padded (sides: (int * int)[]) (t: Tensor) =
        let widths = sides |> Array.rev |> Array.collect (fun (before, behind) -> [| int64 before; int64 behind |])
        new Tensor(padOp.Tensor [| Arg.tensor t.Handle; Arg.ints widths; Arg.int 0L |])

    let private onePerAxis (operation: string) (name: string) (least: int) (t: Tensor) (values: seq<int>) =
        let values = Seq.toArray values

        if values.Length <> t.dim then
            raise (Errors.Operation.perAxis operation name values.Length t.dim)

        values |> Array.iter (Check.atLeast operation least name)
        values

    let pad (paddings: seq<int>) (t: Tensor) =
        let paddings = onePerAxis "pad" "paddings" 0 t paddings
        padded (paddings |> Array.map (fun width -> width, width)) t

    // Each element is followed by step - 1 zeros, of which the last ones go again.
    let private dilateAxis (t: Tensor) (axis: int, step: int) =
        if step = 1 || t.shape[axis] = 0 then
            t
        else
            let length = t.shape[axis]
            let sides = Array.init (t.dim + 1) (fun i -> 0, (if i = axis + 1 then step - 1 else 0))
            let spread = padded sides (t.unsqueeze (axis + 1))
            View.slice axis 0 ((length - 1) * step) (spread.flatten (axis, axis + 1))

    let dilate (dilations: seq<int>) (t: Tensor) =
        onePerAxis "dilate" "dilations" 1 t dilations |> Array.indexed |> Array.fold dilateAxis t

    let private undilateAxis (t: Tensor) (axis: int, step: int) =
        let length = int64 t.shape[axis]

        new Tensor(
            sliceOp.Tensor [| Arg.tensor t.Handle; Arg.int (int64 axis); Arg.int 0L; Arg.int length; Arg.int (int64 step) |]
        )

    let undilate (dilations: seq<int>) (t: Tensor) =
        onePerAxis "undilate" "dilations" 1 t dilations |> Array.indexed |> Array.fold undilateAxis t

    let addSlice (location: seq<int>) (part: Tensor) (t: Tensor) =
        let location = Seq.toArray location

        let inside =
            location.Length = t.dim
            && part.dim = t.dim
            && Array.forall2 (fun first length -> first >= 0 && length >= 0) location part.shape
            && Array.forall2 (<=) (Array.map2 (+) location part.shape) t.shape

        if not inside then
            raise (Errors.Operation.slice t.shape location part.shape)

        t
        + padded (Array.map3 (fun first length whole -> first, whole - first - length) location part.shape t.shape) part

    let scatter (dim: int) (indices: Tensor) (destination: int[]) (t: Tensor) =
        let axis = Check.axis "scatter" t dim
        Check.fits "scatter" "The indices have the shape of the tensor." (t.shape = indices.shape) t indices

        let reaches =
            destination.Length = t.dim
            && Seq.forall (fun i -> i = axis || t.shape[i] <= destination[i]) (seq { 0 .. t.dim - 1 })

        if not reaches then
            raise (
                Errors.Operation.mismatch
                    "scatter"
                    t.shape
                    destination
                    "Only the axis scattered along may be longer in the first."
            )

        let zeros, indices = t.zerosLike destination, indices.cast Dtype.Int64

        new Tensor(
            scatterOp.Tensor [| Arg.tensor zeros.Handle; Arg.int (int64 axis); Arg.tensor indices.Handle; Arg.tensor t.Handle |]
        )

[<AutoOpen>]
module PlacementExtensions =

    type Tensor with

        /// Zeros on both sides of every axis, so many on each.
        member t.pad(paddings: seq<int>) = Placement.pad paddings t

        /// Zeros between the elements: those of an axis stand so many places apart.
        member t.dilate(dilations: seq<int>) = Placement.dilate dilations t

        /// Every so-manieth element of each axis: the inverse of dilate.
        member t.undilate(dilations: seq<int>) = Placement.undilate dilations t

        /// The tensor with another one added to it, whose first element lies at the location.
        member t.addSlice(location: seq<int>, b: Tensor) = Placement.addSlice location b t

        /// Zeros of the destination's shape with this tensor's elements written along an axis to where the indices say: the
        /// inverse of gather. Of elements for one place any may stay.
        member t.scatter(dim: int, indices: Tensor, destinationShape: seq<int>) =
            Placement.scatter dim indices (Seq.toArray destinationShape) t

    type dsharp with

        static member pad(input: Tensor, paddings: seq<int>) = input.pad paddings
        static member dilate(input: Tensor, dilations: seq<int>) = input.dilate dilations
        static member undilate(input: Tensor, dilations: seq<int>) = input.undilate dilations

        static member scatter(input: Tensor, dim: int, indices: Tensor, destinationShape: seq<int>) =
            input.scatter (dim, indices, destinationShape)
