// The U-Net: blocks that halve the image level by level and blocks that double it again, each of which also sees its opposite number.
// Denoisers of images are made of it; for points of the plane, an mlp with a time embedding does.
namespace Functional

open Functional.Tensors

/// How large a U-Net is. Start from `UNet.defaults` and change what differs.
type UNetOptions =
    {
        /// The channels of the images that it takes and gives; 1 by default.
        ImageChannels: int
        /// The channels of the first level, an even number for the embedding of the time; 32 by default.
        Channels: int
        /// A level for each: its channels are so many times those of the first, and its images half as high and wide as those of the
        /// level before. [ 1; 2; 2 ] by default.
        Multipliers: int list
        /// Residual blocks of each level on the way down, and as many on the way up; 1 by default.
        Blocks: int
        /// The levels that attend, counted from 1; [ 3 ] by default. Attention costs the square of the number of pixels.
        Attention: int list
        /// The heads of attention; 4 by default. They divide the channels of the levels that attend.
        Heads: int
        /// The groups of channels that are normalised together; 8 by default. They divide Channels, and so the channels of every level.
        Groups: int
        /// The probability with which a feature is dropped in training, at least 0 and below 1; 0 by default.
        Dropout: float
    }

/// Networks from (x_t [batch; channels; height; width], t [batch] in [0, 1]) to images of the same shape.
/// Sources: Ronneberger, Fischer & Brox, arXiv:1505.04597; Ho, Jain & Abbeel, arXiv:2006.11239, appendix B; the modulation of
/// Dhariwal & Nichol, arXiv:2105.05233, section 3.1. Here a level has as many blocks up as down, and no block spans two levels.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module UNet =

    /// 32, 64 and 64 channels at full, half and quarter size, a block a level each way, attention at quarter size: 0.8 million numbers.
    let defaults: UNetOptions =
        { ImageChannels = 1
          Channels = 32
          Multipliers = [ 1; 2; 2 ]
          Blocks = 1
          Attention = [ 3 ]
          Heads = 4
          Groups = 8
          Dropout = 0.0 }

    /// A network that takes the images and an embedding of the time.
    type private Stage = Net<Tensor * Tensor, Tensor>

    let private channelsOf (options: UNetOptions) (level: int) : int =
        options.Channels * options.Multipliers[level - 1]

    let private checkDivides (name: string) (value: int) (what: string) (whole: int) =
        if value < 1 || whole % value <> 0 then
            let fitting = [ 1..whole ] |> List.filter (fun part -> whole % part = 0)
            raise (Errors.Network.unetDivisor name what fitting value)

    let private check (options: UNetOptions) =
        let positive (name: string) (value: int) =
            if value < 1 then
                raise (Errors.Network.unet name "positive" value)

        positive "ImageChannels" options.ImageChannels
        positive "Channels" options.Channels
        positive "Blocks" options.Blocks
        checkDivides "Groups" options.Groups "Channels" options.Channels

        if options.Channels % 2 <> 0 then
            raise (Errors.Network.unet "Channels" "even, for the cosines and sines of the time" options.Channels)

        if not (options.Dropout >= 0.0 && options.Dropout < 1.0) then
            raise (Errors.Network.unet "Dropout" "at least 0 and below 1" options.Dropout)

        if options.Multipliers.IsEmpty then
            raise (Errors.Network.unet "Multipliers" "a number for each level" options.Multipliers)

        options.Multipliers |> List.iter (positive "Multipliers")

        for level in options.Attention do
            if level < 1 || level > options.Multipliers.Length then
                raise (Errors.Network.unet "Attention" $"levels from 1 to {options.Multipliers.Length}" level)

            checkDivides "Heads" options.Heads $"the channels of level {level}, which attends" (channelsOf options level)

    let private embeddingSize (options: UNetOptions) = 4 * options.Channels

    let private onImages (layer: Net<Tensor, Tensor>) : Net<Tensor * Tensor, Tensor * Tensor> =
        Net(layer.Name, None, (fun _ -> None), layer.Parameters, (fun mode (x, embedded) -> layer.Run(mode, x), embedded))

    let private block (options: UNetOptions) (level: int) (inputs: int) (outputs: int) : Stage =
        let block = modulatedBlock options.Groups options.Dropout inputs outputs (embeddingSize options)

        if List.contains level options.Attention then
            block --> imageAttention options.Heads options.Groups outputs
        else
            block

    // Down through the blocks, through what lies below, and up through blocks that see what those on the way down gave.
    let private around (down: Stage list) (below: Stage) (up: Stage list) : Stage =
        let run mode (x: Tensor, embedded: Tensor) =
            let states = down |> List.scan (fun state block -> block.Run(mode, (state, embedded))) x |> List.tail |> List.rev

            List.zip states up
            |> List.fold
                (fun state (beside, block) -> block.Run(mode, (Tensor.cat ([ state; beside ], 1), embedded)))
                (below.Run(mode, (states.Head, embedded)))

        let numbered (name: string) (stages: Stage list) =
            stages |> List.mapi (fun i stage -> $"{name}{i + 1}", stage.Parameters)

        let parameters = numbered "down" down @ [ "below", below.Parameters ] @ numbered "up" up
        Net("around", None, (fun _ -> up |> List.last |> _.OutputFeatures), Net.parameters parameters, run)

    let rec private level (options: UNetOptions) (number: int) (inputs: int) : Stage =
        let channels = channelsOf options number

        let below: Stage =
            if number = options.Multipliers.Length then
                block options number channels channels
            else
                let inner = level options (number + 1) channels
                let halve = conv2d { Kernel = 3; Stride = 2; Padding = 1 } channels channels
                onImages halve --> inner --> upsample 2 --> conv2d (Filter.same 3) (channelsOf options (number + 1)) channels

        let down = [ for i in 1 .. options.Blocks -> block options number (if i = 1 then inputs else channels) channels ]
        let up = [ for _ in 1 .. options.Blocks -> block options number (2 * channels) channels ]
        around down below up |> Net.named $"level{number}"

    /// On images and the activated embedding.
    let private trunk (options: UNetOptions) : Stage =
        let channels = channelsOf options 1
        let first = conv2d (Filter.same 3) options.ImageChannels options.Channels |> Net.named "first"

        let last =
            ResidualBlocks.activated options.Groups channels
            --> Convolutional.conv2dFromZero (Filter.same 3) channels options.ImageChannels
            |> Net.named "last"

        onImages first --> level options 1 options.Channels --> last

    let private checkInput (options: UNetOptions) (x: Tensor) (t: Tensor) =
        Convolutional.checkImages "UNet" options.ImageChannels x
        let multiple = pown 2 (options.Multipliers.Length - 1)

        if x.shape[2] % multiple <> 0 || x.shape[3] % multiple <> 0 then
            raise (Errors.Network.indivisible $"UNet of {options.Multipliers.Length} levels" x.shape multiple)

        if t.shape <> [| x.shape[0] |] then
            raise (Errors.Network.times "UNet" t.shape x.shape[0])

    /// The network f(x, t). Its last convolution gives zeros at first. Raises ArgumentException for options that do not fit, and, when it
    /// runs, for images whose height or width is no multiple of 2^(levels - 1): 28 has room for three levels.
    let create (options: UNetOptions) : Net<Tensor * Tensor, Tensor> =
        check options
        let time, trunk = timeEmbedding options.Channels (embeddingSize options), trunk options

        let run mode (x: Tensor, t: Tensor) =
            checkInput options x t
            trunk.Run(mode, (x, time.Run(mode, t).silu()))

        Net("UNet", None, (fun _ -> Some options.ImageChannels), Naming.join time.Parameters trunk.Parameters, run)

    /// The network f((x, t), label) for labels [batch], integers from 0 to classes - 1, or `classes` where the class is not told: train it
    /// with a part of the labels replaced by that, and classifier-free guidance can ask for both. A learned row for each label is added
    /// to the embedding of the time.
    let conditional (classes: int) (options: UNetOptions) : Net<(Tensor * Tensor) * Tensor, Tensor> =
        check options
        let size = embeddingSize options
        let time, trunk = timeEmbedding options.Channels size, trunk options
        let table = embedding (classes + 1) size

        let run mode ((x: Tensor, t: Tensor), label: Tensor) =
            checkInput options x t

            if label.shape <> t.shape then
                raise (Errors.Network.labels "UNet" label.shape x.shape[0])

            trunk.Run(mode, (x, (time.Run(mode, t) + table.Run(mode, label)).silu()))

        let parameters = [ time.Parameters; table.Parameters; trunk.Parameters ] |> List.reduce Naming.join
        Net("UNet", None, (fun _ -> Some options.ImageChannels), parameters, run)
