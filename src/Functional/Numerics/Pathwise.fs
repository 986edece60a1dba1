// Draws with gradients in the parameters, by implicit differentiation of the distribution function
// (Figurnov, Mohamed, Mnih, arXiv:1805.08498). Used by the families made of gamma variables, and by von Mises.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// One draw for each element of the parameters, which broadcast; once differentiable.
module internal Pathwise =

    let private unary (name: string) =
        let op = Operators.find $"functional::{name}" ""
        fun (a: Tensor) -> new Tensor(op.Tensor [| Arg.tensor a.Handle; Random.argument a.device |])

    let private logitBetaOp = Operators.find "functional::logit_beta_draw" ""

    /// Gamma variables of rate 1.
    let gamma: Tensor -> Tensor = unary "gamma_draw"

    /// Their logarithms, which do not underflow however small the concentration is.
    let logGamma: Tensor -> Tensor = unary "log_gamma_draw"

    /// log(x/(1-x)) of beta variables x.
    let logitBeta (a: Tensor) (b: Tensor) : Tensor =
        new Tensor(logitBetaOp.Tensor [| Arg.tensor a.Handle; Arg.tensor b.Handle; Random.argument a.device |])

    /// Von Mises variables around 0.
    let vonMises: Tensor -> Tensor = unary "von_mises_draw"
