// Spectral normalisation: layers whose weight, as a matrix, has largest singular value 1, so that they stretch nothing.
// Critics of adversarial networks are made of them.
namespace Functional

open Functional.Tensors

/// Layers of W/σ(W), σ the largest singular value of W as a matrix [outputs; everything else]: linear maps of Lipschitz constant 1, and
/// convolutions of one that depends on the window alone. σ = uᵀ W v, and each run in training improves the vectors u and v by a step of
/// the power method; they are stored with the weights but not trained, and constant for the gradient.
/// Source: Miyato, Kataoka, Koyama & Yoshida, arXiv:1802.05957, algorithm 1.
module SpectralNorm =

    let private unit (vector: Tensor) =
        vector / vector.square().sum().sqrt().clamp(low = 1e-12)

    // Outputs down, everything else across.
    let private matrix (transposed: bool) (weight: Tensor) =
        (if transposed then weight.transpose (0, 1) else weight).flatten 1

    // One step of the power method.
    let private improve (matrix: Tensor) (left: Tensor) (right: Tensor) =
        Gradient.off (fun () ->
            Parameter.assign right (unit (left.matmul matrix))
            Parameter.assign left (unit (matrix.matmul right)))

    /// What the layer had stored and computed with, and then its quotient by σ.
    let private normalized (transposed: bool) (weight: Parameter) : Weight =
        let matrix () = matrix transposed weight.Value
        let rows, columns = (matrix ()).shape[0], (matrix ()).shape[1]
        let path = weight.Name.Replace(".weight", "")
        let left = Parameter.untrained $"{path}.leftVector" (unit (dsharp.randn rows))
        let right = Parameter.untrained $"{path}.rightVector" (unit (dsharp.randn columns))

        for _ in 1..15 do
            improve (matrix ()) left.Value right.Value

        let at mode =
            let matrix = matrix ()

            if mode = Mode.Train then
                improve matrix left.Value right.Value

            // copies, because the next run changes the vectors before this one's gradient has been taken
            weight.Value / left.Value.clone().dot(matrix.matmul (right.Value.clone ()))

        { Parameters = [ weight; left; right ]; At = at }

    /// x Wᵀ/σ(W) + b on the last axis. Raises ArgumentException as Layers.linear does.
    let linear (inputs: int) (outputs: int) : Net<Tensor, Tensor> =
        let weight, bias = Dense.parameters inputs outputs
        Dense.layer $"SpectralNorm.linear {inputs} {outputs}" LinearAlgebra.linear inputs outputs (normalized false weight) bias

    /// A convolution with W/σ(W), W as a matrix [outputs; inputs · kernel²]. Raises ArgumentException as Convolutions.conv2d does.
    let conv2d (filter: Filter) (inputs: int) (outputs: int) : Net<Tensor, Tensor> =
        Convolutional.conv2d "SpectralNorm.conv2d" (normalized false) Weight.uniform filter inputs outputs

    /// A transposed convolution with W/σ(W), W as a matrix [outputs; inputs · kernel²]. Raises ArgumentException as
    /// Convolutions.convTranspose2d does.
    let convTranspose2d (filter: Filter) (inputs: int) (outputs: int) : Net<Tensor, Tensor> =
        Convolutional.convTranspose2d "SpectralNorm.convTranspose2d" (normalized true) filter inputs outputs
