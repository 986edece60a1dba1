// Tensors as pictures: many images tiled into one, written as PNG.
// Samples and evaluations use it to show what a model sees and draws.
namespace Functional.Tensors

module internal Images =

    /// Images [n; channels; height; width] tiled row by row into one [channels; rows·height; columns·width].
    let grid (columns: int) (t: Tensor) : Tensor =
        let count, channels, height, width = t.shape[0], t.shape[1], t.shape[2], t.shape[3]
        let columns = max 1 (min columns count)
        let rows = (count + columns - 1) / columns
        let missing = rows * columns - count

        let full =
            if missing = 0 then
                t
            else
                Tensor.cat [ t; t.zerosLike [ missing; channels; height; width ] ]

        full
            .view([ rows; columns; channels; height; width ])
            .permute([ 2; 0; 3; 1; 4 ])
            .view ([ channels; rows * height; columns * width ])

    let private normalized (low: float) (high: float) (t: Tensor) =
        let smallest, largest = t.min (), t.max ()
        let range = (largest - smallest).clamp (low = 1e-12)
        (t - smallest) / range * (high - low) + low

    /// One picture [channels; height; width] of values in [0, 1].
    let ofTensor (pixelMin: float) (pixelMax: float) (normalize: bool) (columns: int) (t: Tensor) : Tensor =
        let images =
            match t.dim with
            | 2 -> t.view ([ 1; 1; t.shape[0]; t.shape[1] ])
            | 3 -> t.unsqueeze 0
            | 4 -> t
            | _ -> raise (Errors.Operation.expected "toImage" "[height; width], [channels; height; width] or a batch of these" t.shape)

        if images.shape[1] <> 1 && images.shape[1] <> 3 then
            raise (Errors.Operation.expected "toImage" "one channel or three" t.shape)

        let scaled =
            if normalize then
                normalized pixelMin pixelMax (images.cast Dtype.Float32)
            else
                images.cast Dtype.Float32

        grid columns ((scaled - pixelMin) / (pixelMax - pixelMin))

    let save (path: string) (picture: Tensor) =
        let pixels =
            ((picture * 255.0).round().clamp (low = 0.0, high = 255.0)).permute([ 1; 2; 0 ]).cast Dtype.Byte

        PngFile.write path picture.shape[2] picture.shape[1] picture.shape[0] (pixels.toArray1D<byte> ())

[<AutoOpen>]
module ImageExtensions =

    type Tensor with

        /// One picture [channels; height; width] of values in [0, 1], from one image or a batch of them tiled into a grid.
        /// Values run from pixelMin to pixelMax, or are stretched to do so when `normalize` is set.
        member t.toImage(?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int) : Tensor =
            let columns = defaultArg gridCols (if t.dim = 4 then int (ceil (sqrt (float t.shape[0]))) else 1)
            Images.ofTensor (defaultArg pixelMin 0.0) (defaultArg pixelMax 1.0) (defaultArg normalize false) columns t

        /// Writes one image, or a batch tiled into a grid, as a PNG file.
        member t.saveImage(fileName: string, ?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int) : unit =
            Scope.run (fun () ->
                t.toImage (?pixelMin = pixelMin, ?pixelMax = pixelMax, ?normalize = normalize, ?gridCols = gridCols)
                |> Images.save fileName)

    type dsharp with

        static member toImage(input: Tensor, ?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int) =
            input.toImage (?pixelMin = pixelMin, ?pixelMax = pixelMax, ?normalize = normalize, ?gridCols = gridCols)
