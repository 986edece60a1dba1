// Energy-based models p(x) = exp(f(x))/Z, f minus the energy: their parameters learned without Z, or with Z learned beside them.
// The score objectives fit them too, through Score.ofEnergy.
namespace Functional

open System
open Functional.Tensors

/// Chains that go on from where the last batch left them.
[<Sealed>]
type PersistentChains(start: Tensor) =

    let mutable rows = Scope.keep (start.noDiff().clone())

    /// Where they are, of shape [chains; d...].
    member _.Rows = rows

    /// Lets a sampler take them on.
    member internal _.Advance(sampler: Tensor -> Tensor) : Tensor =
        let next = Gradient.off (fun () -> Scope.keep ((sampler rows).noDiff()))

        if not (obj.ReferenceEquals(next, rows)) then
            (rows :> IDisposable).Dispose()

        rows <- next
        rows

    interface IHoldsTensors with
        member _.Tensors = [ rows ]

/// E_model[f] - E_data[f], whose gradient is that of -E_data[log p], as ∇ log Z = E_model[∇f]: a value without meaning of its own, which
/// may go up and down in training. Terms `model` and `data`, the mean of f over each.
module ContrastiveDivergence =

    let private compare (f: Tensor -> Tensor) (data: Tensor) (samples: Tensor) : Loss =
        let mean (rows: Tensor) = (Score.numbers rows (f rows)).mean()
        Loss.term "model" (mean samples) - Loss.term "data" (mean data)

    /// From a sampler of the model, which is given the batch to start from and returns rows of the same kind. Exact where it draws from
    /// the model; with a few Langevin steps it is CD-k, whose gradient is biased and which does not see modes away from the data. The
    /// sampler is not differentiated. Source: Hinton, Neural Computation 14 (2002), doi:10.1162/089976602760128018.
    let objective (sampler: Tensor -> Tensor) (f: Tensor -> Tensor) : Objective<Tensor> =
        fun batch -> compare f batch (Gradient.off (fun () -> sampler batch))

    /// From chains that go on from batch to batch, and so follow the model while it changes slowly: less bias than a few steps from the
    /// data. The chains belong to one training run, and are not written to checkpoints.
    /// Source: Tieleman, ICML 2008, doi:10.1145/1390156.1390290; Du & Mordatch, arXiv:1903.08689, for images.
    let persistent (chains: PersistentChains) (sampler: Tensor -> Tensor) (f: Tensor -> Tensor) : Objective<Tensor> =
        fun batch -> compare f batch (chains.Advance sampler)

/// -log σ(h(x)) - Σ_k log σ(-h(y_k)) for data x and ν draws y_k of a noise distribution q, h = log p - log q - log ν: telling data from
/// noise, which is minimal where p is the density of the data, normalized or not said to be. In nats. The noise has to cover the data
/// and resemble them; against noise far away every model wins.
/// Source: Gutmann & Hyvärinen, JMLR 13 (2012), section 2.
module NoiseContrastive =

    /// f(x) - log Z with log Z learned, 0 at first: on top of a network that gives f, `energy --> NoiseContrastive.normalizer ()`.
    let normalizer () : Net<Tensor, Tensor> =
        let logNormalizer = Parameter.trained "normalizer.logNormalizer" (dsharp.zeros [])
        Net("normalizer", None, id, [ logNormalizer ], (fun _ f -> f - logNormalizer.Value))

    /// The loss of every row of data, of shape [n], with ν draws of the noise for each: terms `data` and `noise`.
    let perExample (noise: Distribution) (ratio: int) (logDensity: Tensor -> Tensor) (x: Tensor) : Loss =
        if ratio < 1 then
            raise (Errors.Score.ratio ratio)

        let n = x.shape[0]
        let draws = Gradient.off (fun () -> noise.Sample [| n * ratio |])

        if draws.shape[1..] <> x.shape[1..] then
            raise (Errors.Score.noiseShape (string noise) draws.shape[1..] x.shape[1..])

        let logOdds (rows: Tensor) =
            Score.numbers rows (logDensity rows) - noise.LogProb rows - log (float ratio)

        Loss.term "data" ((-(logOdds x)).softplus())
        + Loss.term "noise" (((logOdds draws).softplus().view [ n; ratio ]).sum 1)

    /// The loss to minimise for each batch: the mean over its rows.
    let objective (noise: Distribution) (ratio: int) (logDensity: Tensor -> Tensor) : Objective<Tensor> =
        fun batch -> Loss.mean (perExample noise ratio logDensity batch)
