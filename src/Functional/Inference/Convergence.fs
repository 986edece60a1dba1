// Whether Markov chains have found the same distribution, and how many independent draws theirs are worth.
// Metropolis reports both; anyone with draws of shape [draws; chains; ...] may ask.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// Diagnostics of draws of shape [draws; chains; ...], one number for each of the remaining elements.
/// Source: Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, arXiv:1903.08008.
module Convergence =

    let private searchsorted = Operators.atenOverload "searchsorted" "Tensor"

    // Each chain as two halves, so that a drift shows as a difference: [draws/2; 2 chains; elements].
    let private split (draws: Tensor) : Tensor =
        if draws.dim < 2 || draws.shape[0] < 4 then
            raise (Errors.Posterior.tooFewDraws draws.shape)

        let half = draws.shape[0] / 2
        let flat: Tensor = (draws.cast Dtype.Float64).view [ draws.shape[0]; draws.shape[1]; -1 ]
        let last = draws.shape[0] - 1
        Tensor.cat ([ View.slice 0 0 (half - 1) flat; View.slice 0 (last - half + 1) last flat ], 1)

    // How many of the sorted numbers lie below each (or not above it).
    let private rank (sorted: Tensor) (values: Tensor) (upTo: bool) : Tensor =
        let places =
            new Tensor(
                searchsorted.Tensor
                    [| Arg.tensor sorted.Handle; Arg.tensor values.Handle; Arg.bool false; Arg.bool upTo; Arg.none; Arg.none |]
            )

        places.cast Dtype.Float64

    // Ranks over all chains (of ties the middle one) as quantiles of the standard normal: equation 14.
    let private normalized (draws: Tensor) : Tensor =
        // one row after another in memory, as the search wants it
        let rows = (draws.view [ -1; draws.shape[2] ]).transpose(0, 1).view(-1).view [ draws.shape[2]; -1 ]
        let sorted, _ = rows.sort 1
        let ranks = (rank sorted rows false + rank sorted rows true + 1.0) * 0.5
        let scores = Gaussian.quantile ((ranks - 0.375) / (float rows.shape[1] + 0.25))
        (scores.transpose (0, 1)).view draws.shape

    // B/N and W of equations 1 and 2, and the pooled variance of equation 3.
    let private variances (draws: Tensor) : Tensor * Tensor =
        let count = float draws.shape[0]
        let within = (draws.var 0).mean 0
        let between = (draws.mean 0).var 0
        within, within * ((count - 1.0) / count) + between

    let private scaleReduction (draws: Tensor) : Tensor =
        let within, pooled = variances draws
        (pooled / within).sqrt()

    /// split-R̂ of ranks, the larger of that of the draws and that of their distances from the median: near 1 where chains
    /// agree in location and in scale; below 1.01 is what the authors ask for. Equations 1 to 4 and 14, section 4.2.
    let rHat (draws: Tensor) : Tensor =
        Gradient.off (fun () ->
            let halves = split draws
            let folded = (halves - (Draws.quantile 0.5 (halves.view [ -1; halves.shape[2] ]))).abs()
            let larger = (scaleReduction (normalized halves)).max(scaleReduction (normalized folded))
            larger.view draws.shape[2..])

    // Geyer's initial monotone sequence: pairs of autocorrelations are added while they are positive, each at most the one before.
    let private autocorrelationTime (draws: Tensor) : Tensor =
        let count = draws.shape[0]
        let within, pooled = variances draws
        let centred = draws - draws.mean 0

        let correlation (lag: int) : Tensor =
            let products = View.slice 0 0 (count - 1 - lag) centred * View.slice 0 lag (count - 1) centred
            let covariance = (products.sum 0).mean 0 / float (count - 1)
            1.0 - (within - covariance) / pooled

        let pair (lag: int) = correlation lag + correlation (lag + 1)

        let rec add (lag: int) (previous: Tensor) (sum: Tensor) =
            if lag + 1 >= count - 1 then
                sum
            else
                let next = (pair lag).clamp(low = 0.0).min previous

                if (next.max ()).toDouble() = 0.0 then sum else add (lag + 2) next (sum + next)

        let first = pair 0
        (add 2 first first) * 2.0 - 1.0

    let private size (draws: Tensor) : Tensor =
        let total = float (draws.shape[0] * draws.shape[1])
        let time = (autocorrelationTime draws).clamp(low = 1.0 / log10 total)
        total / time

    /// How many independent draws would give as good an estimate of the middle of the distribution (bulk effective sample size):
    /// equations 10 to 14. At least 400 are asked for, for R̂ and for means.
    let effectiveSize (draws: Tensor) : Tensor =
        Gradient.off (fun () -> (size (normalized (split draws))).view draws.shape[2..])

    /// The same for the mean itself, without ranks: mean ± standard deviation / √size is its standard error.
    let effectiveSizeOfMean (draws: Tensor) : Tensor =
        Gradient.off (fun () -> (size (split draws)).view draws.shape[2..])
