// Layers on images [batch; channels; height; width]: convolutions, resampling, and the way between images and rows.
// Composed with -->, which checks the channels; Residual.fs and UNet.fs are made of them.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// The window of a convolution and how it moves: height and width go from n to ⌊(n + 2 Padding - Kernel) / Stride⌋ + 1, and
/// from n to (n - 1) Stride - 2 Padding + Kernel in a transposed convolution.
type Filter =
    {
        /// Height and width of the window.
        Kernel: int
        /// Steps of the window.
        Stride: int
        /// Zeros on every side of the image.
        Padding: int
    }

/// Windows of convolutions.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Filter =

    /// A window of odd size that keeps height and width.
    let same (kernel: int) : Filter =
        if kernel < 1 || kernel % 2 = 0 then
            raise (Errors.Network.evenKernel kernel)

        { Kernel = kernel; Stride = 1; Padding = kernel / 2 }

    /// A window of 4 with stride 2: halves an even height and width, or doubles them in a transposed convolution.
    let half: Filter = { Kernel = 4; Stride = 2; Padding = 1 }

module internal Convolutional =

    let private convolutionOp = Operators.aten "convolution"

    let checkImages (layer: string) (channels: int) (input: Tensor) =
        if input.dim <> 4 || input.shape[1] <> channels then
            raise (Errors.Network.images layer input.shape channels)

    let describe (kind: string) (filter: Filter) (inputs: int) (outputs: int) =
        if inputs < 1 || outputs < 1 then
            raise (Errors.Network.sizes kind [ inputs; outputs ])

        if filter.Kernel < 1 || filter.Stride < 1 || filter.Padding < 0 then
            raise (Errors.Network.filter kind filter.Kernel filter.Stride filter.Padding)

        $"{kind} {inputs} {outputs} (kernel {filter.Kernel}, stride {filter.Stride}, padding {filter.Padding})"

    let private lengthAfter (filter: Filter) (transposed: bool) (length: int) =
        if transposed then
            (length - 1) * filter.Stride - 2 * filter.Padding + filter.Kernel
        else
            let room = length + 2 * filter.Padding - filter.Kernel
            if room < 0 then 0 else room / filter.Stride + 1

    let private convolve (filter: Filter) (transposed: bool) (weight: Tensor) (bias: Tensor) (input: Tensor) =
        let both (number: int) = Arg.shape [| number; number |]

        new Tensor(
            convolutionOp.Tensor
                [| Arg.tensor input.Handle
                   Arg.tensor weight.Handle
                   Arg.tensor bias.Handle
                   both filter.Stride
                   both filter.Padding
                   both 1
                   Arg.bool transposed
                   both 0
                   Arg.int 1L |]
        )

    /// The layer with these weights.
    let layer (name: string) (filter: Filter) (transposed: bool) (inputs: int) (outputs: int) (weight: Weight) (bias: Parameter) =
        let run mode (input: Tensor) =
            checkImages name inputs input

            if Array.exists (fun length -> lengthAfter filter transposed length < 1) input.shape[2..] then
                raise (Errors.Network.tooSmall name input.shape filter.Kernel filter.Padding)

            convolve filter transposed (weight.At mode) bias.Value input

        Net(name, Some inputs, (fun _ -> Some outputs), weight.Parameters @ [ bias ], run)

    // libtorch's: uniform in ±1/√(numbers that go into an output), or out of an input where it is transposed.
    let bound (filter: Filter) (channels: int) =
        1.0 / sqrt (float (channels * filter.Kernel * filter.Kernel))

    /// A convolution that computes with what `weigh` makes of its weight.
    let conv2d
        (kind: string)
        (weigh: Parameter -> Weight)
        (start: float -> int list -> Tensor)
        (filter: Filter)
        (inputs: int)
        (outputs: int)
        =
        let name = describe kind filter inputs outputs
        let bound = bound filter inputs
        let weight = Parameter.trained "conv2d.weight" (start bound [ outputs; inputs; filter.Kernel; filter.Kernel ])
        layer name filter false inputs outputs (weigh weight) (Parameter.trained "conv2d.bias" (start bound [ outputs ]))

    /// A transposed convolution that does.
    let convTranspose2d (kind: string) (weigh: Parameter -> Weight) (filter: Filter) (inputs: int) (outputs: int) =
        let name = describe kind filter inputs outputs
        let start = Weight.uniform (bound filter outputs)
        let weight = Parameter.trained "convTranspose2d.weight" (start [ inputs; outputs; filter.Kernel; filter.Kernel ])
        layer name filter true inputs outputs (weigh weight) (Parameter.trained "convTranspose2d.bias" (start [ outputs ]))

    /// A convolution that gives zeros at first: the last of a residual block, which then begins as the identity.
    let conv2dFromZero: Filter -> int -> int -> Net<Tensor, Tensor> =
        conv2d "conv2d" Weight.plain (fun _ shape -> dsharp.zeros shape)

