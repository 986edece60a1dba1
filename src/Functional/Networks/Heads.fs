// Heads: the linear layer on top of a network that turns its features into the parameters of a distribution.
// With one, a network is a conditional distribution: an encoder, a decoder, a classifier.
namespace Functional

open Functional.Tensors

[<AutoOpen>]
module Heads =

    let private head (name: string) (parameters: int) (distribution: Tensor -> Distribution) =
        Head<Tensor, Distribution>(name, (fun features -> linear features parameters |> Net.map distribution |> Net.named name))

    /// A linear layer of that size, to end a network with.
    let output (size: int) : Head<Tensor, Tensor> =
        Head("output", (fun features -> linear features size |> Net.named "output"))

    /// N(mean, diag(scale²)) over vectors of that size; the layer gives the mean and log scale², so the scale is positive.
    let diagonalNormal (size: int) : Head<Tensor, Distribution> =
        head "diagonalNormal" (2 * size) (fun features ->
            let parts = features.split ([ size; size ], -1)
            Independent(Normal.OfLogScale(parts[0], parts[1] * 0.5), 1))

    /// Independent Bernoulli variables over vectors of that size, from logits.
    let bernoulli (size: int) : Head<Tensor, Distribution> =
        head "bernoulli" size (fun logits -> Independent(Bernoulli.FromLogits logits, 1))

    /// One of so many classes, from logits.
    let categorical (classes: int) : Head<Tensor, Distribution> =
        head "categorical" classes (fun logits -> Categorical.FromLogits logits)
