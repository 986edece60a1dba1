// Objectives that weigh how far the codes of many examples together are from the prior: β-TC-VAE, InfoVAE, WAE.
// For guides with one draw for each example: what a VAE is trained with where KL(q(z|x) ‖ p(z)) is not what should be small.
namespace Functional

open Functional.Tensors

module private Codes =

    /// A bound of one particle that sees the batch's codes: the guide's only draw, q(z|x) of batch shape [B], and p(z).
    let bound (name: string) (terms: GuidedRun -> TracedSite -> Distribution -> Loss) : Bound =
        let onDraw (run: GuidedRun) =
            match run.Guide.Sites |> List.filter (fun site -> site.Kind <> SiteKind.Deterministic) with
            | [ site ] when site.Plates.IsEmpty && site.Distribution.BatchShape.Length = 1 ->
                terms run site run.Model[site.Name].Distribution
            | sites -> raise (Errors.Objective.oneDraw name [ for site in sites -> $"'{site.Name}' ~ {site.Distribution}" ])

        Bound(name, Side.Lower, 1, Estimator.pathwise, Own onDraw)

    /// MMD²(q(z), p(z)) of a batch, once for each example so that it is a term like others.
    let discrepancy (kernel: Kernel) (site: TracedSite) (prior: Distribution) : Loss =
        let codes = site.Value
        let batch = Array.skip prior.BatchShape.Length site.Distribution.BatchShape
        let draws = if prior.HasRSample then prior.RSample batch else prior.Sample batch
        Loss.term "mmd" ((Mmd.unbiased kernel codes draws).expand site.Distribution.BatchShape)

/// The β-TC-VAE's objective.
module BetaTcVae =

    /// E_q[log p(x|z)] - α I(x; z) - β KL(q(z) ‖ Π_j q(z_j)) - γ Σ_j KL(q(z_j) ‖ p(z_j)): terms `reconstruction`, `mutual
    /// information`, `total correlation` and `dimension-wise kl`, in nats, one draw. With α = β = γ = 1 the Monte-Carlo ELBO;
    /// a β-TC-VAE has a larger β. In training `sampling` says how the batch stands for the data set, Weighted or Stratified
    /// with its size; the parts are then biased, their sum is not. For a guide with one draw of batch shape [B] whose
    /// distribution and prior are independent over their components.
    /// Source: Chen, Li, Grosse & Duvenaud, arXiv:1802.04942, equations 2 and 4.
    let bound (sampling: AggregateSampling) (alpha: float) (beta: float) (gamma: float) : Bound =
        let weights = dict [ "mutual information", alpha; "total correlation", beta; "dimension-wise kl", gamma ]

        Codes.bound "β-TC-VAE" (fun run site prior ->
            let parts = AggregatePosterior.decompose sampling prior site.Distribution site.Value

            Elbo.reconstruction run
            - Loss [ for term in parts.Terms -> { term with Weight = term.Weight * weights[term.Name] } ])

/// The InfoVAE's objective.
module InfoVae =

    /// E_q[log p(x|z)] - (1 - α) KL(q(z|x) ‖ p(z)) - (α + λ - 1) MMD²(q(z), p(z)): terms `reconstruction`, `kl` and `mmd`;
    /// one draw. MMD² is estimated without bias from the batch's codes and as many draws of the prior. α = 0, λ = 1 is the
    /// ELBO, α = 1 a Wasserstein autoencoder; larger α leave more information in the codes. MMD² is no number of nats: λ may
    /// have to be large, the authors take 1000.
    /// Raises ArgumentException unless α ≤ 1 and α + λ ≥ 1. Source: Zhao, Song & Ermon, arXiv:1706.02262, equation 6.
    let bound (kernel: Kernel) (alpha: float) (lambda: float) : Bound =
        if not (alpha <= 1.0) then
            raise (Errors.Argument.option (nameof alpha) "at most 1" alpha)

        if not (alpha + lambda >= 1.0) then
            raise (Errors.Argument.option (nameof lambda) $"at least 1 - alpha, {1.0 - alpha}" lambda)

        Codes.bound "InfoVAE" (fun run site prior ->
            let reconstruction = Elbo.reconstruction run
            // a deterministic guide has an infinite divergence, which α = 1 does not ask for
            let bound =
                if alpha = 1.0 then
                    reconstruction
                else
                    reconstruction - (1.0 - alpha) * Elbo.divergence "InfoVAE" run

            bound - (alpha + lambda - 1.0) * Codes.discrepancy kernel site prior)

/// The Wasserstein autoencoder's objective.
module Wae =

    /// E_q[log p(x|z)] - λ MMD²(q(z), p(z)): terms `reconstruction` and `mmd`; one draw. The cost of the transport is -log
    /// p(x|z), for a normal likelihood of fixed scale the squared error over 2 scale². The guide may be deterministic
    /// (Delta). Not a bound on log p(x). MMD² is estimated without bias from the batch's codes and as many draws of the
    /// prior: a batch of some hundred.
    /// Source: Tolstikhin, Bousquet, Gelly & Schoelkopf, arXiv:1711.01558, algorithm 2 (WAE-MMD).
    let bound (kernel: Kernel) (lambda: float) : Bound =
        if not (lambda >= 0.0) then
            raise (Errors.Argument.option (nameof lambda) "at least 0" lambda)

        Codes.bound "WAE-MMD" (fun run site prior -> Elbo.reconstruction run - lambda * Codes.discrepancy kernel site prior)