[<AutoOpen>]
module Convolutions =

    /// Images of so many channels seen through learned filters: y[b, o] = bias[o] + Σ_i weight[o, i] ⋆ x[b, i].
    /// [batch; inputs; height; width] to [batch; outputs; ...]: `conv2d (Filter.same 3) 1 32`. Weights and biases are uniform in
    /// ±1/√(inputs · kernel²) at first. Raises ArgumentException for sizes that are not positive, and, when it runs, for images of other
    /// channels or smaller than the window.
    let conv2d (filter: Filter) (inputs: int) (outputs: int) : Net<Tensor, Tensor> =
        Convolutional.conv2d "conv2d" Weight.plain Weight.uniform filter inputs outputs

    /// The transpose of a convolution, which spreads each pixel over a window: `convTranspose2d Filter.half 64 32` doubles height and
    /// width. Windows that the stride does not divide leave a checkerboard (Odena, Dumoulin & Olah, doi 10.23915/distill.00003);
    /// `upsample 2 --> conv2d` never does. Raises ArgumentException as conv2d does.
    let convTranspose2d (filter: Filter) (inputs: int) (outputs: int) : Net<Tensor, Tensor> =
        Convolutional.convTranspose2d "convTranspose2d" Weight.plain filter inputs outputs

/// Layers without parameters that change the size of images, and the way between images and rows.
[<AutoOpen>]
module Resampling =

    let private nearestOp = Operators.find "aten::upsample_nearest2d" ""

    let private images (layer: string) (input: Tensor) =
        if input.dim <> 4 then
            raise (Errors.Network.notImages layer input.shape)

    /// Every pixel repeated factor × factor times: nearest-neighbour interpolation.
    let upsample (factor: int) : Net<Tensor, Tensor> =
        if factor < 1 then
            raise (Errors.Network.sizes "upsample" [ factor ])

        let name = $"upsample {factor}"

        let run _ (input: Tensor) =
            images name input
            let size = Arg.shape [| factor * input.shape[2]; factor * input.shape[3] |]
            new Tensor(nearestOp.Tensor [| Arg.tensor input.Handle; size; Arg.none; Arg.none |])

        Net(name, None, id, [], run)

    /// The mean of every window of factor × factor pixels. Raises ArgumentException when it runs on a height or width that factor does not
    /// divide.
    let averagePool (factor: int) : Net<Tensor, Tensor> =
        if factor < 1 then
            raise (Errors.Network.sizes "averagePool" [ factor ])

        let name = $"averagePool {factor}"

        let run _ (input: Tensor) =
            images name input

            if input.shape[2] % factor <> 0 || input.shape[3] % factor <> 0 then
                raise (Errors.Network.indivisible name input.shape factor)

            input.avgpool2d factor

        Net(name, None, id, [], run)

    /// The mean of every channel over all positions: [batch; channels; height; width] to [batch; channels].
    let globalAveragePool: Net<Tensor, Tensor> =
        let run _ (input: Tensor) =
            images "globalAveragePool" input
            input.flatten(2).mean 2

        Net("globalAveragePool", None, id, [], run)

    /// All axes but the first as one: images to rows. The layer after it says its size: `flatten --> linear (64 * 7 * 7) 10`.
    let flatten: Net<Tensor, Tensor> =
        let run _ (input: Tensor) =
            if input.dim < 1 then
                raise (Errors.Network.notImages "flatten" input.shape)

            input.view [ input.shape[0]; Shape.nelement input.shape[1..] ]

        Net("flatten", None, (fun _ -> None), [], run)

    /// Rows [batch; features] as tensors [batch; shape...]: `reshape [1; 28; 28]` makes images of pixels.
    /// Raises ArgumentException for sizes that are not positive, and when it runs on other numbers of features.
    let reshape (shape: int seq) : Net<Tensor, Tensor> =
        let shape = Seq.toArray shape
        let features = Shape.nelement shape
        let name = $"reshape {Shape.toString shape}"

        if shape.Length = 0 || Array.exists (fun length -> length < 1) shape then
            raise (Errors.Network.sizes "reshape" (List.ofArray shape))

        let run _ (input: Tensor) =
            if input.dim < 1 || Shape.nelement input.shape[1..] <> features then
                raise (Errors.Network.reshape name input.shape features)

            input.view (Array.append input.shape[..0] shape)

        Net(name, Some features, (fun _ -> Some shape[0]), [], run)
