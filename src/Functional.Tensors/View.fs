// Shapes: views, joining and splitting, gathering, indexing. Most share memory with the tensor they look at.
// Used everywhere; slices with F#'s own syntax are in Slicing.fs.
namespace Functional.Tensors

open Functional.Tensors.Native

/// Arithmetic on shapes.
type Shape = int[]

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Shape =

    /// The number of elements.
    let nelement (shape: Shape) = Memory.elements shape

    /// `[2; 3]`, as error messages print it.
    let toString (shape: Shape) = Errors.shape shape

    /// Whether `shape` ends with the axes of `ending`.
    let endsWith (ending: Shape) (shape: Shape) =
        shape.Length >= ending.Length && Array.forall2 (=) ending (Array.skip (shape.Length - ending.Length) shape)

module internal View =

    let private viewOp = Operators.aten "reshape"
    let private expandOp = Operators.aten "expand"
    let private transposeOp = Operators.atenOverload "transpose" "int"
    let private permuteOp = Operators.aten "permute"
    let private unsqueezeOp = Operators.aten "unsqueeze"
    let private squeezeOp = Operators.aten "squeeze"
    let private squeezeDimOp = Operators.atenOverload "squeeze" "dim"
    let private flattenOp = Operators.atenOverload "flatten" "using_ints"
    let private catOp = Operators.aten "cat"
    let private stackOp = Operators.aten "stack"
    let private splitOp = Operators.aten "split_with_sizes"
    let private unbindOp = Operators.atenOverload "unbind" "int"
    let private gatherOp = Operators.aten "gather"
    let private indexSelectOp = Operators.aten "index_select"
    let private selectOp = Operators.atenOverload "select" "int"
    let private sliceOp = Operators.atenOverload "slice" "Tensor"
    let private flipOp = Operators.aten "flip"
    let private repeatOp = Operators.atenOverload "repeat_interleave" "self_int"
    let private tileOp = Operators.aten "repeat"
    let private tensorOf (handle: TensorHandle) = new Tensor(handle)

    let private axis (operation: string) (extra: int) (t: Tensor) (dim: int) =
        let rank = t.dim + extra

        if dim < -rank || dim >= rank then
            raise (Errors.Operation.axis operation dim rank t.shape)

        if dim < 0 then dim + rank else dim

    let private axisArg operation extra t dim =
        Arg.int (int64 (axis operation extra t dim))

    let private axesArg operation t (dims: seq<int>) =
        dims |> Seq.map (axis operation 0 t) |> Seq.toArray |> Arg.shape

    // libtorch checks shapes anyway, so the better sentence is looked for only once it has refused: a check before would cost every
    // call. Where nothing is found to explain it, its own words stay.
    let inline private orExplain ([<InlineIfLambda>] explain: unit -> exn option) ([<InlineIfLambda>] call: unit -> 'T) : 'T =
        try
            call ()
        with :? TensorException ->
            match explain () with
            | Some error -> raise error
            | None -> reraise ()

    let private unless (fits: bool) (error: unit -> exn) : exn option = if fits then None else Some(error ())

    let private explainView (dimensions: int[]) (wanted: int[]) () : exn option =
        let known = wanted |> Array.filter ((<>) -1)
        let product = known |> Array.fold (fun n d -> n * int64 d) 1L
        let given = dimensions |> Array.fold (fun n d -> n * int64 d) 1L

        let fits =
            match wanted.Length - known.Length with
            | 0 -> product = given
            | 1 -> product > 0L && given % product = 0L
            | _ -> false

        unless (fits && Array.forall (fun d -> d >= 0) known) (fun () -> Errors.Operation.view dimensions wanted)

    let private explainExpand (dimensions: int[]) (wanted: int[]) () : exn option =
        let news = wanted.Length - dimensions.Length

        let fits =
            news >= 0
            && wanted |> Array.forall (fun d -> d >= -1)
            && dimensions
               |> Array.indexed
               |> Array.forall (fun (i, d) -> d = 1 || wanted[news + i] = d || wanted[news + i] = -1)

        unless (fits && not (wanted |> Array.take news |> Array.contains -1)) (fun () ->
            Errors.Operation.expand dimensions wanted)

    let view (shape: seq<int>) (t: Tensor) =
        let shape = Seq.toArray shape

        orExplain (explainView t.shape shape) (fun () -> tensorOf (viewOp.Tensor [| Arg.tensor t.Handle; Arg.shape shape |]))

    let expand (shape: seq<int>) (t: Tensor) =
        let shape = Seq.toArray shape

        orExplain (explainExpand t.shape shape) (fun () -> tensorOf (expandOp.Tensor [| Arg.tensor t.Handle; Arg.shape shape |]))

    let transpose (dim0: int) (dim1: int) (t: Tensor) =
        tensorOf (transposeOp.Tensor [| Arg.tensor t.Handle; axisArg "transpose" 0 t dim0; axisArg "transpose" 0 t dim1 |])

    let permute (permutation: seq<int>) (t: Tensor) =
        tensorOf (permuteOp.Tensor [| Arg.tensor t.Handle; axesArg "permute" t permutation |])

    let unsqueeze (dim: int) (t: Tensor) =
        tensorOf (unsqueezeOp.Tensor [| Arg.tensor t.Handle; axisArg "unsqueeze" 1 t dim |])

    let squeeze (dim: int option) (t: Tensor) =
        match dim with
        | None -> tensorOf (squeezeOp.Tensor(t.Handle))
        | Some dim -> tensorOf (squeezeDimOp.Tensor [| Arg.tensor t.Handle; axisArg "squeeze" 0 t dim |])

    let flatten (first: int) (last: int) (t: Tensor) =
        // A number flattens to a vector of one.
        let axis = axisArg "flatten" (if t.dim = 0 then 1 else 0) t
        tensorOf (flattenOp.Tensor [| Arg.tensor t.Handle; axis first; axis last |])

    let unflatten (dim: int) (lengths: int[]) (t: Tensor) =
        let dim = axis "unflatten" 0 t dim

        if Shape.nelement lengths <> t.shape[dim] then
            raise (Errors.Operation.unflatten dim t.shape lengths)

        view (Array.concat [ t.shape[.. dim - 1]; lengths; t.shape[dim + 1 ..] ]) t

    // `cat` passes over vectors without elements.
    let private explainJoin (operation: string) (extra: int) (dim: int) (shapes: int[][]) : exn option =
        let compared = if extra = 1 then shapes else shapes |> Array.filter ((<>) [| 0 |])

        let rest (shape: int[]) =
            if extra = 1 || dim >= shape.Length then shape else Array.updateAt dim 0 shape

        unless (compared |> Array.distinctBy rest |> Array.length <= 1) (fun () ->
            Errors.Operation.cat operation (if extra = 1 then None else Some dim) shapes)

    let private join (operation: string) (op: Operator) (extra: int) (tensors: seq<Tensor>) (dim: int) =
        match Seq.toArray tensors with
        | [||] -> raise (Errors.Operation.empty operation)
        | tensors ->
            let handles = tensors |> Array.map _.Handle
            let dim = axis operation extra tensors[0] dim

            orExplain (fun () -> explainJoin operation extra dim (tensors |> Array.map _.shape)) (fun () ->
                tensorOf (op.Tensor [| Arg.tensors handles; Arg.int (int64 dim) |]))

    let cat tensors dim = join "cat" catOp 0 tensors dim

    let stack tensors dim = join "stack" stackOp 1 tensors dim

    let split (sizes: seq<int>) (dim: int) (t: Tensor) : Tensor[] =
        let sizes = Seq.toArray sizes
        let dim = axis "split" 0 t dim

        let explain () =
            unless (Array.forall (fun size -> size >= 0) sizes && Array.sumBy int64 sizes = int64 t.shape[dim]) (fun () ->
                Errors.Operation.split t.shape dim sizes)

        orExplain explain (fun () ->
            splitOp.Tensors([| Arg.tensor t.Handle; Arg.shape sizes; Arg.int (int64 dim) |], sizes.Length))
        |> Array.map tensorOf

    let unstack (dim: int) (t: Tensor) : Tensor[] =
        let length = t.shape[axis "unstack" 0 t dim]

        unbindOp.Tensors([| Arg.tensor t.Handle; axisArg "unstack" 0 t dim |], length) |> Array.map tensorOf

    let private indices (indices: Tensor) =
        Arg.tensor (indices.cast Dtype.Int64).Handle

    // Which positions lie beyond the axis is known only from reading them, which happens after a refusal only.
    let private explainPositions (dim: int) (positions: Tensor) (t: Tensor) : exn option =
        let length = int64 t.shape[dim]

        Memory.toArray<int64>((positions.cast Dtype.Int64).Handle)
        |> Array.tryFind (fun position -> position < 0L || position >= length)
        |> Option.map (fun position -> Errors.Operation.index (int position) dim t.shape :> exn)

    let gather (dim: int) (positions: Tensor) (t: Tensor) =
        let dim = axis "gather" 0 t dim

        let explain () =
            let fits i length = i = dim || length <= t.shape[i]

            if positions.dim = t.dim && positions.shape |> Array.mapi fits |> Array.forall id then
                explainPositions dim positions t
            else
                Some(Errors.Operation.gather t.shape dim positions.shape :> exn)

        orExplain explain (fun () -> tensorOf (gatherOp.Tensor [| Arg.tensor t.Handle; Arg.int (int64 dim); indices positions |]))

    let indexSelect (dim: int) (positions: Tensor) (t: Tensor) =
        let dim = axis "indexSelect" 0 t dim

        let explain () =
            if positions.dim <= 1 then
                explainPositions dim positions t
            else
                Some(Errors.Operation.expected "indexSelect" "a vector of indices" positions.shape :> exn)

        orExplain explain (fun () ->
            tensorOf (indexSelectOp.Tensor [| Arg.tensor t.Handle; Arg.int (int64 dim); indices positions |]))

    let select (dim: int) (position: int) (t: Tensor) =
        let dim = axis "indexing" 0 t dim
        tensorOf (selectOp.Tensor [| Arg.tensor t.Handle; Arg.int (int64 dim); Arg.int (int64 position) |])

    /// Elements `first` to `last`, both included, as F# slices mean it.
    let slice (dim: int) (first: int) (last: int) (t: Tensor) =
        tensorOf (
            sliceOp.Tensor
                [| Arg.tensor t.Handle
                   axisArg "slicing" 0 t dim
                   Arg.int (int64 first)
                   Arg.int (int64 last + 1L)
                   Arg.int 1L |]
        )

    let flip (dims: seq<int>) (t: Tensor) =
        tensorOf (flipOp.Tensor [| Arg.tensor t.Handle; axesArg "flip" t dims |])

    /// Each slice along the axis `times` times in a row.
    let repeat (dim: int) (times: int) (t: Tensor) =
        tensorOf (repeatOp.Tensor [| Arg.tensor t.Handle; Arg.int (int64 times); axisArg "repeat" 0 t dim; Arg.none |])

    /// The whole tensor again and again, so many times along each axis.
    let tile (times: seq<int>) (t: Tensor) =
        tensorOf (tileOp.Tensor [| Arg.tensor t.Handle; Arg.shape (Seq.toArray times) |])

[<AutoOpen>]
module ViewExtensions =

    type Tensor with

        /// The same elements in another shape; one axis may be -1.
        member t.view(shape: seq<int>) = View.view shape t

        member t.view(shape: int) = View.view [ shape ] t
        member t.viewAs(other: Tensor) = View.view other.shape t

        /// Repeats axes of length 1 without copying.
        member t.expand(newShape: seq<int>) = View.expand newShape t

        member t.expandAs(b: Tensor) = View.expand b.shape t
        member t.transpose(dim0: int, dim1: int) = View.transpose dim0 dim1 t

        /// A matrix's transpose.
        member t.transpose() =
            if t.dim <> 2 then
                raise (Errors.Operation.expected "transpose without axes" "a matrix" t.shape)

            View.transpose 0 1 t

        /// One axis becomes several, whose lengths multiply to its own.
        member t.unflatten(dim: int, unflattenedShape: seq<int>) =
            View.unflatten dim (Seq.toArray unflattenedShape) t

        /// Axes of length 1 behind the last, until there are as many as the other tensor has.
        member t.unsqueezeAs(other: Tensor) =
            if t.dim >= other.dim then
                t
            else
                View.view (Array.append t.shape (Array.create (other.dim - t.dim) 1)) t

        member t.permute(permutation: seq<int>) = View.permute permutation t

        /// A new axis of length 1.
        member t.unsqueeze(dim: int) = View.unsqueeze dim t

        /// Without the axes of length 1, or without that one.
        member t.squeeze(?dim: int) = View.squeeze dim t

        /// Several axes become one.
        member t.flatten(?startDim: int, ?endDim: int) =
            View.flatten (defaultArg startDim 0) (defaultArg endDim -1) t

        /// Parts of the given lengths along an axis.
        member t.split(sizes: seq<int>, ?dim: int) = View.split sizes (defaultArg dim 0) t

        /// The slices along an axis, which goes.
        member t.unstack(?dim: int) = View.unstack (defaultArg dim 0) t

        /// Elements picked along an axis by an index tensor of the result's shape.
        member t.gather(dim: int, indices: Tensor) = View.gather dim indices t

        /// Whole slices picked along an axis by a vector of indices.
        member t.indexSelect(dim: int, indices: Tensor) = View.indexSelect dim indices t

        member t.flip(dims: seq<int>) = View.flip dims t
        member t.repeat(dim: int, times: int) = View.repeat dim times t

        /// The whole tensor again and again, so many times along each axis.
        member t.tile(times: seq<int>) = View.tile times t

        static member cat(tensors: seq<Tensor>, ?dim: int) = View.cat tensors (defaultArg dim 0)
        static member stack(tensors: seq<Tensor>, ?dim: int) = View.stack tensors (defaultArg dim 0)

    type dsharp with

        static member view(input: Tensor, shape: seq<int>) = input.view shape
        static member view(input: Tensor, shape: int) = input.view shape
        static member viewAs(input: Tensor, other: Tensor) = input.viewAs other
        static member unflatten(input: Tensor, dim: int, unflattenedShape: seq<int>) = input.unflatten (dim, unflattenedShape)
        static member unsqueezeAs(input: Tensor, other: Tensor) = input.unsqueezeAs other
        static member expandAs(input: Tensor, other: Tensor) = input.expandAs other
        static member expand(input: Tensor, shape: seq<int>) = input.expand shape
        static member transpose(input: Tensor) = input.transpose ()
        static member transpose(input: Tensor, dim0: int, dim1: int) = input.transpose (dim0, dim1)
        static member permute(input: Tensor, permutation: seq<int>) = input.permute permutation
        static member unsqueeze(input: Tensor, dim: int) = input.unsqueeze dim
        static member squeeze(input: Tensor, ?dim: int) = input.squeeze (?dim = dim)

        static member flatten(input: Tensor, ?startDim: int, ?endDim: int) =
            input.flatten (?startDim = startDim, ?endDim = endDim)

        static member cat(tensors: seq<Tensor>, ?dim: int) = View.cat tensors (defaultArg dim 0)
        static member stack(tensors: seq<Tensor>, ?dim: int) = View.stack tensors (defaultArg dim 0)
        static member split(input: Tensor, sizes: seq<int>, ?dim: int) = input.split (sizes, ?dim = dim)
        static member unstack(input: Tensor, ?dim: int) = input.unstack (?dim = dim)
        static member gather(input: Tensor, dim: int, indices: Tensor) = input.gather (dim, indices)
        static member indexSelect(input: Tensor, dim: int, indices: Tensor) = input.indexSelect (dim, indices)
        static member flip(input: Tensor, dims: seq<int>) = input.flip dims
        static member repeat(input: Tensor, dim: int, times: int) = input.repeat (dim, times)
        static member nelement(input: Tensor) = input.nelement
