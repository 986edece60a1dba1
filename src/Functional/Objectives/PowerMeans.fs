// Bounds that are power means of the weights w_k = p(x, z_k) / q(z_k): importance-weighted (IWAE), Rényi's and the χ upper bound (CUBO).
// Tighter than the ELBO, or on the other side; with many particles an estimate of the evidence itself.
namespace Functional

open System
open Functional.Tensors

module private PowerMean =

    // log (1/K Σ_k w_k^(1-α)) / (1-α), and its limit at α = 1.
    let combine (alpha: float) (weights: Tensor) : Tensor =
        if alpha = 1.0 then
            weights.mean 0
        else
            let power = 1.0 - alpha
            let scaled = if power = 1.0 then weights else weights * power
            let mean = scaled.logsumexp 0 - Math.Log(float weights.shape[0])
            if power = 1.0 then mean else mean / power

    let bound (name: string) (side: Side) (alpha: float) (particles: int) : Bound =
        Bound(name, side, particles, Estimator.standard, OfWeights(combine alpha, Some alpha))

/// The importance-weighted bound.
module Iwae =

    /// E[log (1/K) Σ_k p(x, z_k) / q(z_k)], z_k from q, in nats: K = 1 is the ELBO, K → ∞ the evidence; a single term `iwae`.
    /// Source: Burda, Grosse & Salakhutdinov, arXiv:1509.00519, equation 8.
    let bound (particles: int) : Bound =
        PowerMean.bound "iwae" Side.Lower 0.0 particles

/// Rényi's variational bounds.
module Renyi =

    /// E[log ((1/K) Σ_k (p(x, z_k) / q(z_k))^(1-α)) / (1-α)], in nats; a single term `renyi`. It falls as α grows: 0 is IWAE, 1 the ELBO. Negative α,
    /// which bound from above as K → ∞, are `Cubo.bound (1-α)`.
    /// Source: Li & Turner, arXiv:1602.02311, equation 4 and definition 1.
    let bound (alpha: float) (particles: int) : Bound =
        if not (alpha >= 0.0) then
            raise (Errors.Argument.option (nameof alpha) "at least 0; Cubo.bound has the upper bounds" alpha)

        PowerMean.bound "renyi" Side.Lower alpha particles

/// The χ upper bound.
module Cubo =

    /// log (E_q[(p(x, z) / q(z))^n]) / n ≥ log p(x) for n ≥ 1, in nats, with the expectation replaced by a mean of K draws; a single term `cubo`.
    /// That estimate is low on average, the less the more particles, so few particles need not bound from above.
    /// Source: Dieng, Tran, Ranganath, Paisley & Blei, arXiv:1611.00328, equation 5.
    let bound (order: float) (particles: int) : Bound =
        if not (order >= 1.0) then
            raise (Errors.Argument.option (nameof order) "at least 1" order)

        PowerMean.bound "cubo" Side.Upper (1.0 - order) particles
