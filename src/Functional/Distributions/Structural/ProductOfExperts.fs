// Products of normal densities, renormalised: each expert votes with its precision.
// The joint posterior of multimodal variational autoencoders, from one expert for each modality that was seen.
namespace Functional

open Functional.Tensors

/// p(x) ∝ Π_i N(x; μ_i, σ_i²) = N(x; Σ_i T_i μ_i / Σ_i T_i, 1 / Σ_i T_i) with precisions T_i = 1/σ_i².
/// Source: Cao, Fleet (2014), arXiv:1410.7827; Wu, Goodman (2018), arXiv:1802.05335, section 2.1.
module ProductOfExperts =

    // T_i / Σ T is a softmax of -2 log σ_i, so that nothing over- or underflows.
    let private product (experts: Normal list) : Normal =
        let batch =
            experts
            |> List.map _.BatchShape
            |> List.reduce (fun batch other ->
                match Shapes.tryLineUp batch other with
                | Some longer -> longer
                | None -> raise (Errors.Distribution.parameters "ProductOfExperts" "one expert" batch "another" other))

        let stack (part: Normal -> Tensor) =
            Tensor.stack [ for expert in experts -> (part expert).expand batch ]

        let logPrecisions = stack _.LogScale * -2.0
        let mean = (logPrecisions.softmax 0 * stack _.Location).sum 0
        Normal.OfLogScale(mean, logPrecisions.logsumexp 0 * -0.5)

    /// The product of normal densities, elementwise; a prior is one more expert. Raises ArgumentException when there is none
    /// or the shapes do not line up.
    let normals (experts: Normal list) : Normal =
        if experts.IsEmpty then
            raise (Errors.Distribution.noExperts ())

        product experts

    /// The same with the prior expert N(0, 1), which alone decides where there is no other.
    let withStandardPrior (experts: Normal list) : Normal =
        let like =
            match experts with
            | expert :: _ -> expert.Location
            | [] -> dsharp.zero ()

        product (Normal.OfLogScale(like.zeroLike (), like.zeroLike ()) :: experts)

    /// The product of independent normal distributions, such as the heads of networks make: Independent of Normal, of one rank.
    let independents (experts: Distribution list) : Distribution =
        let parts =
            [ for expert in experts do
                  match expert with
                  | :? Independent as wrapper ->
                      match wrapper.Base with
                      | :? Normal as normal -> wrapper.Rank, normal
                      | other -> raise (Errors.Distribution.notNormal other.Name)
                  | :? Normal as normal -> 0, normal
                  | other -> raise (Errors.Distribution.notNormal other.Name) ]

        let rank = parts |> List.tryHead |> Option.map fst |> Option.defaultValue 0

        for other, _ in parts do
            if other <> rank then
                raise (Errors.Distribution.unlikeComponents (string experts[0]) $"one of {other} independent axes")

        Independent(normals (List.map snd parts), rank)
