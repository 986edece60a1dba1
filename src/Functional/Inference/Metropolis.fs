// Random-walk Metropolis: many chains at once, each step one evaluation of the log-density of all.
// The reference that approximations are held against, where a posterior has up to some tens of dimensions.
namespace Functional

open System.Threading
open Functional.Tensors

/// u' = u + s L ε, ε ~ N(0, I), accepted with probability min(1, p(u')/p(u)).
module Metropolis =

    /// 64 chains, 2,000 steps of warm-up, 500 draws of each chain, 10 steps apart.
    let defaults: MetropolisOptions =
        { Chains = 64
          Warmup = 2000
          Draws = 500
          Thin = 10
          Start = None
          Seed = 0
          Progress = None
          Cancellation = CancellationToken.None }

    let private randomWalk (logDensity: Tensor -> Tensor) : Proposal =
        let evaluate (position: Tensor) =
            { Position = position; LogDensity = logDensity position; Score = None }

        { Evaluate = evaluate
          Propose =
            fun scale place ->
                let noise = (place.Position.randnLike ()).matmul(scale.Shape.transpose (0, 1))
                evaluate (place.Position + noise * scale.LogStep.exp ()), place.LogDensity.zerosLike ()
          // the best rate in many dimensions
          TargetRate = 0.234
          FirstStep = fun dimension -> 2.38 / sqrt (float dimension) }

    /// Chains whose distribution tends to the posterior. In the warm-up the length s of steps is adapted to an acceptance rate
    /// of 0.234 (Roberts, Gelman & Gilks 1997, doi:10.1214/aoap/1034625254), their shape L to the covariance of the chains;
    /// then both stay as they are. Look at RHat and EffectiveSize before believing the draws: chains that started in different
    /// modes stay there, and one effective draw takes about 3 D steps of a chain. Raises ArgumentException as Unconstrained
    /// does, and for options out of range.
    let sample (options: MetropolisOptions) (model: Program<'T>) : Chains =
        ChainRun.ofProgram "Metropolis.sample" options randomWalk model
