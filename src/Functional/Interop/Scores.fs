// What the C# facade calls of traces, scores, score matching, energy-based models and Langevin dynamics: delegates for functions.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Threading
open Functional
open Functional.Tensors

/// Traces of Jacobians.
module internal JacobianTraceBridge =

    let private pair (value: Tensor, trace: Tensor) = struct (value, trace)

    let exact (f: Func<Tensor, Tensor>) (x: Tensor) = JacobianTrace.exact f.Invoke x |> pair

    let along (probe: Tensor) (f: Func<Tensor, Tensor>) (x: Tensor) =
        JacobianTrace.along probe f.Invoke x |> pair

    let hutchinson (probe: Probe) (f: Func<Tensor, Tensor>) (x: Tensor) =
        JacobianTrace.hutchinson probe f.Invoke x |> pair

    let hutchinsonMean (count: int) (probe: Probe) (f: Func<Tensor, Tensor>) (x: Tensor) =
        JacobianTrace.hutchinsonMean count probe f.Invoke x |> pair

/// Scores and noise.
module internal ScoreBridge =

    let private curried (score: Func<Tensor, Tensor, Tensor>) : Tensor -> Tensor -> Tensor = fun x noise -> score.Invoke(x, noise)

    let private delegated (score: Tensor -> Tensor -> Tensor) =
        Func<Tensor, Tensor, Tensor>(fun x noise -> score x noise)

    let ofEnergy (f: Func<Tensor, Tensor>) : Func<Tensor, Tensor> = Func<_, _>(Score.ofEnergy f.Invoke)

    let ofDistribution (distribution: Distribution) : Func<Tensor, Tensor> =
        Func<_, _>(Score.ofDistribution distribution)

    let unconditional (score: Func<Tensor, Tensor>) =
        delegated (Score.unconditional score.Invoke)

    let atNoise (noise: float) (score: Func<Tensor, Tensor, Tensor>) : Func<Tensor, Tensor> =
        Func<_, _>(Score.atNoise noise (curried score))

    let scaled (network: Func<Tensor, Tensor>) = delegated (Score.scaled network.Invoke)

    let conditional (ladder: NoiseLadder) (network: Func<Tensor, Tensor, Tensor>) =
        delegated (Score.conditional ladder network.Invoke)

    let denoise (score: Func<Tensor, Tensor, Tensor>) (noise: float) (x: Tensor) = Score.denoise (curried score) noise x

    let ladder (levels: float[]) : NoiseLadder =
        NoiseLadder.ofLevels (List.ofArray levels)

    let levels (ladder: NoiseLadder) = List.toArray ladder.Levels

    let explicit (truth: Func<Tensor, Tensor>) : ScoreMatching = ScoreMatching.explicit truth.Invoke
    let all () = List.toArray ScoreMatching.all

    let matching
        (name: string)
        (formula: string)
        (source: string)
        (levels: NoiseWeight[])
        (perExample: Func<Func<Tensor, Tensor, Tensor>, Tensor, Loss>)
        : ScoreMatching =
        { Name = name
          Formula = formula
          Source = source
          Levels = List.ofArray levels
          PerExample = fun score x -> perExample.Invoke(delegated score, x) }

    let weights (objective: ScoreMatching) = List.toArray objective.Levels

    let perExample (objective: ScoreMatching) (score: Func<Tensor, Tensor, Tensor>) (x: Tensor) : Loss =
        objective.PerExample (curried score) x

    let objective (objective: ScoreMatching) (score: Func<Tensor, Tensor, Tensor>) : Func<Tensor, Loss> =
        Func<_, _>(ScoreMatching.objective objective (curried score))

/// Energy-based models.
module internal EnergyBridge =

    let contrastive (sampler: Func<Tensor, Tensor>) (f: Func<Tensor, Tensor>) : Func<Tensor, Loss> =
        Func<_, _>(ContrastiveDivergence.objective sampler.Invoke f.Invoke)

    let persistent (chains: PersistentChains) (sampler: Func<Tensor, Tensor>) (f: Func<Tensor, Tensor>) : Func<Tensor, Loss> =
        Func<_, _>(ContrastiveDivergence.persistent chains sampler.Invoke f.Invoke)

    let perExample (noise: Distribution) (ratio: int) (logDensity: Func<Tensor, Tensor>) (x: Tensor) : Loss =
        NoiseContrastive.perExample noise ratio logDensity.Invoke x

    let objective (noise: Distribution) (ratio: int) (logDensity: Func<Tensor, Tensor>) : Func<Tensor, Loss> =
        Func<_, _>(NoiseContrastive.objective noise ratio logDensity.Invoke)

/// Langevin dynamics.
module internal LangevinBridge =

    let options
        (steps: int)
        (stepSize: float)
        (report: Action<ChainProgress>)
        (cancellation: CancellationToken)
        : LangevinOptions =
        { Steps = steps
          StepSize = stepSize
          Progress =
            Some
                { new IProgress<ChainProgress> with
                    member _.Report progress = report.Invoke progress }
          Cancellation = cancellation }

    let unadjusted (options: LangevinOptions) (score: Func<Tensor, Tensor>) (start: Tensor) : Tensor =
        Langevin.unadjusted options score.Invoke start

    let annealed (options: LangevinOptions) (ladder: NoiseLadder) (score: Func<Tensor, Tensor, Tensor>) (start: Tensor) : Tensor =
        Langevin.annealed options ladder (fun x noise -> score.Invoke(x, noise)) start

    let adjusted (options: MetropolisOptions) (f: Func<Tensor, Tensor>) (start: Tensor) : Chains =
        Langevin.adjusted options f.Invoke start
