// Plots as SVG files: lines, histograms, bars, points and arrows over labelled axes, several panels side by side.
// Loaded by samples that draw; a panel is a value, `save` writes some of them.
module Plot

#load "../../src/Functional/bin/Release/net10.0/interactive.fsx"

open System
open System.IO
open Functional.Tensors

/// What is drawn in a panel; each with the name that the legend gives it, or "".
type Mark =
    /// A curve through points.
    | Line of name: string * points: (float * float)[]
    /// How many numbers lie in each of so many bins between two ends, as a density.
    | Histogram of name: string * low: float * high: float * bins: int * values: float[]
    /// A dot for each point.
    | Points of name: string * points: (float * float)[]
    /// A vertical line from zero to each point.
    | Stems of name: string * points: (float * float)[]
    /// An arrow from each point along its vector.
    | Arrows of name: string * arrows: ((float * float) * (float * float))[]

/// A plot: its title, the ranges of its axes, and what is in it, drawn in that order.
type Panel = { Title: string; X: float * float; Y: float * float; Marks: Mark list }

/// The rows of a tensor [count; 2] as places.
let places (rows: Tensor) : (float * float)[] =
    let numbers = rows.cast(Dtype.Float64).toArray2D<float>()
    Array.init (numbers.GetLength 0) (fun row -> numbers[row, 0], numbers[row, 1])

let private width, height = 400.0, 300.0
let private left, right, top, bottom = 44.0, 14.0, 34.0, 30.0
let private colours = [| "#1f6fb4"; "#d9622b"; "#2f9e5b"; "#8a5bb5"; "#b23a48" |]

let private number (value: float) =
    value.ToString("0.##", Globalization.CultureInfo.InvariantCulture)

/// Round numbers, about six, between two ends.
let private ticks (low: float, high: float) =
    let raw = (high - low) / 6.0
    let power = 10.0 ** floor (log10 raw)
    let step = [ 1.0; 2.0; 5.0; 10.0 ] |> List.map ((*) power) |> List.find (fun step -> step >= raw * 0.99)
    [ for i in ceil (low / step - 1e-9) .. floor (high / step + 1e-9) -> i * step ]

let private densities (low: float) (high: float) (bins: int) (values: float[]) =
    let step = (high - low) / float bins
    let counts = Array.zeroCreate bins

    for value in values do
        let bin = int (floor ((value - low) / step))

        if value >= low && bin < bins then
            counts[bin] <- counts[bin] + 1

    counts |> Array.mapi (fun i count -> low + float i * step, step, float count / step / float values.Length)

/// An element with numbers for attributes, and how it looks.
let private shape (name: string) (attributes: (string * float) list) (style: string) =
    let attributes = [ for key, value in attributes -> $"{key}=\"{number value}\"" ] |> String.concat " "
    $"<{name} {attributes} {style}/>"

let private box (x: float) (y: float) (width: float) (height: float) =
    shape "rect" [ "x", x; "y", y; "width", width; "height", height ]

let private segment (x1: float, y1: float) (x2: float, y2: float) =
    shape "line" [ "x1", x1; "y1", y1; "x2", x2; "y2", y2 ]

let private text (x: float) (y: float) (anchor: string) (size: int) (content: string) =
    let content = content.Replace("&", "&amp;").Replace("<", "&lt;")
    $"""<text x="{number x}" y="{number y}" text-anchor="{anchor}" font-size="{size}">{content}</text>"""

let private fill (colour: string) (mark: Mark) =
    let opacity =
        match mark with
        | Histogram _ -> 0.35
        | Points _ -> 0.5
        | _ -> 1.0

    $"""fill="{colour}" fill-opacity="{number opacity}" """

/// A shaft and a head whose barbs are a third as long.
let private arrow (colour: string) (x1: float, y1: float) (x2: float, y2: float) =
    let along, up = (x2 - x1) / 3.0, (y2 - y1) / 3.0

    let barb side =
        $"{number (x2 - along + side * up * 0.6)},{number (y2 - up - side * along * 0.6)}"

    let tip = $"{number x2},{number y2}"

    $"""<polyline points="{number x1},{number y1} {tip} {barb 1.0} {tip} {barb -1.0}" fill="none" stroke="{colour}"/>"""

