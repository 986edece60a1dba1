// The two ways in which adversarial training dies, as they show in the terms of its rounds, and what to try.
// Training.play watches for them while it runs; Adversarial.fs makes those terms.
namespace Functional

/// What is said of a term.
type internal CollapseWarning = { Term: string; Sentence: string }

module internal Collapse =

    let private saturated = 0.99
    let private vanishing = 0.1

    let private names (ending: string) (term: string) =
        term = ending || term.EndsWith $" {ending}"

    let private warning (term: string, value: float) : CollapseWarning option =
        if names Adversarial.AccuracyTerm term && value > saturated then
            Some
                { Term = term
                  Sentence =
                    $"critic saturated: {term} {value:F3}. The critic tells almost every sample from the data, and what the generator "
                    + "learns from it fades. Try a lower learning rate or fewer steps for the critic, the Wasserstein loss with a "
                    + "gradient penalty, or spectral normalisation." }
        elif names Adversarial.VarianceRatioTerm term && value < vanishing then
            Some
                { Term = term
                  Sentence =
                    $"samples collapsing: {term} {value:F3}. The samples vary far less than the data: the generator covers a few modes. "
                    + "Try a lower learning rate for the generator, more steps for the critic, the Wasserstein loss with a gradient "
                    + "penalty, or an MMD-GAN." }
        else
            None

    /// What the means over many rounds of the terms `accuracy` (above 0.99) and `variance ratio` (below 0.1) of any player warn of.
    /// Nothing where there are no such terms. An accuracy near 1 is normal in the first rounds.
    let warnings (terms: (string * float) list) : CollapseWarning list = terms |> List.choose warning

    /// Over so many rounds means are taken: one noisy report warns of nothing.
    let roundsJudged = 400

/// Looks at the rounds of a run as they are played, 400 after 400 (all of an epoch that is shorter). A warning begins with the first
/// 400 that are bad, is said once, and ends with the first that are good; after that it may begin again.
type internal CollapseWatch() =

    let mutable waiting: FinishedStep list = []
    let mutable inForce: CollapseWarning list = []
    // Of the epoch under way: what was in force at some time, and whether anything has been judged.
    let mutable ofEpoch: CollapseWarning list = []
    let mutable hasJudged = false

    let isAmong (warnings: CollapseWarning list) (warning: CollapseWarning) =
        warnings |> List.exists (fun other -> other.Term = warning.Term)

    let judge () : CollapseWarning list =
        let found = Losses.mean waiting |> snd |> Collapse.warnings
        let begun = found |> List.filter (isAmong inForce >> not)
        inForce <- (inForce |> List.filter (isAmong found)) @ begun
        ofEpoch <- ofEpoch @ begun
        hasJudged <- true
        waiting <- []
        begun

    /// The sentences of the warnings that begin with these rounds, which end an epoch or not.
    member _.Look(rounds: FinishedStep list, endsEpoch: bool) : string list =
        waiting <- waiting @ rounds

        if waiting.Length >= Collapse.roundsJudged || (endsEpoch && not hasJudged) then
            judge () |> List.map _.Sentence
        else
            []

    /// Ends an epoch: the sentences of the warnings that were in force at some time in it.
    member _.EndEpoch() : string list =
        let sentences = ofEpoch |> List.map _.Sentence
        ofEpoch <- inForce
        hasJudged <- false
        sentences
