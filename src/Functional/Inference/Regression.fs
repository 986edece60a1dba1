// Regression with a distribution over weights, as models to be fitted by any kind of inference.
// The reference problem of guides, samplers and the benchmark of variational inference.
namespace Functional

open Functional.Tensors

/// Models of y given rows of features x.
module Regression =

    /// The features with a column of ones in front, whose weight is the intercept.
    let withIntercept (x: Tensor) : Tensor =
        Tensor.cat ([ x.onesLike [ x.shape[0]; 1 ]; x ], 1)

    /// x w for every row of x [N; D], inside a plate over rows: for a draw w of shape [D] of shape [N], and for many runs of
    /// the program ([runs; 1; D]) of shape [runs; N].
    let predictor (x: Tensor) (weights: Tensor) : Tensor =
        if weights.dim = 1 then
            x.matmul weights
        else
            (weights.squeeze -2).matmul(x.transpose (0, 1))

    /// w ~ prior; y_i ~ Bernoulli(σ(x_i · w)) for every row x_i, in the plate `data`: Bayesian logistic regression with the
    /// draw `weights`. x is of shape [N; D], y of zeros and ones [N]; the prior's events are vectors of length D.
    let logistic (prior: Distribution) (x: Tensor) (y: Tensor) : Program<unit> =
        program {
            let! weights = sample "weights" prior
            do! plate "data" x.shape[0] (fun _ -> observe "y" (Bernoulli.FromLogits(predictor x weights)) y)
        }
