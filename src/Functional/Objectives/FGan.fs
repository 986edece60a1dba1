// f-GANs: adversarial losses from f-divergences, whose dual bound the critic raises and the generator lowers.
// Gan and the models beside it are trained with them as with any other loss of Adversarial.
namespace Functional

open Functional.Tensors

/// The games that f-divergences make: the critic's outputs are v, its values T = g_f(v). At the best critic the value of the game
/// is D_f(data ‖ samples). Source: Nowozin, Cseke & Tomioka, arXiv:1606.00709, section 3.
module FGan =

    let private source = "Nowozin, Cseke & Tomioka, arXiv:1606.00709, section 3"

    /// The critic maximises E_p[T] - E_q[f*(T)], the generator minimises it: algorithm 1 of the paper. The generator's gradient
    /// vanishes where the critic is sure of itself, for divergences whose f* is flat there: for training take `nonSaturating`.
    let saturating (divergence: FDivergence) : AdversarialLoss =
        { Name = $"f-GAN {divergence}"
          Formula = "critic -E_p[T] + E_q[f*(T)], generator -E_q[f*(T)]"
          Source = $"{source}, equation 6"
          Critic = fun real fake -> -(FDivergence.dualOfOutputs divergence real fake).Value
          Generator = fun _ fake -> -(divergence.ConjugateOfActivation fake).mean()
          IsZeroSum = true
          Saturates = true
          OfFeatures = false }

    /// The same critic, and a generator that maximises E_q[T]: the same fixed point with a gradient where the critic is sure.
    let nonSaturating (divergence: FDivergence) : AdversarialLoss =
        { saturating divergence with
            Name = $"f-GAN {divergence}, non-saturating"
            Formula = "critic -E_p[T] + E_q[f*(T)], generator -E_q[T]"
            Source = $"{source}.2"
            Generator = fun _ fake -> -(divergence.Activation fake).mean()
            IsZeroSum = false }
