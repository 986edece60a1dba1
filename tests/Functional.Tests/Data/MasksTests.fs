// Tests of masks and quadrants: shares, rectangles, and images taken apart and put together.
// Run with the whole suite.
module internal Functional.Tests.MasksTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private pixels (draw: Draw) =
    let hidden = draw.Float(0.1, 0.9)
    let mask = Masks.pixels hidden (dsharp.zeros ([ 4_000; 3 ], dtype = Dtype.Float64))
    Expect.all (numbers mask) (fun value -> value = 0.0 || value = 1.0) "zeros and ones"
    let mean, error = meanAndError mask
    isWithin "the visible share of each pixel" mean error (dsharp.full (3, 1.0 - hidden, dtype = Dtype.Float64))

let private rectangles (draw: Draw) =
    let height, width = draw.Int(1, 6), draw.Int(1, 6)
    let mask = Masks.rectangles height width (dsharp.zeros ([ 4_000; height * width ], dtype = Dtype.Float64))
    let hidden = (1.0 - mask).view [ -1; height; width ]
    let rows, columns = hidden.max 2, hidden.max 1
    isClose 0.0 "a product of rows and columns" hidden (rows.unsqueeze 2 * columns.unsqueeze 1)

    for part in [ rows; columns ] do
        let length = part.shape[1]

        if length > 1 then
            let edges = (part[*, 1..] - part[*, .. length - 2]).abs().sum 1
            let ends = part[*, 0] + part[*, length - 1]
            Expect.all (numbers (edges + ends)) (fun edges -> edges = 0.0 || edges = 2.0) "in one piece"

    // Two edges among n + 1 places: line i lies between them with probability 2 (i + 1) (n - i) / (n + 1)².
    let share (lines: int) =
        float64 [ for i in 0 .. lines - 1 -> 2.0 * float ((i + 1) * (lines - i)) / float ((lines + 1) * (lines + 1)) ]

    let mean, error = meanAndError hidden
    isWithin "how often each pixel is hidden" mean error ((share height).unsqueeze 1 * share width)

let private partition (draw: Draw) =
    let height, width = draw.Int(2, 7), draw.Int(2, 7)
    let all = [ Quadrant.UpperLeft; Quadrant.UpperRight; Quadrant.LowerLeft; Quadrant.LowerRight ]
    let visible = all |> List.take (draw.Int(1, 3))
    let quadrants = Quadrants(height, width, visible)
    Expect.equal (quadrants.VisibleCount + quadrants.HiddenCount) (height * width) "every pixel once"
    let images = dsharp.rand [ 5; height * width ]
    let hidden, seen = quadrants.Split images
    Expect.equal (hidden.shape, seen.shape) ([| 5; quadrants.HiddenCount |], [| 5; quadrants.VisibleCount |]) "shapes"
    isClose 0.0 "together again" (quadrants.Join(hidden, seen)) images
    let several = dsharp.stack [ hidden; hidden ]
    isClose 0.0 "several completions of each" (quadrants.Join(several, seen)) (dsharp.stack [ images; images ])

[<Tests>]
let tests =
    testList
        "Masks"
        [ holds "pixels are hidden with their probability" 3 pixels
          holds "rectangles are rectangles, with uniform edges" 6 rectangles
          holds "quadrants take images apart and together" 8 partition

          testCase "a quadrant is the quarter that it is called" (fun () ->
              let image = dsharp.arange(16, dtype = Dtype.Float64).view [ 1; 16 ]

              let seen quadrant =
                  snd (Quadrants(4, 4, [ quadrant ]).Split image) |> numbers

              Expect.equal (seen Quadrant.UpperLeft) [| 0.0; 1.0; 4.0; 5.0 |] "upper left"
              Expect.equal (seen Quadrant.UpperRight) [| 2.0; 3.0; 6.0; 7.0 |] "upper right"
              Expect.equal (seen Quadrant.LowerLeft) [| 8.0; 9.0; 12.0; 13.0 |] "lower left"
              Expect.equal (seen Quadrant.LowerRight) [| 10.0; 11.0; 14.0; 15.0 |] "lower right")

          testCase "what makes no mask is refused" (fun () ->
              says (messageOf<ArgumentException, _>(fun () -> Masks.pixels 1.5 (dsharp.zeros 3))) [ "hidden"; "1.5" ]

              says
                  (messageOf<ArgumentException, _>(fun () -> Masks.rectangles 2 3 (dsharp.zeros [ 4; 5 ])))
                  [ "[4; 5]"; "2 · 3" ]

              says (messageOf<ArgumentException, _>(fun () -> Quadrants(4, 4, []))) [ "quadrants" ]) ]
