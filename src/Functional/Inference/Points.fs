// Data as a matrix with a row for each point: its checks, and its moments under the weights of several components.
// k-means, EM and coordinate ascent for mixtures begin with the first and live on the second.
namespace Functional

open Functional.Tensors

module internal Points =

    /// Raises ArgumentException unless the points are a matrix of finite real numbers with a row for each component at least.
    let check (user: string) (components: int) (points: Tensor) : unit =
        if points.dim <> 2 || points.shape[1] < 1 then
            raise (Errors.Inference.notPoints user points.shape)

        if not points.dtype.IsFloatingPoint then
            raise (Errors.Inference.notReal user (string points.dtype))

        if components < 1 then
            raise (Errors.Inference.noComponents user components)

        if points.shape[0] < components then
            raise (Errors.Inference.tooFewPoints user points.shape[0] components)

        if points.hasinfnan () then
            raise (Errors.Inference.notFinite user "points")

    /// Labels as rows of zeros with a one, [n] -> [n; components].
    let oneHot (components: int) (like: Tensor) (labels: Tensor) : Tensor =
        (labels.unsqueeze 1).eq(labels.arangeLike components).cast like.dtype

    /// A point for each component, [n; d] -> [n; components; d], without a copy.
    let forEach (components: int) (points: Tensor) : Tensor =
        (points.unsqueeze 1).expand [ points.shape[0]; components; points.shape[1] ]

    /// What n points weigh under each of k components, and how they are spread there, for weights of shape [n; k].
    type Moments =
        {
            /// N_k = Σ_n r_nk, [k].
            Counts: Tensor
            /// Σ_n r_nk x_n / N_k, [k; d].
            Means: Tensor
            /// (x_n - mean_k), [k; n; d].
            Deviations: Tensor
            /// r_nk (x_n - mean_k), [k; n; d].
            Weighted: Tensor
        }

        /// Σ_n r_nk (x_n - mean_k)(x_n - mean_k)ᵀ, [k; d; d].
        member this.Scatters: Tensor = this.Weighted.transpose(1, 2).matmul this.Deviations

        /// The diagonals of the scatters, [k; d].
        member this.Squares: Tensor = (this.Weighted * this.Deviations).sum 1

    /// The moments; a component without weight has the mean 0.
    let moments (weights: Tensor) (points: Tensor) : Moments =
        let counts = weights.sum 0
        let weights = weights.transpose ()
        let means = weights.matmul points / (counts.clamp (low = Special.smallest counts.dtype)).unsqueeze -1
        let deviations = points.unsqueeze 0 - means.unsqueeze 1

        { Counts = counts
          Means = means
          Deviations = deviations
          Weighted = deviations * weights.unsqueeze -1 }
