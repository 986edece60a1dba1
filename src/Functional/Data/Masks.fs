// Which pixels of an image are visible: random masks, and the parts that quadrants make.
// In-painting models are trained and tried with them.
namespace Functional

open Functional.Tensors

/// Random masks of images: 1 where a pixel is visible, 0 where it is hidden; of shape and dtype of the images.
module Masks =

    /// Each pixel is hidden by itself with a probability.
    let pixels (hidden: float) (images: Tensor) : Tensor =
        if not (hidden >= 0.0 && hidden <= 1.0) then
            raise (Errors.Argument.option (nameof hidden) "a probability" hidden)

        Gradient.off (fun () -> (images.fullLike (1.0 - hidden)).bernoulli())

    // Which of so many lines lie between two random edges of each image, of shape [batch; lines].
    let private between (lines: int) (batch: int) (like: Tensor) : Tensor =
        let edges = (like.randLike [| 2; batch; 1 |] * float (lines + 1)).floor()
        let line = like.arangeLike (lines) + 0.5
        let isAfter (edge: Tensor) = line.gt edge
        // after one of the two edges and before the other
        (isAfter edges[0]).ne(isAfter edges[1])

    /// In each image a rectangle is hidden, whose edges are drawn uniformly: from nothing to all of it. For images [batch;
    /// height · width].
    let rectangles (height: int) (width: int) (images: Tensor) : Tensor =
        if images.dim <> 2 || images.shape[1] <> height * width then
            raise (Errors.Data.imageSize images.shape height width)

        Gradient.off (fun () ->
            let batch = images.shape[0]
            let rows, columns = between height batch images, between width batch images
            let hidden = (rows.unsqueeze 2).logicalAnd(columns.unsqueeze 1)
            (hidden.logicalNot().cast images.dtype).view [ batch; height * width ])

/// A quarter of an image.
[<RequireQualifiedAccess>]
type Quadrant =
    | UpperLeft
    | UpperRight
    | LowerLeft
    | LowerRight

/// The pixels of an image in two groups: those of some quadrants, which are visible, and the others.
[<Sealed>]
type Quadrants(height: int, width: int, visible: Quadrant list) =

    let quadrant (row: int) (column: int) =
        match 2 * row < height, 2 * column < width with
        | true, true -> Quadrant.UpperLeft
        | true, false -> Quadrant.UpperRight
        | false, true -> Quadrant.LowerLeft
        | false, false -> Quadrant.LowerRight

    let visible, hidden =
        [| for row in 0 .. height - 1 do
               for column in 0 .. width - 1 -> quadrant row column, row * width + column |]
        |> Array.partition (fun (quadrant, _) -> List.contains quadrant visible)

    do
        if visible.Length = 0 || hidden.Length = 0 then
            raise (Errors.Argument.option (nameof visible) "one, two or three of the quadrants" visible.Length)

    let positions (pixels: (Quadrant * int)[]) =
        Scope.keep (dsharp.tensor (Array.map (snd >> int64) pixels, dtype = Dtype.Int64))

    let visiblePositions, hiddenPositions = positions visible, positions hidden

    // Where each pixel lies when the hidden ones come before the visible ones.
    let places =
        let order = Array.map snd (Array.append hidden visible)
        let places = Array.zeroCreate<int64> order.Length
        order |> Array.iteri (fun place pixel -> places[pixel] <- int64 place)
        Scope.keep (dsharp.tensor (places, dtype = Dtype.Int64))

    /// How many pixels are visible.
    member _.VisibleCount = visible.Length

    /// How many are hidden.
    member _.HiddenCount = hidden.Length

    /// The hidden and the visible pixels of images [...; height · width]: x and c of a ConditionalVae.
    member _.Split(images: Tensor) : Tensor * Tensor =
        images.indexSelect (-1, hiddenPositions), images.indexSelect (-1, visiblePositions)

    /// The images that Split took apart. Where one of the two has fewer leading axes it is repeated.
    member _.Join(hidden: Tensor, visible: Tensor) : Tensor =
        (join.Run(Mode.Eval, (hidden, visible))).indexSelect(-1, places)
