// f-GANs: adversarial losses from f-divergences, whose dual bound the critic raises and the generator lowers.
// Gan and the models beside it are trained with them as with any other loss.
namespace Functional.CSharp;

/// <summary>
/// The games that f-divergences make: the critic's outputs are v, its values T = g_f(v). At the best critic the value of the game
/// is D_f(data ‖ samples). Nowozin, Cseke &amp; Tomioka, arXiv:1606.00709, section 3.
/// </summary>
public static class FGan
{
    /// <summary>The critic maximises E_p[T] - E_q[f*(T)], the generator minimises it.</summary>
    public static AdversarialLoss Saturating(FDivergence divergence) =>
        new(Functional.FGan.saturating(Guard.NotNull(divergence).Inner));

    /// <summary>The same critic, and a generator that maximises E_q[T]: a gradient where the critic is sure.</summary>
    public static AdversarialLoss NonSaturating(FDivergence divergence) =>
        new(Functional.FGan.nonSaturating(Guard.NotNull(divergence).Inner));
}
