// The weights of layers: how they begin, and what the stored numbers come to in a run.
// Layers.fs, Convolution.fs and SpectralNorm.fs make layers with them.
namespace Functional

open Functional.Tensors

/// The weight of a layer: what is stored, and the tensor to compute with.
type internal Weight = { Parameters: Parameter list; At: Mode -> Tensor }

module internal Weight =

    /// Uniform between ±bound.
    let uniform (bound: float) (shape: int list) : Tensor =
        dsharp.rand shape * (2.0 * bound) - bound

    /// What is computed with is what is stored.
    let plain (parameter: Parameter) : Weight =
        { Parameters = [ parameter ]; At = fun _ -> parameter.Value }
