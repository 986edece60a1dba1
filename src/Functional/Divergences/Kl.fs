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

    let private closedForms =
        ConcurrentDictionary(
            [ for form in NumberPairs.all @ DiscretePairs.all ->
                  Collections.Generic.KeyValuePair(struct (form.P, form.Q), form.Divergence) ]
        )

    /// Adds, or replaces, the closed form for a pair of families.
    let register<'P, 'Q when 'P :> Distribution and 'Q :> Distribution> (closedForm: 'P -> 'Q -> Tensor) : unit =
        let form = ClosedForm.pair closedForm
        closedForms[struct (form.P, form.Q)] <- form.Divergence

    /// The pairs of families that have a closed form of their own. Beside them there are those that follow: of independent variables
    /// from those of one, of distributions pushed through the same transform from those before it, of two members of an exponential
    /// family from its log-normalizer; and where q ends short of p the divergence is infinite.
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

    // A formula may leave out parameters, and with them leading axes.
    let private batchOf (p: Distribution) (q: Distribution) : Shape =
        Shapes.tryLineUp p.BatchShape q.BatchShape |> Option.get

    // Independent of Independent is one Independent.
    let rec private flat (distribution: Distribution) : Distribution * int =
        match distribution with
        | :? Independent as wrapper ->
            let inner, rank = flat wrapper.Base
            inner, rank + wrapper.Rank
        | distribution -> distribution, 0

    let rec private find (p: Distribution) (q: Distribution) : (unit -> Tensor) option =
        let registered () =
            match closedForms.TryGetValue(struct (p.GetType(), q.GetType())) with
            | true, closedForm -> Some(fun () -> closedForm p q |> _.expand(batchOf p q))
            | _ -> None

        registered ()
        |> Option.orElseWith (fun () -> structural p q)
        |> Option.orElseWith (fun () -> if Coverage.isLacking p q then Some(fun () -> Coverage.infinite p q) else None)
        |> Option.orElseWith (fun () -> exponential p q)

    // What follows from the divergence of the parts.
    and private structural (p: Distribution) (q: Distribution) =
        match p, q with
        | (:? Independent), _
        | _, (:? Independent) ->
            match flat p, flat q with
            | (p, pRank), (q, qRank) when pRank = qRank ->
                find p q |> Option.map (fun perElement -> fun () -> Shapes.sumLast pRank (perElement ()))
            | _ -> None
        | (:? Transformed as p), (:? Transformed as q) when p.Transform.IsSameAs q.Transform -> find p.Base q.Base
        | _ -> None

    and private exponential (p: Distribution) (q: Distribution) =
        match box p, box q with
        | (:? IExponentialFamily as first), (:? IExponentialFamily as second) when p.GetType() = q.GetType() ->
            Some(fun () ->
                let agree (a: Tensor) (b: Tensor) =
                    (Shapes.tryLineUp a.shape b.shape).IsSome && (a.eq b).all().toBool()

                let equal = List.forall2 agree first.BaseMeasure second.BaseMeasure

                if not equal then
                    raise (Errors.Distribution.klBaseMeasures p.Name q.Name)

                Bregman.divergence first second)
        | _ -> None

    /// Whether KL(p ‖ q) has a closed form.
    let hasClosedForm (p: Distribution) (q: Distribution) : bool = (find p q).IsSome

    /// KL(p ‖ q) in closed form, one number for each batch element.
    /// Raises NotSupportedException, naming the nearest pairs that have one, when there is none.
    let divergence (p: Distribution) (q: Distribution) : Tensor =
        checkShapes p q

        match find p q with
        | Some closedForm -> closedForm ()
        | None -> raise (Errors.Distribution.noClosedForm p.Name q.Name (nearest p q))

    /// (1/n) Σ_i [log p(x_i) - log q(x_i)] with x_i from p, and its standard error.
    let estimate (samples: int) (p: Distribution) (q: Distribution) : Estimate =
        checkShapes p q
        let value, logP = p.SampleAndLogProb [ samples ]
        let ratios = logP - q.LogProb value

        { Value = ratios.mean 0; StandardError = ratios.std 0 / sqrt (float samples) }
