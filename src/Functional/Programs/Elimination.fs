// Sums the enumerated sites of a program out of its joint density: sum over a variable, then product over its plate, from the innermost plate outwards.
// Trace alone calls it.
namespace Functional

open Functional.Tensors

module internal Elimination =

    /// A part of the log-joint: the plates that it has still to be summed over, and its density of shape [enumerated; free axes and plates].
    type private Part = { Plates: Plate list; LogDensity: Tensor }

    let private names (plates: Plate list) = [ for plate in plates -> plate.Name ]

    let private padded (rank: int) (value: Tensor) : Tensor =
        value.view (Array.append (Array.create (rank - value.dim) 1) value.shape)

    let private length (axis: int) (part: Part) =
        part.LogDensity.shape[part.LogDensity.dim - axis]

    let private total (parts: Part list) : Tensor =
        parts |> List.map _.LogDensity |> List.reduce (+)

    // log Σ over the axis of the product of all parts that depend on it.
    let private sumOut (axis: int) (parts: Part list) : Part list =
        match parts |> List.partition (fun part -> length axis part > 1) with
        | [], _ -> parts
        | dependent, others ->
            let sum = (total dependent).logsumexp(-axis, keepDim = true)
            { dependent.Head with LogDensity = sum } :: others

    // The independent copies of a plate multiply, and those present stand for all.
    let private sumOver (plate: Plate) (part: Part) : Part =
        let value = part.LogDensity
        let copies = plate.Count / length plate.Axis part
        let sum = value.sum (-plate.Axis, keepDim = true)
        let factor = plate.Scale * float copies

        { Plates = part.Plates.Tail
          LogDensity = if factor = 1.0 then sum else sum * factor }

    /// log Σ_z p(z, ...) over every enumerated z, from the sites with their scaled log-densities: one number for each free batch element.
    let logDensity (parts: (Site * Tensor) list) : Tensor =
        let variables =
            [ for site, _ in parts do
                  match site.Enumeration with
                  | Some axis -> site, axis
                  | None -> () ]

        let first = variables |> List.map snd |> List.min
        let rank = parts |> List.map (fun (_, density) -> density.dim) |> List.append (List.map snd variables) |> List.max

        let rec reduce (parts: Part list) : Part list =
            let plates = (parts |> List.maxBy _.Plates.Length).Plates
            let here, elsewhere = parts |> List.partition (fun part -> names part.Plates = names plates)

            // the last enumerated first: in a chain each then touches its neighbour alone
            let summed =
                variables
                |> List.filter (fun (site, _) -> names site.Plates = names plates)
                |> List.sortByDescending snd
                |> List.fold (fun parts (_, axis) -> sumOut axis parts) here

            match plates with
            | [] -> summed
            | plate :: _ -> reduce ((summed |> List.map (sumOver plate)) @ elsewhere)

        let remaining = reduce [ for site, density in parts -> { Plates = site.Plates; LogDensity = padded rank density } ]

        for site, axis in variables do
            if remaining |> List.exists (fun part -> length axis part > 1) then
                raise (Errors.Program.usedOutside site.Name (site.Plates |> List.map _.Name))

        let joint = total remaining

        let plates =
            [ for site, _ in parts do
                  for plate in site.Plates -> plate.Axis ]

        let free = joint.view joint.shape[rank - first + 1 ..]
        // what the plates leave are axes of length 1 on the right; enumeration may have made room for more axes than there are
        let depth = if plates.IsEmpty then 0 else List.max plates

        // what is observed, and what hangs on nothing enumerated, has the axes that there are
        let axesOf (site: Site, density: Tensor) =
            match site.Kind, site.Value with
            | SiteKind.Observed, Some value -> value.dim - site.Distribution.EventShape.Length - depth
            | _ when density.dim < first -> density.dim - depth
            | _ -> 0

        let axes = parts |> List.map axesOf |> List.max
        let leading = free.shape |> Array.truncate (free.dim - depth)
        let spare = leading |> Array.truncate (leading.Length - max 0 axes) |> Array.takeWhile ((=) 1)
        free.view leading[spare.Length ..]
