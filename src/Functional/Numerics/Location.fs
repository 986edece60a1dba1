// Functions of a value, a location and a scale, each one pass over memory, as its gradients are.
// Location-scale families write their draws and densities with them.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

module internal Location =

    let private ternary (name: string) =
        let op = Operators.find $"functional::{name}" ""

        fun (location: Tensor) (scale: Tensor) (value: Tensor) ->
            new Tensor(op.Tensor [| Arg.tensor value.Handle; Arg.tensor location.Handle; Arg.tensor scale.Handle |])

    /// location + scale z.
    let place: Tensor -> Tensor -> Tensor -> Tensor = ternary "located"

    /// z = (value - location)/scale.
    let standardize: Tensor -> Tensor -> Tensor -> Tensor = ternary "standardized"

    // ---- log-densities of z; those of the value are less by log scale ----

    /// -z²/2 - ½ log 2π.
    let normalLogDensity: Tensor -> Tensor -> Tensor -> Tensor = ternary "standard_normal_log_density"

    /// -|z| - log 2.
    let laplaceLogDensity: Tensor -> Tensor -> Tensor -> Tensor = ternary "standard_laplace_log_density"

    /// -z - e⁻ᶻ; e⁻ᶻ stops growing, and has no gradient, where it comes close to the largest number.
    let gumbelLogDensity: Tensor -> Tensor -> Tensor -> Tensor = ternary "standard_gumbel_log_density"