let private draw (x: float -> float) (y: float -> float) (colour: string) (mark: Mark) =
    let place (a: float, b: float) = $"{number (x a)},{number (y b)}"

    match mark with
    | Line(_, points) ->
        let path = points |> Array.filter (snd >> Double.IsFinite) |> Array.map place |> String.concat " "
        [ $"""<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>""" ]
    | Histogram(_, low, high, bins, values) ->
        [ for start, step, density in densities low high bins values ->
              box (x start) (y density) (x (start + step) - x start) (y 0.0 - y density) (fill colour mark) ]
    | Points(_, points) -> [ for a, b in points -> shape "circle" [ "cx", x a; "cy", y b; "r", 1.6 ] (fill colour mark) ]
    | Stems(_, points) -> [ for a, b in points -> segment (x a, y 0.0) (x a, y b) $"""stroke="{colour}" stroke-width="5" """ ]
    | Arrows(_, arrows) -> [ for (a, b), (u, v) in arrows -> arrow colour (x a, y b) (x (a + u), y (b + v)) ]

let private nameOf (mark: Mark) =
    match mark with
    | Line(name, _)
    | Points(name, _)
    | Stems(name, _)
    | Arrows(name, _)
    | Histogram(name, _, _, _, _) -> name

let private panel (panel: Panel) : string list =
    let scale (low, high) (start: float) (finish: float) value =
        start + (value - low) / (high - low) * (finish - start)

    let x, y = scale panel.X left (width - right), scale panel.Y (height - bottom) top
    let coloured = panel.Marks |> List.indexed |> List.map (fun (i, mark) -> mark, colours[i % colours.Length])
    let legend = coloured |> List.filter (fun (mark, _) -> nameOf mark <> "") |> List.indexed

    let grid start finish =
        segment start finish "stroke=\"#dddddd\""

    [ for tick in ticks panel.X do
          yield grid (x tick, top) (x tick, height - bottom)
          yield text (x tick) (height - bottom + 16.0) "middle" 11 (number tick)
      for tick in ticks panel.Y do
          yield grid (left, y tick) (width - right, y tick)
          yield text (left - 6.0) (y tick + 4.0) "end" 11 (number tick)
      yield text (width / 2.0) 20.0 "middle" 14 panel.Title
      yield $"""<g clip-path="url(#inside)">"""
      for mark, colour in coloured do
          yield! draw x y colour mark
      yield "</g>"
      for i, (mark, colour) in legend do
          let row = top + 16.0 + 16.0 * float i
          let size = 21.0 + 6.2 * float (nameOf mark).Length
          yield box (width - right - size - 2.0) (row - 12.0) size 16.0 "fill=\"white\" fill-opacity=\"0.8\""
          yield text (width - right - 20.0) row "end" 11 (nameOf mark)
          yield box (width - right - 15.0) (row - 8.0) 8.0 8.0 (fill colour mark) ]

/// Writes panels as one picture, so many side by side.
let save (path: string) (columns: int) (panels: Panel list) : unit =
    let rows = (panels.Length + columns - 1) / columns
    let size = $"""width="{number (width * float columns)}" height="{number (height * float rows)}" """
    let font = "font-family=\"DejaVu Sans, Helvetica, sans-serif\" fill=\"#222222\""
    let inside = box left top (width - left - right) (height - top - bottom) ""

    let place (i: int) =
        $"translate({number (width * float (i % columns))}, {number (height * float (i / columns))})"

    File.WriteAllLines(
        path,
        [ yield $"""<svg xmlns="http://www.w3.org/2000/svg" {size}{font}>"""
          yield $"""<clipPath id="inside">{inside}</clipPath>"""
          yield """<rect width="100%" height="100%" fill="white"/>"""
          for i, content in List.indexed panels do
              yield $"""<g transform="{place i}">"""
              yield! panel content
              yield "</g>"
          yield "</svg>" ]
    )
