// Tensors as pictures: many images tiled into one, written as PNG or as letters.
// Samples and evaluations use it to show what a model sees and draws.
namespace Functional.Tensors

open System.Text

module internal Images =

    /// Images [n; channels; height; width] tiled row by row into one [channels; rows·height; columns·width].
    let grid (columns: int option) (t: Tensor) : Tensor =
        let count, channels, height, width = t.shape[0], t.shape[1], t.shape[2], t.shape[3]
        let columns = defaultArg columns (int (ceil (sqrt (float count))))

        if columns < 1 || columns > count then
            raise (Errors.Operation.columns columns count)

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
            .view([ channels; rows * height; columns * width ])

    /// One picture of one channel or three, of real numbers.
    let picture (columns: int option) (t: Tensor) : Tensor =
        let real = if t.dtype.IsFloatingPoint then t else t.cast Dtype.Default

        let picture =
            match t.dim with
            | 1 -> real.view [ 1; 1; t.nelement ]
            | 2 -> real.unsqueeze 0
            | 3 -> real
            | 4 -> grid columns real
            | _ ->
                raise (
                    Errors.Operation.expected "toImage" "[height; width], [channels; height; width] or a batch of these" t.shape
                )

        Check.shape "toImage" "one channel or three" (picture.shape[0] = 1 || picture.shape[0] = 3) t
        picture

    /// The picture with 0 moved to pixelMin and 1 to pixelMax.
    let shaded (pixelMin: float) (pixelMax: float) (normalize: bool) (picture: Tensor) : Tensor =
        if not (0.0 <= pixelMin && pixelMin < pixelMax && pixelMax <= 1.0) then
            raise (Errors.Operation.pixels pixelMin pixelMax)

        (if normalize then picture.normalize () else picture) * (pixelMax - pixelMin) + pixelMin

    /// The picture with black moved to 0 and white to 1.
    let stretched (black: float) (white: float) (normalize: bool) (picture: Tensor) : Tensor =
        if normalize then picture.normalize () else (picture - black) / (white - black)

    /// From black to white.
    let private palette = """ .'`,^:";~-_+<>i!lI?/\|()1{}[]rcvunxzjftLCJUYXZO0Qoahkbdpqwm*WMB8&%$#@"""

    // Each row of the picture is a line, each pixel a letter of the palette.
    let toText (letters: string option) (picture: Tensor) : string =
        let letters = defaultArg letters palette

        if letters = "" then
            raise (Errors.Operation.noLetters ())

        let last = letters.Length - 1
        let places = (picture.mean 0 * float letters.Length).int32().toArray2D<int>()
        let text = StringBuilder()

        for row in 0 .. places.GetLength 0 - 1 do
            for column in 0 .. places.GetLength 1 - 1 do
                text.Append letters[min last (max 0 (places[row, column] - 1))] |> ignore

            text.AppendLine() |> ignore

        text.ToString()

    let save (path: string) (picture: Tensor) =
        let pixels = ((picture * 255.0).round().clamp(low = 0.0, high = 255.0)).permute([ 1; 2; 0 ]).cast Dtype.Byte

        PngFile.write path picture.shape[2] picture.shape[1] picture.shape[0] (pixels.toArray1D<byte>())

[<AutoOpen>]
module ImageExtensions =

    type Tensor with

        /// One picture [3; height; width] from one image, a vector, or a batch of images tiled into a grid of `gridCols`
        /// columns (a square one unless given). 0 becomes pixelMin and 1 pixelMax; with `normalize` the smallest element
        /// becomes pixelMin and the largest pixelMax.
        member t.toImage(?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int) : Tensor =
            let shaded = Images.shaded (defaultArg pixelMin 0.0) (defaultArg pixelMax 1.0) (defaultArg normalize false)
            (Images.picture gridCols t |> shaded).expand [ 3; -1; -1 ]

        /// The picture of toImage drawn with letters, from the palette's first for black to its last for white.
        member t.toImageString
            (?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int, ?asciiPalette: string)
            : string =
            Scope.run (fun () ->
                t.toImage (?pixelMin = pixelMin, ?pixelMax = pixelMax, ?normalize = normalize, ?gridCols = gridCols)
                |> Images.toText asciiPalette)

        /// Writes one image, or a batch tiled into a grid, as a PNG file, gray where there is one channel. Unlike toImage's,
        /// pixelMin is the value that is shown black and pixelMax the one shown white; with `normalize` these are the smallest
        /// element and the largest.
        member t.saveImage(fileName: string, ?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int) : unit =
            Scope.run (fun () ->
                let stretched = Images.stretched (defaultArg pixelMin 0.0) (defaultArg pixelMax 1.0) (defaultArg normalize false)
                Images.picture gridCols t |> stretched |> Images.save fileName)

    type dsharp with

        static member toImage(input: Tensor, ?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int) =
            input.toImage (?pixelMin = pixelMin, ?pixelMax = pixelMax, ?normalize = normalize, ?gridCols = gridCols)

        static member toImageString
            (input: Tensor, ?pixelMin: float, ?pixelMax: float, ?normalize: bool, ?gridCols: int, ?asciiPalette: string)
            =
            input.toImageString (
                ?pixelMin = pixelMin,
                ?pixelMax = pixelMax,
                ?normalize = normalize,
                ?gridCols = gridCols,
                ?asciiPalette = asciiPalette
            )
