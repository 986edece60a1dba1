// The two ways in which adversarial training dies, as they show in the terms of an epoch, and what to try.
// Training.play hands the warnings to the progress display; Adversarial.fs makes those terms.
namespace Functional

module Collapse =

    let private saturated = 0.99
    let private vanishing = 0.1

    let private names (ending: string) (term: string) =
        term = ending || term.EndsWith $" {ending}"

    let private warning (term: string, value: float) : string option =
        if names Adversarial.AccuracyTerm term && value > saturated then
            Some(
                $"critic saturated: {term} {value:F3}. The critic tells almost every sample from the data, and what the generator learns "
                + "from it fades. Try a lower learning rate or fewer steps for the critic, the Wasserstein loss with a gradient "
                + "penalty, or spectral normalisation."
            )
        elif names Adversarial.VarianceRatioTerm term && value < vanishing then
            Some(
                $"samples collapsing: {term} {value:F3}. The samples vary far less than the data: the generator covers a few modes. "
                + "Try a lower learning rate for the generator, more steps for the critic, the Wasserstein loss with a gradient "
                + "penalty, or an MMD-GAN."
            )
        else
            None

    /// What an epoch's means of the terms `accuracy` (above 0.99) and `variance ratio` (below 0.1) of any player warn of, and what
    /// to try. Nothing where there are no such terms. An accuracy near 1 is normal in the first epochs.
    let warnings (epoch: EpochSummary) : string list = epoch.Terms |> List.choose warning
