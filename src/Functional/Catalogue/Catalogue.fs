// What the library has, as lists and as tables in Markdown, from the registries that the laws run over.
// The README's tables are printed from it, and tests hold it against the assembly and against the registries of the laws.
namespace Functional

open System
open Functional.Tensors

module private Notation =

    // A bound is a parameter of the family's own, or a number.
    let private bound (parameters: (string * Tensor) list) (bound: Tensor) : string =
        let value = bound.toDouble ()

        let isBound (name: string, parameter: Tensor) =
            not (name.Contains '.') && parameter.nelement = 1 && parameter.toDouble () = value

        match List.tryFind isBound parameters with
        | Some(name, _) -> name
        | None when abs (abs value - Math.PI) < 1e-6 -> if value < 0.0 then "-π" else "π"
        | None when Double.IsInfinity value -> if value < 0.0 then "-∞" else "∞"
        | None -> string value

    /// A support as a table shows it: ℝ, (0, ∞), [low, high]; bounds that are parameters by their names.
    let rec ofSupport (parameters: (string * Tensor) list) (support: Support) : string =
        let bound, part = bound parameters, ofSupport parameters

        match support with
        | Support.Real -> "ℝ"
        | Support.ExtendedReal -> "[-∞, ∞]"
        | Support.LogWeight -> "[-∞, ∞)"
        | Support.Positive -> "(0, ∞)"
        | Support.NonNegative -> "[0, ∞)"
        | Support.AtLeast low -> $"[{bound low}, ∞)"
        | Support.UnitInterval -> "[0, 1]"
        | Support.OpenUnitInterval -> "(0, 1)"
        | Support.Interval(low, high) -> $"[{bound low}, {bound high}]"
        | Support.Boolean -> "{0, 1}"
        | Support.Categories _ -> "{0, …, K-1}"
        | Support.NonNegativeIntegers -> "{0, 1, 2, …}"
        | Support.Integers(low, high) -> $"{{{bound low}, …, {bound high}}}"
        | Support.Levels _ -> "levels in [-1, 1]"
        | Support.Simplex -> "simplex"
        | Support.OneHot -> "one-hot"
        | Support.Counts _ -> "counts of that total"
        | Support.Ordered -> "increasing vectors"
        | Support.LowerCholesky -> "Cholesky factors"
        | Support.PositiveDefinite -> "positive definite"
        | Support.CorrelationCholesky -> "correlation factors"
        | Support.Points _ -> "listed values"
        | Support.Elementwise(element, 1) -> $"{part element}ⁿ"
        | Support.Elementwise(element, 2) -> $"{part element}ⁿˣᵐ"
        | Support.Elementwise(element, _) -> $"arrays over {part element}"
        | Support.Concatenated parts -> parts |> List.map (fst >> part) |> String.concat " × "
        | Support.Stacked parts -> parts |> List.map part |> String.concat " × "

