// A loss: a weighted sum of named terms, in nats.
// Objectives return it, training minimises it and shows its terms.
namespace Functional

open Functional.Tensors

/// One quantity that a loss is made of; its value keeps its own sign, the weight says how it enters the sum.
type Term =
    {
        /// What it measures: `reconstruction`, `kl`, ...
        Name: string
        /// How much of it the loss contains.
        Weight: float
        /// The quantity, in nats: a scalar, or one number for each example.
        Value: Tensor
    }

/// Σ_i weight_i · term_i, in nats: a scalar to be minimised, or a bound with one number for each example.
/// `+`, `-` and scaling combine losses and keep their terms: a β-VAE's bound is `reconstruction - beta * kl`.
[<Sealed>]
type Loss(terms: Term list) =

    let weighted (term: Term) =
        if term.Weight = 1.0 then term.Value
        elif term.Weight = -1.0 then -term.Value
        else term.Value * term.Weight

    let add (sum: Tensor) (term: Term) =
        if term.Weight = -1.0 then sum - term.Value else sum + weighted term

    // The same number with fewer operators: a term is subtracted rather than its opposite added.
    let total (terms: Term list) =
        match terms with
        | first :: second :: rest when first.Weight = -1.0 && second.Weight = 1.0 ->
            rest |> List.fold add (second.Value - first.Value)
        | terms -> terms.Tail |> List.fold add (weighted terms.Head)

    let scale (factor: float) =
        Loss [ for term in terms -> { term with Weight = factor * term.Weight } ]

    // What is only shown must not spoil the sum: 0 · ∞ is not a number. Something has to be left to differentiate, though.
    let counted =
        match terms |> List.filter (fun term -> term.Weight <> 0.0) with
        | [] -> terms
        | counted -> counted

    /// The terms in the order in which they were combined.
    member _.Terms = terms

    /// The weighted sum of the terms.
    member _.Value: Tensor = total counted

    /// The term of that name. Raises KeyNotFoundException when there is none.
    member _.Item
        with get (name: string): Tensor =
            match terms |> List.tryFind (fun term -> term.Name = name) with
            | Some term -> term.Value
            | None ->
                let names = terms |> List.map _.Name |> String.concat ", "
                raise (System.Collections.Generic.KeyNotFoundException $"The loss has no term '{name}'; it has {names}.")

    member private _.Scale(factor: float) = scale factor

    static member (+)(a: Loss, b: Loss) = Loss(a.Terms @ b.Terms)
    static member (-)(a: Loss, b: Loss) = a + b.Scale -1.0
    static member (~-)(a: Loss) = a.Scale -1.0
    static member (*)(factor: float, a: Loss) = a.Scale factor
    static member (*)(a: Loss, factor: float) = a.Scale factor
    static member (/)(a: Loss, divisor: float) = a.Scale(1.0 / divisor)

    interface IHoldsTensors with
        member _.Tensors = terms |> Seq.map _.Value

/// Makes and transforms losses.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Loss =

    /// A loss of a single named term.
    let term (name: string) (value: Tensor) : Loss =
        Loss [ { Name = name; Weight = 1.0; Value = value } ]

    /// A quantity that is shown beside the loss and not minimised: a term of weight 0, not recorded for differentiation.
    let observed (name: string) (value: Tensor) : Loss =
        Loss [ { Name = name; Weight = 0.0; Value = value.noDiff () } ]

    /// The loss with a function applied to every term's value.
    let map (f: Tensor -> Tensor) (loss: Loss) : Loss =
        Loss [ for term in loss.Terms -> { term with Value = f term.Value } ]

    /// The loss with a word before every term's name, so that several of one kind can be told apart: `labelled kl`.
    let prefixed (prefix: string) (loss: Loss) : Loss =
        Loss [ for term in loss.Terms -> { term with Name = $"{prefix} {term.Name}" } ]

    /// The mean over examples (and particles): a scalar.
    let mean (loss: Loss) : Loss =
        map (fun value -> if value.dim = 0 then value else value.mean ()) loss

    /// The sum over examples (and particles): a scalar.
    let sum (loss: Loss) : Loss = map _.sum() loss

/// A loss for each batch.
type Objective<'Batch> = 'Batch -> Loss
