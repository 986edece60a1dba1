// Draws from a posterior, by the names of sites: what they come to.
// Guides, Laplace's approximation and Markov chains return them.
namespace Functional

open Functional.Tensors

/// What the draws of one site come to, element by element.
type SiteSummary =
    {
        Name: string
        Mean: Tensor
        StandardDeviation: Tensor
        /// The 5% quantile.
        Lower: Tensor
        Median: Tensor
        /// The 95% quantile.
        Upper: Tensor
    }

/// Draws of each site, along a first axis: `[ "weights", w ]` with w of shape [draws; ...].
module Draws =

    /// The value below which a share `probability` of the draws lies, interpolated between neighbours, along the first axis.
    let quantile (probability: float) (draws: Tensor) : Tensor =
        let sorted, _ = draws.sort 0
        let place = probability * float (draws.shape[0] - 1)
        let below = int (floor place)
        let above = min (below + 1) (draws.shape[0] - 1)
        let at (i: int) = View.select 0 i sorted
        at below + (at above - at below) * (place - float below)

    /// Mean, standard deviation and quantiles of each site.
    let summarize (draws: (string * Tensor) list) : SiteSummary list =
        Gradient.off (fun () ->
            [ for name, values in draws ->
                  { Name = name
                    Mean = values.mean 0
                    StandardDeviation = values.std 0
                    Lower = quantile 0.05 values
                    Median = quantile 0.5 values
                    Upper = quantile 0.95 values } ])