/// What the library has.
module Catalogue =

    /// Every family of distributions.
    let families: FamilyInfo list = CatalogueEntries.families

    /// Every transform.
    let transforms: TransformInfo list = CatalogueEntries.transforms

    /// Every bound on the evidence.
    let bounds: BoundInfo list = CatalogueEntries.bounds

    /// Every estimator of the gradient of a bound.
    let estimators: EstimatorInfo list = CatalogueEntries.estimators

    let private markdown (header: string list) (rows: string list list) : string list =
        let line (cells: string list) =
            let cells = [ for cell in cells -> cell.Replace("|", "\\|") ]
            $"""| {String.Join(" | ", cells)} |"""

        line header :: line [ for _ in header -> "---" ] :: List.map line rows

    // `concentration`, `rate` ∈ (0, ∞)
    let private list (parameters: (string * string) list) : string =
        [ for inSet, members in parameters |> List.groupBy snd do
              let names = [ for name, _ in members -> $"`{name}`" ]
              $"""{String.Join(", ", names)} ∈ {inSet}""" ]
        |> String.concat ", "

    // Of several ways to give the parameters: first those that are always there, then the alternatives.
    let private parameters (family: FamilyInfo) : string =
        let constraints (example: Distribution) =
            match example with
            | :? Family as family -> [ for name, support in family.Constraints -> name, Notation.ofSupport [] support ]
            | _ -> []

        match family.Given, family.Examples() |> List.map constraints with
        | "", ways ->
            let shared = ways.Head |> List.filter (fun parameter -> List.forall (List.contains parameter) ways)
            let own = ways |> List.map (List.except shared >> list) |> String.concat " or "
            [ list shared; own ] |> List.filter ((<>) "") |> String.concat ", "
        | given, _ -> given

    let private mark (has: bool) = if has then "✓" else ""

    let private familyRow (family: FamilyInfo) : string list =
        [ family.Name
          parameters family
          (let example = family.Example() in Notation.ofSupport example.Parameters example.Support)
          mark family.HasPathwiseGradient
          mark family.HasMoments
          mark family.HasEntropy
          mark family.HasCdf
          mark family.HasIcdf ]

    let private familyTable () : string list =
        [ for group, members in families |> List.groupBy _.Group do
              yield [ $"**{group}**"; ""; ""; ""; ""; ""; ""; "" ]
              yield! members |> List.map familyRow ]
        |> markdown [ "family"; "parameters"; "values"; "pathwise"; "moments"; "entropy"; "cdf"; "icdf" ]

    let private transformRow (transform: TransformInfo) : string list =
        let example = transform.Example()
        let names = [ for name, _ in example.Parameters -> $"`{name}`" ]

        [ transform.Name
          (if transform.Given = "" then String.concat ", " names else transform.Given)
          Notation.ofSupport example.Parameters example.Domain
          Notation.ofSupport example.Parameters example.Codomain ]

    let private pairTable () : string list =
        Kl.pairs ()
        |> List.map (fun (p, q) -> p.Name, q.Name)
        |> List.sort
        |> List.groupBy fst
        |> List.map (fun (p, pairs) -> [ p; pairs |> List.map snd |> String.concat ", " ])
        |> markdown [ "p"; "q" ]

    let private boundRow (bound: BoundInfo) : string list =
        let example = bound.Make 2
        let accepts (estimator: Estimator) = mark (example.Accepts estimator)

        [ $"`{bound.Name}`"
          bound.Formula
          (if example.Side = Side.Lower then "lower" else "upper")
          accepts Estimator.standard
          accepts Estimator.stickingTheLanding
          accepts Estimator.doublyReparameterized
          bound.Source ]

    let private boundTable () : string list =
        bounds
        |> List.map boundRow
        |> markdown
            [ "bound"
              "estimate of"
              "side"
              "pathwise, score, VIMCO, relaxed"
              "sticking the landing"
              "doubly reparameterized"
              "source" ]

    let private estimatorTable () : string list =
        [ for estimator in estimators ->
              [ $"`{estimator.Name}`"
                estimator.Draws
                (if estimator.Bias = "" then "the bound" else estimator.Bias)
                estimator.Source ] ]
        |> markdown [ "estimator"; "draws"; "gradient of"; "source" ]

    // What knows its name, its formula and where that comes from.
    let inline private formulas (kind: string) (entries: 'Entry list) : string list =
        [ for entry in entries ->
              [ (^Entry: (member Name: string) entry)
                (^Entry: (member Formula: string) entry)
                (^Entry: (member Source: string) entry) ] ]
        |> markdown [ kind; "formula"; "source" ]

    let private couplingTable () : string list =
        [ for coupling in Coupling.all -> [ coupling.Name; coupling.Source ] ] |> markdown [ "coupling"; "source" ]

    let private methodTable () : string list =
        [ for method in OdeMethod.all do
              [ method.Name; "dx = f dt"; string method.Order; method.Source ]

          for method in SdeMethod.all do
              [ method.Name; "dx = a dt + g dw"; string method.Order; method.Source ] ]
        |> markdown [ "method"; "equation"; "order"; "source" ]

    /// Families, transforms, divergences, bounds, estimators, adversarial losses, score matching and diffusion as tables in Markdown.
    let table () : string =
        Scope.run (fun () ->
            [ "Families", familyTable ()
              "Transforms", transforms |> List.map transformRow |> markdown [ "transform"; "given by"; "from"; "to" ]
              "KL(p ‖ q) in closed form", pairTable ()
              "f-divergences", formulas "divergence" FDivergence.all
              "Bounds on the evidence", boundTable ()
              "Estimators of their gradients", estimatorTable ()
              "Adversarial losses", formulas "loss" Adversarial.all
              "Penalties of critics", formulas "penalty" CriticPenalty.all
              "Score matching", formulas "objective" ScoreMatching.all
              "Noise schedules", formulas "schedule" (NoiseSchedule.all ())
              "What denoisers predict", formulas "prediction" Prediction.all
              "Weightings of the denoising error", formulas "weighting" LossWeighting.all
              "Times that losses look at", formulas "times" TimeSampling.all
              "Likelihoods of the data after the last step", formulas "reconstruction" Reconstruction.all
              "Samplers", formulas "sampler" Sampler.all
              "Times that samplers go through", formulas "grid" TimeGrid.all
              "Degradations of cold diffusion", formulas "degradation" Degradation.all
              "Couplings of noise and data in flow matching", couplingTable ()
              "Methods for differential equations", methodTable () ]
            |> List.map (fun (title, rows) -> String.concat "\n" ($"### {title}" :: "" :: rows))
            |> String.concat "\n\n")
