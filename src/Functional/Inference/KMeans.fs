// k-means: the nearest of k centers for each point.
// Clusters without a density, and where mixtures begin.
namespace Functional

open Functional.Tensors

/// Points in k clusters around their means.
type KMeans =
    {
        /// [k; d].
        Centers: Tensor
        /// The cluster of each point, [n], Int64.
        Labels: Tensor
        /// Σ_n ‖x_n - center of x_n‖² after each iteration; it never grows.
        Inertias: float list
        /// Whether the inertia stopped falling before the iterations ran out.
        Converged: bool
    }

    /// Σ_n ‖x_n - center of x_n‖².
    member this.Inertia = List.last this.Inertias

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module KMeans =

    type private State =
        {
            Centers: Tensor
            Labels: Tensor
            /// The squared distance of each point to its center.
            Distances: Tensor
        }

    let private squaredDistance (points: Tensor) (center: Tensor) : Tensor = (points - center).square().sum -1

    // An index drawn in proportion to the weights: the first arrival in a race of exponential variables.
    let private pick (weights: Tensor) : Tensor =
        (weights / -(weights.randLike().log())).argmax(0).view 1

    /// k of the points, [k; d]: the first at random, each further one with a probability in proportion to its squared distance from the
    /// nearest before it. The expected inertia is at most 8 (log k + 2) times the least possible. Raises ArgumentException as `fit` does.
    /// Source: Arthur & Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
    let seeds (k: int) (points: Tensor) : Tensor =
        Points.check "KMeans" k points

        Scope.run (fun () ->
            Gradient.off (fun () ->
                let first = points.indexSelect (0, pick (points.onesLike [ points.shape[0] ]))

                let next (chosen: Tensor list, distances: Tensor) _ =
                    let center = points.indexSelect (0, pick distances)
                    center :: chosen, distances.min (squaredDistance points center)

                let chosen, _ = Seq.fold next ([ first ], squaredDistance points first) (seq { 2..k })
                Tensor.cat (List.rev chosen, 0)))

    // ‖x - c‖² = ‖x‖² - 2 xᵀc + ‖c‖² picks the nearest center in one product; the distance to it is then taken without cancellation.
    let private assign (points: Tensor) (centers: Tensor) : State =
        let scores = centers.square().sum(-1) - points.matmul (centers.transpose ()) * 2.0
        let labels = scores.argmin 1

        { Centers = centers
          Labels = labels
          Distances = squaredDistance points (centers.indexSelect (0, labels)) }

    // The means of the clusters. An empty one moves to a point far from its center, the first empty one to the farthest, and so on.
    let private update (points: Tensor) (state: State) : Tensor =
        let k = state.Centers.shape[0]
        let members = Points.oneHot k points state.Labels
        let counts = members.sum 0
        let means = members.transpose().matmul points / (counts.clamp (low = 1.0)).unsqueeze -1
        let isEmpty = counts.eq 0.0
        let order = (isEmpty.cast(Dtype.Int64).cumsum 0 - 1).clamp(low = 0)
        let farthest = (snd (state.Distances.topk k)).indexSelect(0, order)
        dsharp.where (isEmpty.unsqueeze -1, points.indexSelect (0, farthest), means)

    let private inertia (state: State) : Tensor =
        state.Distances.sum (dtype = Dtype.Float64)

    let internal ascend (options: IterationOptions) (k: int) (points: Tensor) (number: int) : Ascent<Tensor * Tensor> =
        // around the mean of all points, where the products that pick a center have the least to cancel
        let mean = points.mean (0, keepDim = true)
        let centered = points - mean
        let scale = centered.square().sum(dtype = Dtype.Float64).toDouble()

        let step state =
            let next = assign centered (update centered state)
            next, -(inertia next)

        let ascent = seeds k centered |> assign centered |> Iteration.ascend options number scale step

        { State = ascent.State.Centers + mean, ascent.State.Labels
          Objectives = ascent.Objectives
          Converged = ascent.Converged }

    /// Lloyd's iterations from k-means++ seeds, for points of shape [n; d]; of several starts the one with the least inertia is kept.
    /// The iterations end when the inertia falls by no more than `options.Tolerance` times that of a single center. Each takes memory for
    /// n·k numbers. Raises ArgumentException for points that are no matrix of finite real numbers, or fewer than k.
    /// The wrong tool for clusters of unlike sizes or of other shapes than balls, which GaussianMixture has; measure the columns in
    /// comparable units. Source: Lloyd, IEEE Transactions on Information Theory 28 (1982).
    let fit (options: IterationOptions) (k: int) (points: Tensor) : KMeans =
        Points.check "KMeans" k points

        Scope.run (fun () ->
            Gradient.off (fun () ->
                let ascent = Iteration.best options (ascend options k points)
                let centers, labels = ascent.State

                { Centers = centers
                  Labels = labels.cast Dtype.Int64
                  Inertias = ascent.Objectives |> List.map (~-)
                  Converged = ascent.Converged }))
