// What is raised about programs, their handlers and traces.
// Each text says what was given, what fits, and what to do.
namespace Functional.Errors

open System
open Functional.Tensors

module internal Program =

    let private shape = Shape.toString

    let private list (names: string seq) =
        let names = String.Join(", ", names)
        if names = "" then "none" else names

    let site (name: string) (error: exn) =
        ArgumentException($"Site '{name}': {error.Message}", error)

    let unnamed () =
        ArgumentException "A site has no name; give each a name of its own."

    let duplicate (name: string) =
        ArgumentException
            $"The program has two sites '{name}'. Give each a name of its own, in a loop for one with its index: $\"{name}{{i}}\"."

    let noSite (name: string) (sites: string seq) =
        System.Collections.Generic.KeyNotFoundException $"The trace has no site '{name}'; it has {list sites}."

    let plates (name: string) (batch: Shape) (plates: string list) (wanted: Shape) =
        ArgumentException(
            $"Site '{name}' has batch shape {shape batch}, which does not line up from the right with {shape wanted} of the plates "
            + $"{list plates}. The outermost plate is the last batch axis; axes that belong together become event axes (Independent)."
        )

    let plateInside (name: string) =
        ArgumentException $"The plate '{name}' stands inside itself. Give the inner one another name."

    let plateSize (name: string) (size: int) (count: int) =
        ArgumentException
            $"The plate '{name}' has size {size} and {count} copies present; there have to be at least 1 and at most its size."

    let otherPlate (name: string) (size: int) (count: int) (newSize: int) (newCount: int) =
        ArgumentException(
            $"The plate '{name}' was entered with {count} of {size} copies before, and now with {newCount} of {newSize}. "
            + "The same name means the same plate; give another one another name."
        )

    let unlikeSites (first: string) (firstShape: Shape) (second: string) (secondShape: Shape) =
        ArgumentException(
            $"The log-densities of the sites '{first}' and '{second}' have shapes {shape firstShape} and {shape secondShape}, which do not line up. "
            + "Put axes of independent copies in plates, and axes that belong together in the event (Independent)."
        )

    let sharedDraw (name: string) (found: Shape) (other: string) (wanted: Shape) =
        ArgumentException(
            $"The log-density of the draw '{name}' has shape {shape found} and that of '{other}' {shape wanted}: one draw for many. "
            + $"Put '{other}' in a plate, or make its axes event axes (Independent)."
        )

    let particles (count: int) =
        ArgumentException $"Program.particles: a program runs at least once, not {count} times."

    let tooShallow (name: string) (axes: int) (depth: int) =
        ArgumentException(
            $"Program.enumerateWithin: site '{name}' has a value of {axes} batch axes, and there is room for {depth}. "
            + "Give enumerateWithin the larger number, or use Program.enumerate."
        )

    let usedOutside (name: string) (plates: string list) =
        ArgumentException(
            $"The enumerated site '{name}' is used outside its plates ({list plates}), where it cannot be summed out copy by copy. "
            + "Draw it where it is used, or do not enumerate it."
        )

    let unlikeScales (scales: float list) =
        let scales = scales |> List.map string |> String.concat ", "

        ArgumentException(
            $"The sites that are summed over have the scales {scales}. log Σ p has one scale, so Program.scale has to hold for all of them: "
            + "apply it to the whole program, after `enumerate`."
        )

    let notMet (operation: string) (name: string) (sites: string seq) =
        ArgumentException $"Program.{operation}: the program did not meet a site '{name}'; its sites are {list sites}."

    let cannotGive (operation: string) (name: string) (kind: string) =
        ArgumentException
            $"Program.{operation}: '{name}' is a {kind} site, whose value cannot be given. Only draws and observations take values."

    let observedInGuide (name: string) =
        ArgumentException $"The guide observes '{name}'. A guide only draws; observe it in the model."

    let guidedObservation (name: string) =
        ArgumentException $"The guide draws '{name}', which the model does not draw but knows. Leave it out of the guide."

    let missingInGuide (name: string) (distribution: string) =
        ArgumentException
            $"The model draws '{name}' ~ {distribution}, and the guide does not. Draw it in the guide, or sum it out with Program.enumerate."

    let extraInGuide (name: string) (latents: string list) =
        ArgumentException(
            $"The guide draws '{name}', which the model does not have; the model draws {list latents}. "
            + "Rename it, or hide an auxiliary draw with Program.block."
        )

    let alsoEnumerated (name: string) =
        ArgumentException
            $"The model sums '{name}' out and the guide draws it. Leave it out of the guide, or do not enumerate it."

    let siteShapes (name: string) (model: string) (guide: string) =
        ArgumentException(
            $"Site '{name}' is {model} in the model and {guide} in the guide. "
            + "Event shapes have to be equal, and batch shapes line up from the right."
        )

    let sitePlates (name: string) (model: string list) (guide: string list) =
        ArgumentException
            $"Site '{name}' stands in the plates {list model} in the model and in {list guide} in the guide. Use the same plates."

    let siteSupport (name: string) (model: string) (guide: string) =
        ArgumentException(
            $"Site '{name}' is {model} in the model, and {guide} of the guide draws values outside its support. "
            + "Use a family with the same support, or transform the draw."
        )

    let unlikePlates (name: string) (model: string) (guide: string) =
        ArgumentException
            $"The plate '{name}' is {model} in the model and {guide} in the guide, or on another axis. Use the same plate in both."

    let noGradient (name: string) (distribution: string) =
        ArgumentException(
            $"The guide draws '{name}' ~ {distribution}, which has no pathwise gradient, and nothing enumerates it. "
            + "Sum it out (Program.enumerate in the model, no draw in the guide), relax it, or choose a score-function estimator."
        )
