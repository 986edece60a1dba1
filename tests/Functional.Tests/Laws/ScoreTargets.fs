// Densities whose scores are known whatever the noise on them: turned mixtures of Gaussians in the plane; and models of scores.
// The laws of score matching and of Langevin dynamics are tested on them.
module internal Functional.Tests.ScoreTargets

open System
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// Σ_k w_k N(R m_k, R diag(v_k) Rᵀ) in two dimensions.
type Target =
    {
        Name: string
        /// w, [K]
        Weights: Tensor
        /// m, [K; 2]
        Means: Tensor
        /// v, [K; 2]
        Variances: Tensor
        /// R, [2; 2]
        Turn: Tensor
    }

    member this.Sample(count: int) : Tensor =
        let which = Categorical.FromProbabilities(this.Weights).Sample([ count ]).int64()
        let mean, variance = this.Means.indexSelect (0, which), this.Variances.indexSelect (0, which)
        (mean + mean.randnLike () * variance.sqrt ()).matmul(this.Turn.transpose ())

    /// log p_σ(x) for a σ of each row.
    member this.LogDensity (noise: Tensor) (x: Tensor) : Tensor =
        let variances = this.Variances.unsqueeze 0 + noise.square().view [ -1; 1; 1 ]
        let distances = (x.matmul(this.Turn).unsqueeze 1 - this.Means).square() / variances
        let logs = (distances + variances.log () + log (2.0 * Math.PI)).sum(-1) * -0.5
        (logs + this.Weights.log ()).logsumexp 1

    /// ∇ log p_σ(x)
    member this.Score(x: Tensor, noise: Tensor) : Tensor =
        Score.ofEnergy (this.LogDensity noise) x

    member this.Mean: Tensor = this.Turn.matmul((this.Weights.unsqueeze 1 * this.Means).sum(0).unsqueeze 1).squeeze 1

    member this.Covariance: Tensor =
        let weights = this.Weights.unsqueeze 1
        let centred = this.Means - (weights * this.Means).sum 0
        let between = (centred * weights).transpose().matmul centred
        let within = Vectors.toDiagonal ((weights * this.Variances).sum 0)
        this.Turn.matmul(between + within).matmul(this.Turn.transpose ())

let private turn (draw: Draw) : Tensor =
    let angle = draw.Float(0.0, 2.0 * Math.PI)
    float64 [ [ cos angle; -(sin angle) ]; [ sin angle; cos angle ] ]

let gaussian (draw: Draw) : Target =
    { Name = "a Gaussian"
      Weights = float64 [ 1.0 ]
      Means = draw.Tensor([| 1; 2 |], -1.0, 1.0)
      Variances = draw.Tensor([| 1; 2 |], 0.4, 1.5)
      Turn = turn draw }

let mixture (draw: Draw) : Target =
    let weights = draw.Tensor([| 3 |], 0.5, 1.0)

    { Name = "a mixture of Gaussians"
      Weights = weights / weights.sum ()
      Means = draw.Tensor([| 3; 2 |], -1.5, 1.5)
      Variances = draw.Tensor([| 3; 2 |], 0.2, 0.6)
      Turn = turn draw }

let targets: (string * (Draw -> Target)) list = [ "a Gaussian", gaussian; "a mixture of Gaussians", mixture ]

/// A score to be learned, and what is learned in it.
type Model =
    { Score: Tensor -> Tensor -> Tensor
      Parameters: Tensor list }

    /// The gradient of a loss in all parameters, as one vector.
    member this.Gradient(loss: Tensor) : Tensor =
        Tensor.cat [ for gradient in Gradient.ofLoss loss (List.toArray this.Parameters) -> gradient.view -1 ]

let private withNoise (x: Tensor) (noise: Tensor) : Tensor =
    Tensor.cat ([ x; noise.unsqueeze 1 ], 1)

let private network (outputs: int) : Net<Tensor, Tensor> =
    inFloat64 (fun () -> mlpWith Activation.tanh [ 3; 5 ] --> output outputs)

/// A network that gives the score of rows and noise.
let direct () : Model =
    let net = network 2

    { Score = fun x noise -> Net.train net (withNoise x noise)
      Parameters = [ for parameter in net.Parameters -> parameter.Value ] }

/// A network that gives minus the energy.
let energy () : Model =
    let net = network 1

    { Score = fun x noise -> Score.ofEnergy (fun x -> Net.train net (withNoise x noise)) x
      Parameters = [ for parameter in net.Parameters.[.. net.Parameters.Length - 2] -> parameter.Value ] }

let models: (string * (unit -> Model)) list = [ "a network", direct; "an energy", energy ]

let leaf (value: Tensor) : Tensor =
    Gradient.record (value.noDiff().clone())

/// s(x, σ) = -(B Bᵀ + σ² I)⁻¹ (x - m): the scores of Gaussians with noise.
let gaussianScore (factor: Tensor) (mean: Tensor) (x: Tensor) (noise: Tensor) : Tensor =
    let covariance, variance = factor.matmul (factor.transpose ()), noise.square ()
    let a, b, c = covariance[0, 0] + variance, covariance[0, 1], covariance[1, 1] + variance
    let u, v = x[*, 0] - mean[0], x[*, 1] - mean[1]
    -(Tensor.stack ([ c * u - b * v; a * v - b * u ], 1)) / (a * c - b * b).unsqueeze 1
