// Every message this assembly raises, and the two exceptions of its own.
// Whoever adds a check adds its sentence here, so that all of them say what was given, what fits, and what to do.
namespace Functional.Tensors

open System

/// Raised when libtorch refuses an operation: names the operator and the shapes it was given.
type TensorException(message: string, inner: exn) =
    inherit InvalidOperationException(message, inner)
    new(message) = TensorException(message, null)

/// Raised when a file is not what its name says: truncated, mislabelled or corrupted.
type FileFormatException(path: string, offset: int64, message: string) =
    inherit IO.IOException(message)

    /// The file that could not be read.
    member _.Path = path

    /// The byte at which it stopped making sense.
    member _.Offset = offset

module internal Errors =

    let shape (shape: int[]) = "[" + String.Join("; ", shape) + "]"

    /// The native library and the operators behind it.
    module Native =

        let notFound (tried: string seq) (reason: string) =
            let tried = String.Join("\n  ", tried)

            DllNotFoundException(
                $"The native library libfunctional.so could not be loaded: {reason}\nTried:\n  {tried}\n"
                + "`build/run setup` installs libtorch and builds it; with a libtorch of your own, set LIBTORCH to its folder first."
            )

        let wrongAbi (found: int) (expected: int) =
            TensorException(
                $"The native library speaks version {found} of the boundary, this assembly version {expected}. Rebuild it: build/run build."
            )

        let wrongVersion (compiled: string) (folder: string) (found: string) =
            TensorException(
                $"The native library was compiled for libtorch {compiled}, but LIBTORCH={folder} holds {found}. "
                + "Rebuild it with that LIBTORCH set: build/run build."
            )

        let refused (operator: string) (shapes: string seq) (reason: string) =
            let shapes = String.Join(", ", shapes)
            TensorException $"{operator} on ({shapes}): {reason.TrimEnd()}"

        let unknownOperator (reason: string) = TensorException reason

        let disposed (operator: string) =
            ObjectDisposedException(
                "Tensor",
                $"{operator}: one of its tensors has been freed, by Dispose or by the end of the Scope.run that it was made in. "
                + "Return it from the scope, or keep it with Scope.keep."
            )

    /// Creating tensors and reading them back.
    module Value =

        let notANumber (value: obj) =
            let found = if isNull value then "null" else value.GetType().Name
            ArgumentException $"A tensor is made of numbers, booleans and nested sequences of them; this is {found}."

        let range (start: float) (stop: float) (step: float) =
            ArgumentException(
                $"arange: from {start} to {stop} by {step} is no range: bounds have to be finite, the step not zero and towards the end, "
                + "and the numbers fewer than 2^31."
            )

        let notATensorElement (kind: Type) =
            ArgumentException $"A tensor's elements are booleans, integers of 8 to 64 bits, float32 or float; not {kind.Name}."

        let notAScalar (kind: TypeCode) =
            ArgumentException $"A scalar is a bool, an integer of 8 to 64 bits, a float32 or a float; this is a {kind}."

        let notComparable (value: obj) =
            let found = if isNull value then "null" else value.GetType().Name
            ArgumentException $"A tensor compares with a tensor only, and this is {found}. Convert the tensor: float t."

        let ragged (path: string) (expected: int[]) (found: int[]) =
            ArgumentException
                $"A tensor's rows have one shape: {path} has shape {shape found} where those before it have {shape expected}."

        let size (elements: int) (dimensions: int[]) =
            ArgumentException
                $"{elements} values do not fill shape {shape dimensions}, which takes {Array.fold (fun n d -> n * int64 d) 1L dimensions}."

        let notScalar (dimensions: int[]) =
            InvalidOperationException
                $"Only a tensor of one element converts to a number; this one has shape {shape dimensions}. Reduce or index it first."

        let rank (wanted: int) (dimensions: int[]) =
            InvalidOperationException
                $"A {wanted}-dimensional array was asked of a tensor of shape {shape dimensions}. Use toArray, or view it first."

    /// Shapes, axes and differentiation.
    module Operation =

        /// `rank` is how many axes there are to choose from: one more than the shape has where an axis is added.
        let axis (operation: string) (axis: int) (rank: int) (dimensions: int[]) =
            let range = if rank = 0 then "it has none" else $"axes run from {-rank} to {rank - 1}"
            ArgumentException $"{operation}: there is no axis {axis} in shape {shape dimensions}; {range}."

        let index (position: int) (axis: int) (dimensions: int[]) =
            IndexOutOfRangeException $"There is no position {position} on axis {axis} of shape {shape dimensions}."

        let range (first: int) (last: int) (axis: int) (dimensions: int[]) =
            IndexOutOfRangeException
                $"There is no range {first}..{last} on axis {axis} of shape {shape dimensions}; both ends are included."

        let mismatch (operation: string) (left: int[]) (right: int[]) (remedy: string) =
            ArgumentException $"{operation}: shapes {shape left} and {shape right} do not fit. {remedy}"

        let broadcast (operator: string) (shapes: string seq) (axis: string) (left: string) (right: string) : exn =
            let operation = operator.Substring(operator.LastIndexOf ':' + 1)
            let shapes = String.Join(" and ", shapes)

            ArgumentException(
                $"{operation}: shapes {shapes} do not broadcast: axis {axis} of the result would be {left} and {right} long. "
                + "Axes are matched from the last one back, and two fit where they are equal or one of them is 1."
            )

        let view (dimensions: int[]) (wanted: int[]) =
            let given = Array.fold (fun n d -> n * int64 d) 1L dimensions
            let known = wanted |> Array.filter ((<>) -1) |> Array.fold (fun n d -> n * int64 d) 1L
            let multiple = if known >= 0L && Array.contains -1 wanted then "a multiple of " else ""

            ArgumentException(
                $"view: shape {shape dimensions} has {given} elements, and shape {shape wanted} takes {multiple}{known}. "
                + "The lengths multiply to the number of elements; one of them may be -1, for whatever is left."
            )

        let expand (dimensions: int[]) (wanted: int[]) =
            ArgumentException(
                $"expand: shape {shape dimensions} does not expand to {shape wanted}. Axes are matched from the last one back: those of "
                + "length 1 grow, all others keep their length (which may be written as -1), and new ones come in front."
            )

        let cat (operation: string) (axis: int option) (shapes: int[] seq) =
            let rule =
                match axis with
                | Some axis -> $"All axes but axis {axis} have to be equal."
                | None -> "They have to be equal."

            let shapes = String.Join(", ", Seq.map shape shapes)
            ArgumentException $"{operation}: tensors of shapes {shapes} do not fit together. {rule}"

        let split (dimensions: int[]) (axis: int) (lengths: int[]) =
            ArgumentException(
                $"split: the lengths {shape lengths} add up to {Array.sumBy int64 lengths}, and axis {axis} of shape {shape dimensions} "
                + $"has {dimensions[axis]}. They are 0 or more and add up to that."
            )

        let gather (dimensions: int[]) (axis: int) (indices: int[]) =
            ArgumentException(
                $"gather: indices of shape {shape indices} do not fit a tensor of shape {shape dimensions}. They have as many axes, and "
                + $"none longer than the tensor's but axis {axis}."
            )

        let empty (operation: string) =
            ArgumentException $"{operation}: the sequence of tensors is empty."

        let notDifferentiable (operation: string) (dtype: string) =
            ArgumentException
                $"{operation}: only floating-point tensors can be differentiated, and this one is {dtype}. Cast it first."

        let expected (operation: string) (what: string) (dimensions: int[]) =
            ArgumentException $"{operation} takes {what}; this tensor has shape {shape dimensions}."

        let widening (left: string) (right: string) =
            ArgumentException $"No dtype of the two holds both {left} and {right}: cast one of the tensors first."

        let dtypes (operation: string) (left: string) (right: string) =
            ArgumentException $"{operation} takes tensors of one dtype; these are {left} and {right}. Cast one of them."

        let devices (operation: string) (left: string) (right: string) =
            ArgumentException $"{operation} takes tensors on one device; these are on {left} and {right}. Move one of them."

        let notReal (operation: string) (dtype: string) =
            ArgumentException $"{operation} takes real numbers; this tensor is {dtype}. Cast it first, to Float32 say."

        let unflatten (axis: int) (dimensions: int[]) (lengths: int[]) =
            ArgumentException(
                $"unflatten: the lengths {shape lengths} must multiply to {dimensions[axis]}, "
                + $"the length of axis {axis} of shape {shape dimensions}."
            )

        let slice (dimensions: int[]) (location: int[]) (part: int[]) =
            ArgumentException(
                $"addSlice: a tensor of shape {shape part} does not fit into shape {shape dimensions} at {shape location}. "
                + "Both shapes and the location have as many numbers, and location + part stays within the whole on every axis."
            )

        let bounds (dimensions: int[]) (rows: int) (columns: int) =
            ArgumentException(
                $"GetSlice: the bounds of a tensor of shape {shape dimensions} are at most {dimensions.Length} rows of three numbers "
                + $"(first, last, 1 to drop the axis or 0 to keep it); these are {rows} of {columns}."
            )

        let notFinite (operation: string) (dimensions: int[]) =
            ArgumentException(
                $"{operation}: a matrix of shape {shape dimensions} has an element that is NaN or infinite, and no factors then. "
                + "Look for it with t.hasinfnan ()."
            )

        let topk (count: int) (axis: int) (length: int) (dimensions: int[]) =
            ArgumentException $"topk: k is {count}, and axis {axis} of shape {shape dimensions} has {length} elements."

        let einsum (equation: string) (terms: int) (given: int) =
            ArgumentException $"einsum: \"{equation}\" names {terms} tensors, and {given} were given. A comma parts the terms."

        let defaultDtype (dtype: string) =
            ArgumentException $"config: the default dtype holds real numbers, which {dtype} does not: Float32 or Float64, say."

        let missingDevice (device: string) (count: int) =
            let cards = if count = 0 then "no graphics card" else $"graphics cards 0 to {count - 1}"
            TensorException $"There is no device {device}: libtorch can use {cards} here. Device.CPU is always there."

        let tooFew (operation: string) (name: string) (value: int) (least: int) =
            ArgumentException $"{operation}: {name} is {value}; it must be at least {least}."

        let perAxis (operation: string) (name: string) (given: int) (wanted: int) =
            ArgumentException $"{operation}: {name} has {given} numbers; it takes {wanted}, one for each axis."

        let oneOf (operation: string) (single: string) (several: string) =
            ArgumentException $"{operation}: give {single} or {several}, not both."

        let missing (operation: string) (single: string) (several: string) =
            ArgumentException $"{operation}: give {single}, or {several} with one number for each axis."

        let doesNotReach (operation: string) (dimensions: int[]) (result: int[]) =
            ArgumentException(
                $"{operation}: the result of shape {shape dimensions} would have shape {shape result}. "
                + "Every axis needs an element: take a smaller kernel, a smaller dilation or more padding."
            )

        let probability (operation: string) (p: float) =
            ArgumentException $"{operation}: the probability {p} does not lie in [0, 1]."

        let outside (operation: string) (what: string) =
            ArgumentException
                $"{operation}: {what} must lie in [0, 1], and some elements do not. Apply sigmoid first, or use logits."

        let pixels (low: float) (high: float) =
            ArgumentException $"toImage: 0 ≤ pixelMin < pixelMax ≤ 1 must hold; they are {low} and {high}."

        let noLetters () =
            ArgumentException "toImageString: asciiPalette is empty; it needs a letter for black and one for white."

        let columns (columns: int) (count: int) =
            ArgumentException $"toImage: gridCols is {columns}; it runs from 1 to the number of images, {count}."

        let reduction (reduction: string) =
            ArgumentException $"reduction is \"mean\", \"sum\" or \"none\", not \"{reduction}\"."

    /// Derivatives by hand: what a tensor must have taken part in.
    module Differentiation =

        let order (n: int) =
            ArgumentException $"diffn: the order of a derivative is 0 or more, not {n}."

        let samples (count: int) =
            ArgumentException $"batchDivergenceEstimate: an estimate takes one sample or more, not {count}."

        let constant (operation: string) =
            InvalidOperationException(
                $"{operation}: this tensor depends on nothing that is being differentiated. "
                + "Compute it from the result of forwardDiff or reverseDiff."
            )

        let intermediate (operation: string) =
            InvalidOperationException(
                $"{operation}: only the derivatives of tensors that reverseDiff returned can be assigned, and this one was computed. "
                + "Assign the variable's, or pass reverse a value to weigh the result with."
            )

        let unmarked (operation: string) =
            InvalidOperationException(
                $"{operation}: this tensor is recorded, but depends on nothing that forwardDiff or reverseDiff returned. "
                + "Ask dsharp.grad, jacobianTv or Gradient.ofLoss for its derivatives."
            )

        let lost (operation: string) =
            InvalidOperationException(
                $"{operation}: a result that was reversed has been freed, and the derivative of what it was computed from with it. "
                + "Ask inside the scope of the result, keep that with Scope.keep, or ask the variable that reverseDiff returned."
            )

        let notReverse (operation: string) =
            InvalidOperationException(
                $"{operation}: this tensor's innermost derivative is a forward one. Take its primal or derivative first, "
                + "or compute the result from tensors that reverseDiff returned."
            )

    /// Values saved and loaded whole.
    module Storage =

        let notStorable (path: string) (kind: Type) =
            ArgumentException(
                $"{path} is a {kind.Name}, which has no place in a file. Tensors, numbers, booleans and strings have, and tuples, "
                + "lists, arrays, options, records and maps of them; where the type cannot be told, write it out: "
                + "dsharp.load<Tensor list> path."
            )

        let missing (file: string) (path: string) (kind: Type) =
            IO.InvalidDataException(
                $"{file} has no {path}, which a {kind.Name} is made of. Load it as the type that it was saved from."
            )

    /// Files: what is wrong, in which file, at which byte, and what to do about it.
    module File =

        let malformed (path: string) (offset: int64) (problem: string) (remedy: string) =
            FileFormatException(path, offset, $"{path}: {problem} (at byte {offset}). {remedy}")

        let private anotherCopy = "The file is damaged, or was cut off while it was copied: take another copy."

        let private badWriter =
            "The program that wrote the file did not follow the safetensors format: write it again with another one."

        let private notSafetensors =
            "Check that it is a safetensors file; any other format (a PyTorch .pt or .bin, for one) has to be converted first."

        let safetensorsTooShort path (length: int64) =
            malformed path length $"the file has {length} bytes, and a safetensors file begins with an 8-byte length" anotherCopy

        let safetensorsHeaderTooLong path (length: uint64) (limit: int) =
            malformed path 0L $"the header's length reads {length} bytes, above the format's limit of {limit}" notSafetensors

        let safetensorsHeaderCutOff path (length: int64) (fileLength: int64) =
            malformed path fileLength $"the file ends inside its header, which should take {length} bytes from byte 8" anotherCopy

        let safetensorsNotAnObject path =
            malformed path 8L "the header does not begin with '{', as a JSON object does" notSafetensors

        let safetensorsNotJson path offset (reason: string) =
            malformed path offset $"the header is not valid JSON: {reason.TrimEnd '.'}" anotherCopy

        let safetensorsNotText path offset =
            malformed path offset "the header holds a string that is not valid UTF-8" anotherCopy

        let safetensorsDuplicate path offset (name: string) =
            malformed path offset $"the header names '{name}' twice in one object" badWriter

        let safetensorsMissingField path offset (name: string) (field: string) =
            malformed path offset $"'{name}' has no field '{field}'" badWriter

        let safetensorsUnexpected path offset (expected: string) (found: string) =
            malformed path offset $"the header has {found} where {expected} belongs" badWriter

        let safetensorsDtype path offset (name: string) (dtype: string) (known: string seq) =
            let known = String.Join(", ", known)
            malformed path offset $"'{name}' has dtype '{dtype}', which is none of {known}" "Convert it to one of these."

        let safetensorsSize path offset (name: string) (dtype: string) (dimensions: int[]) (first: int64) (last: int64) =
            let extent = $"data_offsets [{first}, {last}]"
            malformed path offset $"'{name}' has {extent}, which do not fit dtype {dtype} and shape {shape dimensions}" badWriter

        let safetensorsTooLarge path offset (name: string) (bytes: int64) (limit: int) =
            malformed path offset $"'{name}' takes {bytes} bytes; one array holds at most {limit}" "Store it in several parts."

        let safetensorsGap path offset (name: string) =
            malformed path offset $"no entry covers the bytes just before the data of '{name}'" badWriter

        let safetensorsOverlap path offset (name: string) =
            malformed path offset $"the data of '{name}' overlaps the entry before it" badWriter

        let safetensorsTrailing path offset (count: int64) =
            malformed path offset $"{count} bytes follow the last entry's data and belong to none" anotherCopy

        let safetensorsDataCutOff path (fileLength: int64) (name: string) =
            malformed path fileLength $"the file ends before the data of '{name}' does" anotherCopy

        let safetensorsUnwritable (path: string) (name: string) (problem: string) =
            ArgumentException $"{path}: cannot write '{name}': {problem}."

        let private notNpy =
            "Check that NumPy's save or savez wrote it; arrays of objects, strings or other byte orders have to be converted first."

        let npyMagic path =
            malformed path 0L "the file does not begin with \\x93NUMPY, as an .npy file does" notNpy

        let npyCutOff path (offset: int64) =
            malformed path offset "the array ends before its shape is filled" anotherCopy

        let npyHeader path (problem: string) =
            malformed path 8L $"the header cannot be used: {problem}" notNpy

        let npyDescr path (descr: string) (known: string seq) =
            let known = String.Join(", ", known)
            malformed path 8L $"the elements are '{descr}', which is none of {known}" notNpy

        let npyTrailing path (offset: int64) =
            malformed path offset "bytes follow the array's last element" anotherCopy

        let npzArchive path (reason: string) =
            malformed path 0L $"the archive cannot be read: {reason}" anotherCopy

        let pngPixels (width: int) (height: int) (channels: int) (count: int) =
            ArgumentException(
                $"A PNG of {width} x {height} pixels and {channels} channels was given {count} bytes. Width and height must be "
                + "positive, channels 1 (gray) or 3 (RGB), and the bytes width * height * channels, row by row."
            )
