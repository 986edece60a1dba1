// The softplus function.
// Positive quantities that grow like x rather than like exp(x): scales of networks' outputs.
namespace Functional

open Functional.Tensors

/// y = log(1 + exp(x)), elementwise, onto the positive numbers; log |dy/dx| = log σ(x). Its inverse is y + log(1 - exp(-y)).
[<Sealed>]
type SoftplusTransform() =
    inherit ElementwiseTransform("SoftplusTransform", [])

    override _.Codomain = Support.Positive
    override _.Map x = x.softplus ()
    override _.Unmap y = y + (-((-y).expm1())).log()
    override _.LogDet(x, _) = x.logsigmoid ()
