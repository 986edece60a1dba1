// What the C# facade calls of divergences and of tests on samples: delegates for functions, arrays for lists.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Threading
open Functional
open Functional.Tensors

/// f-divergences.
module internal FDivergenceBridge =

    let all = List.toArray FDivergence.all
    let generator (divergence: FDivergence) (logRatio: Tensor) = divergence.Generator logRatio
    let perspective (divergence: FDivergence) (logRatio: Tensor) = divergence.Perspective logRatio
    let conjugate (divergence: FDivergence) (t: Tensor) = divergence.Conjugate t
    let lowest (divergence: FDivergence) = fst divergence.Domain
    let highest (divergence: FDivergence) = snd divergence.Domain
    let activation (divergence: FDivergence) (v: Tensor) = divergence.Activation v
    let conjugateOfActivation (divergence: FDivergence) (v: Tensor) = divergence.ConjugateOfActivation v
    let optimalCritic (divergence: FDivergence) (logRatio: Tensor) = divergence.OptimalCritic logRatio
    let ofGenerator (name: string) (f: Func<Tensor, Tensor>) = FDivergence.ofGenerator name f.Invoke

    let withActivation (activation: Func<Tensor, Tensor>) (divergence: FDivergence) =
        FDivergence.withActivation activation.Invoke divergence

/// Tests of samples.
module internal TestBridge =

    let permutation
        (cancellation: CancellationToken)
        (permutations: int)
        (statistic: Func<Tensor, Tensor, Tensor>)
        (x: Tensor)
        (y: Tensor)
        =
        PermutationTest.runUntil cancellation permutations (fun x y -> statistic.Invoke(x, y)) x y

    let inverseMultiquadric (scale: float) (exponent: float) =
        SteinKernel.InverseMultiquadric(scale, exponent)

    let steinMatrix (kernel: SteinKernel) (score: Func<Tensor, Tensor>) (x: Tensor) =
        KernelStein.matrix kernel score.Invoke x

    let steinUnbiased (kernel: SteinKernel) (score: Func<Tensor, Tensor>) (x: Tensor) =
        KernelStein.unbiased kernel score.Invoke x

    let steinBiased (kernel: SteinKernel) (score: Func<Tensor, Tensor>) (x: Tensor) =
        KernelStein.biased kernel score.Invoke x

    let stein (bootstraps: int) (change: float) (kernel: SteinKernel) (score: Func<Tensor, Tensor>) (x: Tensor) =
        KernelStein.test bootstraps change kernel score.Invoke x

    let classifier
        (classifier: Func<int, Net<Tensor, Tensor>>)
        (training: TrainingOptions)
        (share: float)
        (seed: int)
        (x: Tensor)
        (y: Tensor)
        : TestResult =
        ClassifierTest.run
            { Classifier = classifier.Invoke
              Training = training
              TrainingShare = share
              Seed = seed }
            x
            y
