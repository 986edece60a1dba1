// A number added to a log-density, dressed as a distribution so that handlers need not know it from an observation.
// The `factor` of programs alone makes it.
namespace Functional

open Functional.Tensors

/// log p = logDensity whatever the value: no distribution of anything. One number for each batch element.
[<Sealed>]
type internal Factor(logDensity: Tensor) =
    inherit Distribution()

    override _.Name = "Factor"
    override _.BatchShape = logDensity.shape
    override _.EventShape = [||]
    override _.Support = Support.ExtendedReal
    override _.Parameters = [ "logDensity", logDensity ]
    override _.Draw _ = logDensity
    override _.LogDensity _ = logDensity
    override _.Expand batchShape = Factor(logDensity.expand batchShape)
