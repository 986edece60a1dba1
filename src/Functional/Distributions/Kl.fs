// Kullback-Leibler divergences in closed form, found by the pair of families; and an explicit Monte-Carlo estimate for the rest.
// Objectives ask `divergence`, which never falls back silently.
namespace Functional

open System
open System.Collections.Concurrent
open Functional.Tensors

/// A Monte-Carlo estimate and how far off it may be.
type Estimate =
    {
        /// The estimate.
        Value: Tensor
        /// Its standard error.
        StandardError: Tensor
    }

/// KL(p ‖ q) = E_p[log p - log q], in nats.
module Kl =

    let private pair<'P, 'Q when 'P :> Distribution and 'Q :> Distribution> (closedForm: 'P -> 'Q -> Tensor) =
        let general (p: Distribution) (q: Distribution) = closedForm (p :?> 'P) (q :?> 'Q)
        struct (typeof<'P>, typeof<'Q>), general

    // ½ [σp²/σq² + (μp - μq)²/σq² - 1] - log(σp/σq)
    let private normals (p: Normal) (q: Normal) =
        let ratio = p.LogScale - q.LogScale
        let distance = (p.Location - q.Location) / q.Scale
        ((ratio * 2.0).expm1() + distance.square ()) * 0.5 - ratio

    // Σ_x p(x) (log p(x) - log q(x)) with 0 · log 0 = 0
    let private overValues (probability: Tensor) (logRatio: Tensor) =
        dsharp.where (probability.eq 0.0, probability.scalarLike 0.0, probability * logRatio)

    let private bernoullis (p: Bernoulli) (q: Bernoulli) =
        overValues p.Probability (p.LogProbability - q.LogProbability)
        + overValues p.Complement (p.LogComplement - q.LogComplement)

    let private categoricals (p: Categorical) (q: Categorical) =
        if p.Count <> q.Count then
            raise (Errors.Distribution.klShapes p.Name [| p.Count |] q.Name [| q.Count |])

        overValues p.Probabilities (p.LogProbabilities - q.LogProbabilities) |> _.sum(-1)

    // log of the ratio of widths where q covers p, infinite elsewhere
    let private uniforms (p: Uniform) (q: Uniform) =
        let covered = (q.Low.le p.Low).logicalAnd(q.High.ge p.High)
        let divergence = ((q.High - q.Low) / (p.High - p.Low)).log()
        dsharp.where (covered, divergence, divergence.scalarLike infinity)

    // -log(b - a) + log σ + ½ log 2π + [Var + (mean - μ)²] / 2σ²
    let private uniformNormal (p: Uniform) (q: Normal) =
        let width = p.High - p.Low
        let secondMoment = width.square () / 12.0 + ((p.High + p.Low) / 2.0 - q.Location).square()
        q.LogScale - width.log () + secondMoment / (q.Scale.square () * 2.0) + 0.5 * log (2.0 * Math.PI)

    // a normal has mass outside every interval
    let private normalUniform (p: Normal) (q: Uniform) =
        (p.Location + p.Scale + q.Low + q.High) * 0.0 + infinity

    let private closedForms =
        ConcurrentDictionary(
            [ pair normals; pair bernoullis; pair categoricals; pair uniforms; pair uniformNormal; pair normalUniform ]
            |> List.map (fun (types, closedForm) -> Collections.Generic.KeyValuePair(types, closedForm))
        )

    /// Adds, or replaces, the closed form for a pair of families.
    let register<'P, 'Q when 'P :> Distribution and 'Q :> Distribution> (closedForm: 'P -> 'Q -> Tensor) : unit =
        let types, general = pair closedForm
        closedForms[types] <- general

    /// The pairs of families that have a closed form.
    let pairs () : (Type * Type) list =
        [ for struct (p, q) in closedForms.Keys -> p, q ]

    let rec private family (distribution: Distribution) =
        match distribution with
        | :? Independent as wrapper -> family wrapper.Base
        | distribution -> distribution.GetType()

    let private nearest (p: Distribution) (q: Distribution) =
        pairs ()
        |> List.filter (fun (first, second) -> first = family p || second = family q)
        |> List.map (fun (first, second) -> $"{first.Name} || {second.Name}")
        |> function
            | [] -> ""
            | close -> $"""The nearest that do: {String.Join(", ", close)}. """

    let private checkShapes (p: Distribution) (q: Distribution) =
        if p.EventShape <> q.EventShape || Option.isNone (Shapes.tryLineUp p.BatchShape q.BatchShape) then
            let shapeOf (d: Distribution) = Array.append d.BatchShape d.EventShape
            raise (Errors.Distribution.klShapes p.Name (shapeOf p) q.Name (shapeOf q))

    let rec private find (p: Distribution) (q: Distribution) : (Distribution -> Distribution -> Tensor) option =
        match p, q with
        | (:? Independent as p'), (:? Independent as q') when p'.Rank = q'.Rank ->
            find p'.Base q'.Base
            |> Option.map (fun closedForm ->
                fun _ _ ->
                    let perElement = closedForm p'.Base q'.Base

                    if p'.Rank = 0 then perElement else perElement.sum [ for axis in 1 .. p'.Rank -> -axis ])
        | _ ->
            match closedForms.TryGetValue(struct (p.GetType(), q.GetType())) with
            | true, closedForm -> Some closedForm
            | _ -> None

    /// Whether KL(p ‖ q) has a closed form.
    let hasClosedForm (p: Distribution) (q: Distribution) : bool = (find p q).IsSome

    /// KL(p ‖ q) in closed form, one number for each batch element.
    /// Raises NotSupportedException, naming the nearest pairs that have one, when there is none.
    let divergence (p: Distribution) (q: Distribution) : Tensor =
        checkShapes p q

        match find p q with
        | Some closedForm -> closedForm p q
        | None -> raise (Errors.Distribution.noClosedForm p.Name q.Name (nearest p q))

    /// (1/n) Σ_i [log p(x_i) - log q(x_i)] with x_i from p, and its standard error.
    let estimate (samples: int) (p: Distribution) (q: Distribution) : Estimate =
        checkShapes p q
        let value, logP = p.SampleAndLogProb [ samples ]
        let ratios = logP - q.LogProb value

        { Value = ratios.mean 0; StandardError = ratios.std 0 / sqrt (float samples) }
