// A classifier of digits, which says what the digits of a model show, and how far they are from real ones.
// Loaded after Arguments.fsx by samples that draw digits.
module DigitClassifier

#load "../../src/Functional/bin/Release/net10.0/interactive.fsx"

open Functional
open Functional.Tensors

/// Thirty-two features of an image [1; 28; 28] with values between -1 and 1.
let private features () : Net<Tensor, Tensor> =
    conv2d Filter.half 1 16
    --> Activation.silu
    --> conv2d Filter.half 16 32
    --> Activation.silu
    --> flatten
    --> linear (32 * 7 * 7) 32
    --> Activation.tanh

type DigitClassifier =
    {
        /// What the digits are told by.
        Features: Net<Tensor, Tensor>
        /// The digits that images show, [batch].
        Digits: Tensor -> Tensor
    }

/// Trains one on labelled digits.
let train (epochs: int) (digits: LabelledImages) : DigitClassifier =
    let features = features ()
    let classifier = features --> categorical 10

    let loss (x, y) =
        Loss.mean -(Loss.term "log likelihood" ((Net.train classifier x).LogProb y))

    Dataset.zip (LabelledImages.centred digits) (LabelledImages.labels digits)
    |> Training.fit { Training.defaults with Epochs = epochs; BatchSize = 64 } classifier.Parameters loss
    |> ignore

    { Features = features
      Digits = fun images -> Gradient.off (fun () -> (Net.eval classifier images).Mode.int64()) }

/// The share of labelled digits that it tells right.
let accuracy (classifier: DigitClassifier) (digits: LabelledImages) : float =
    Dataset.zip (LabelledImages.centred digits) (LabelledImages.labels digits)
    |> Dataset.mean 500 (fun (x, y) -> (classifier.Digits x).eq(y).float32())

/// Mean and covariance of the features of images.
let moments (classifier: DigitClassifier) (images: Tensor) : Tensor * Tensor =
    Scope.run (fun () ->
        Gradient.off (fun () ->
            let rows = (Net.eval classifier.Features images).float64()
            rows.mean 0, (rows.transpose ()).cov()))

/// |m - m'|² + tr(C + C' - 2 (C^½ C' C^½)^½), the Fréchet distance of two Gaussians.
/// Source: Dowson & Landau, doi 10.1016/0047-259X(82)90077-X; for features of images, Heusel et al., arXiv:1706.08500.
let distance (mean: Tensor, covariance: Tensor) (mean': Tensor, covariance': Tensor) : float =
    let roots (covariance: Tensor) =
        let values, vectors = covariance.eigh ()
        (values.clamp (low = 0.0)).sqrt(), vectors

    let root =
        let values, vectors = roots covariance
        (vectors * values).matmul(vectors.transpose ())

    let between = (root.matmul(covariance').matmul root |> roots |> fst).sum()
    ((mean - mean').square().sum() + covariance.trace () + covariance'.trace () - between * 2.0).toDouble()
