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

module internal Estimate =

    /// The mean of terms of independent draws along the first axis, at least two, and its standard error.
    let ofDraws (terms: Tensor) : Estimate =
        let draws = terms.shape[0]

        if draws < 2 then
            raise (Errors.Mmd.draws draws)

        { Value = terms.mean 0; StandardError = terms.std 0 / sqrt (float draws) }

/// KL(p ‖ q) = E_p[log p - log q], in nats.
module Kl =

    let private closedForms =
        ConcurrentDictionary(
            [ for form in NumberPairs.all @ MixedPairs.all @ DiscretePairs.all @ MultivariatePairs.all ->
                  Collections.Generic.KeyValuePair(struct (form.P, form.Q), form.SummedDivergence) ]
        )

    /// The same as `register` for classes that are known at run time.
    let internal registerTypes (p: Type) (q: Type) (closedForm: Distribution -> Distribution -> int -> Tensor) : unit =
        closedForms[struct (p, q)] <- closedForm

    /// Adds, or replaces, the closed form for a pair of families.
    let register<'P, 'Q when 'P :> Distribution and 'Q :> Distribution> (closedForm: 'P -> 'Q -> Tensor) : unit =
        let form = ClosedForm.pair closedForm
        registerTypes form.P form.Q form.SummedDivergence

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

    // Independent of Independent is one Independent.
    let rec private flat (distribution: Distribution) : Distribution * int =
        match distribution with
        | :? Independent as wrapper ->
            let inner, rank = flat wrapper.Base
            inner, rank + wrapper.Rank
        | distribution -> distribution, 0

    let rec private unrepeated (distribution: Distribution) : Distribution =
        match distribution with
        | :? Expanded as wrapper -> unrepeated wrapper.Base
        | distribution -> distribution

    let private summed (divergence: unit -> Tensor) : int -> Tensor =
        fun axes -> divergence () |> Shapes.sumLast axes

    // The divergence summed over so many of the last batch axes, which may be done in the same pass.
    let rec private find (p: Distribution) (q: Distribution) : (int -> Tensor) option =
        match closedForms.TryGetValue(struct (p.GetType(), q.GetType())) with
        | true, closedForm -> Some(closedForm p q)
        | _ -> structural p q |> Option.orElseWith (fun () -> general p q)

    and private general (p: Distribution) (q: Distribution) : (int -> Tensor) option =
        let rule (applies: Distribution -> Distribution -> bool) (divergence: Distribution -> Distribution -> Tensor) =
            if applies p q then Some(summed (fun () -> divergence p q)) else None

        rule Coverage.isLacking Coverage.infinite
        |> Option.orElseWith (fun () -> rule Bregman.applies Bregman.divergence)
        |> Option.orElseWith (fun () -> rule Enumeration.applies Enumeration.divergence)

    // What follows from the divergence of the parts.
    and private structural (p: Distribution) (q: Distribution) : (int -> Tensor) option =
        match p, q with
        | (:? Delta as p), q -> Some(summed (fun () -> p.LogDensityAtValue - q.LogProb p.Value))
        | (:? Expanded), _
        | _, (:? Expanded) -> ofStretched p q
        | (:? StraightThroughBernoulli as p), q -> find p.Discrete q
        | p, (:? StraightThroughBernoulli as q) -> find p q.Discrete
        | (:? StraightThroughOneHotCategorical as p), q -> find p.Discrete q
        | p, (:? StraightThroughOneHotCategorical as q) -> find p q.Discrete
        | (:? Transformed as p), (:? Transformed as q) when p.Transform.IsSameAs q.Transform -> find p.Base q.Base
        | (:? Joint as p), (:? Joint as q) -> ofParts p.Parts q.Parts
        | (:? Independent), _
        | _, (:? Independent) -> ofElements p q
        | _ -> None

    // From what was repeated, and repeated in its turn. Where one has axes of length 1 that the other has not, only formulas for numbers can be
    // trusted to stretch them.
    and private ofStretched (p: Distribution) (q: Distribution) : (int -> Tensor) option =
        let innerP, innerQ = unrepeated p, unrepeated q

        let divergence =
            if (Shapes.tryLineUp innerP.BatchShape innerQ.BatchShape).IsSome then
                find innerP innerQ
            else
                match closedForms.TryGetValue(struct (innerP.GetType(), innerQ.GetType())) with
                | true, closedForm when innerP.EventShape.Length = 0 -> Some(closedForm innerP innerQ)
                | _ -> None

        let batch = Shapes.tryLineUp p.BatchShape q.BatchShape |> Option.get
        divergence |> Option.map (fun divergence -> summed (fun () -> (divergence 0).expand batch))

    and private ofElements (p: Distribution) (q: Distribution) : (int -> Tensor) option =
        match flat p, flat q with
        | (p, pRank), (q, qRank) when pRank = qRank ->
            find p q |> Option.map (fun perElement -> fun axes -> perElement (pRank + axes))
        | ((:? Normal as p), 1), (q, 0) -> find (full p) q
        | (p, 0), ((:? Normal as q), 1) -> find p (full q)
        | _ -> None

    // A vector of independent normals as one normal vector.
    and private full (normal: Normal) : Distribution =
        Validation.off (fun () ->
            MultivariateNormal.FromScaleTril(normal.Mean, Vectors.toDiagonal (normal.Scale.expand normal.BatchShape)))

    and private ofParts (p: Distribution list) (q: Distribution list) : (int -> Tensor) option =
        let eventShapes = List.map (fun (part: Distribution) -> part.EventShape)

        if eventShapes p <> eventShapes q then
            None
        else
            let parts = List.map2 find p q |> List.choose id

            if parts.Length = p.Length then
                Some(fun axes -> parts |> List.map (fun part -> part axes) |> List.reduce (+))
            else
                None

    /// Whether KL(p ‖ q) has a closed form.
    let hasClosedForm (p: Distribution) (q: Distribution) : bool = (find p q).IsSome

    /// KL(p ‖ q) in closed form where there is one.
    let internal tryDivergence (p: Distribution) (q: Distribution) : Tensor option =
        find p q |> Option.map (fun closedForm -> closedForm 0)

    /// KL(p ‖ q) in closed form, one number for each batch element.
    /// Raises NotSupportedException, naming the nearest pairs that have one, when there is none.
    let divergence (p: Distribution) (q: Distribution) : Tensor =
        checkShapes p q

        match find p q with
        | Some closedForm -> closedForm 0
        | None when Bregman.areOfOneFamily p q -> raise (Errors.Distribution.klBaseMeasures p.Name q.Name)
        | None -> raise (Errors.Distribution.noClosedForm p.Name q.Name (nearest p q))

    /// (1/n) Σ_i [log p(x_i) - log q(x_i)] with x_i from p, and its standard error.
    /// Raises ArgumentException for fewer than two samples.
    let estimate (samples: int) (p: Distribution) (q: Distribution) : Estimate =
        checkShapes p q
        let value, logP = p.SampleAndLogProb [ samples ]
        Estimate.ofDraws (logP - q.LogProb value)
