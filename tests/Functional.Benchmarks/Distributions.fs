// A million draws of a family, their log-densities, and the gradient of the sum of those in the parameters, with all checks on.
// What the library spends on it is set against torch.distributions, which checks by default too.
module Functional.Benchmarks.Distributions

open System.Diagnostics
open Functional
open Functional.Tensors

let private batch = 1000
let private draws = 1000

let private real () = dsharp.randn [ batch ]
let private positive () = dsharp.rand [ batch ] + 0.5

let private family make parameters : (Tensor[] -> Distribution) * Tensor[] =
    make, parameters |> List.map Gradient.record |> Array.ofList

let private families () =
    [ "Normal", family (fun p -> Normal(p[0], p[1])) [ real (); positive () ]
      "LogNormal", family (fun p -> LogNormal(p[0], p[1])) [ real (); positive () ]
      "Laplace", family (fun p -> Laplace(p[0], p[1])) [ real (); positive () ]
      "Gumbel", family (fun p -> Gumbel(p[0], p[1])) [ real (); positive () ]
      "StudentT", family (fun p -> StudentT(p[0], p[1], p[2])) [ dsharp.rand [ batch ] + 3.0; real (); positive () ]
      "Gamma", family (fun p -> Gamma(p[0], p[1])) [ positive (); positive () ]
      "Beta", family (fun p -> Beta(p[0], p[1])) [ positive (); positive () ]
      "Exponential", family (fun p -> Exponential p[0]) [ positive () ]
      "Bernoulli", family (fun p -> Bernoulli.FromLogits p[0]) [ real () ]
      "Categorical", family (fun p -> Categorical.FromLogits p[0]) [ dsharp.randn [ batch; 10 ] ] ]

let private round (make: Tensor[] -> Distribution) (parameters: Tensor[]) () : float =
    let clock = Stopwatch.StartNew()

    Scope.run (fun () ->
        let distribution = make parameters

        let value =
            if distribution.HasRSample then
                distribution.RSample [ draws ]
            else
                distribution.Sample [ draws ]

        ignore (Gradient.ofLoss ((distribution.LogProb value).sum()) parameters))

    clock.Elapsed.TotalMilliseconds

/// No ratio above 1.1, and their median no more than 0.7.
let run () : Comparison list =
    use peer = new Peer("distributions.py", [ string (Device.threads ()); string batch; string draws ])

    let comparisons =
        [ for name, (make, parameters) in families () ->
              Comparison.run name "ms" 1.1 15 (round make parameters) (fun () -> peer.Round name) ]

    comparisons @ [ Comparison.medianOf "median of ratios" 0.7 comparisons ]
