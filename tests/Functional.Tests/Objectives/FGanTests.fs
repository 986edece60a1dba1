// f-GANs: their losses are dual bounds, that of the GAN divergence is the original game, and both generators want the data.
// Run with the whole suite.
module internal Functional.Tests.FGanTests

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private areDual (divergence: FDivergence) (draw: Draw) =
    let real, fake = draw.Tensor([| 7 |], -2.0, 2.0), draw.Tensor([| 7; 1 |], -2.0, 2.0)
    let saturating, other = FGan.saturating divergence, FGan.nonSaturating divergence
    let bound = FDivergence.dualOfOutputs divergence real fake
    isClose 1e-12 "the critic raises the bound" (saturating.Critic real fake) -bound.Value
    isClose 1e-12 "so does that of the other game" (other.Critic real fake) -bound.Value
    isClose 1e-12 "the generator lowers it" (saturating.Generator (fun () -> real) fake) (bound.Value - bound["critic"])
    isClose 1e-12 "the other raises E_q[T]" (other.Generator (fun () -> real) fake) -((divergence.Activation fake).mean())

let private isOriginal (draw: Draw) =
    let real, fake = draw.Tensor([| 7 |], -9.0, 9.0), draw.Tensor([| 7 |], -9.0, 9.0)

    for ours, theirs in
        [ FGan.saturating FDivergence.gan, Adversarial.saturating
          FGan.nonSaturating FDivergence.gan, Adversarial.nonSaturating ] do
        isClose 1e-12 "the critic" (ours.Critic real fake) (theirs.Critic real fake)
        isClose 1e-12 "the generator" (ours.Generator (fun () -> real) fake) (theirs.Generator (fun () -> real) fake)
        Expect.equal ours.IsZeroSum theirs.IsZeroSum "whether the game is zero-sum"

// Samples m + z of N(m, 1), data of N(0, 1), and the critic that is best there: log(p/q) = m²/2 - m x.
let private wantData (divergence: FDivergence) (draw: Draw) =
    let z = dsharp.linspace (-9.0, 9.0, 3001, dtype = Dtype.Float64)
    let weights = (Normal(float64 0.0, float64 1.0).LogProb z).exp() * (18.0 / 3000.0)

    // In the mean, of both generators' losses with that critic left as it is.
    let slopes (m: float) =
        let best (x: Tensor) =
            divergence.OptimalCritic(x * -m + 0.5 * m * m)

        let slope (loss: Tensor -> Tensor) =
            dsharp.grad (fun mean -> (weights * loss (best (z + mean))).sum()) (float64 m)

        Tensor.stack [ slope (fun t -> -divergence.Conjugate t); slope (fun t -> -t) ]

    isClose 1e-9 "no slope at the data" (slopes 0.0) (float64 [ 0.0; 0.0 ])
    let m = draw.Float(0.2, 0.8)
    Expect.all (numbers (slopes m)) (fun slope -> slope > 1e-3) "larger means cost more above the data's"
    Expect.all (numbers (slopes -m)) (fun slope -> slope < -1e-3) "smaller ones below"

[<Tests>]
let tests =
    testList
        "f-GAN"
        [ for divergence in FDivergence.all do
              holds $"{divergence}: the players' losses are the dual bound" 2 (areDual divergence)

              if divergence.Name <> FDivergence.totalVariation.Name then
                  holds $"{divergence}: both generators have their fixed point at the data" 2 (wantData divergence)

          holds "that of the GAN divergence is the original game" 3 isOriginal ]
