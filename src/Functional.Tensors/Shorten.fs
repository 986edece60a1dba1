// Short names for the derivative operators, for those who open this module.
// Users of DiffSharp.Shorten find them here.
module Functional.Tensors.Shorten

type dsharp with

    /// `grad`.
    static member g (f: Tensor -> Tensor) (x: Tensor) = dsharp.grad f x

    /// `fgrad`.
    static member fg (f: Tensor -> Tensor) (x: Tensor) = dsharp.fgrad f x

    /// `gradv`.
    static member gvp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.gradv f x v

    /// `fgradv`.
    static member fgvp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.fgradv f x v

    /// `hessian`.
    static member h (f: Tensor -> Tensor) (x: Tensor) = dsharp.hessian f x

    /// `fhessian`.
    static member fh (f: Tensor -> Tensor) (x: Tensor) = dsharp.fhessian f x

    /// `hessianv`.
    static member hvp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.hessianv f x v

    /// `fhessianv`.
    static member fhvp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.fhessianv f x v

    /// `gradhessian`.
    static member gh (f: Tensor -> Tensor) (x: Tensor) = dsharp.gradhessian f x

    /// `fgradhessian`.
    static member fgh (f: Tensor -> Tensor) (x: Tensor) = dsharp.fgradhessian f x

    /// `gradhessianv`.
    static member ghvp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.gradhessianv f x v

    /// `fgradhessianv`.
    static member fghvp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.fgradhessianv f x v

    /// `jacobian`.
    static member j (f: Tensor -> Tensor) (x: Tensor) = dsharp.jacobian f x

    /// `fjacobian`.
    static member fj (f: Tensor -> Tensor) (x: Tensor) = dsharp.fjacobian f x

    /// `jacobianv`.
    static member jvp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.jacobianv f x v

    /// `fjacobianv`.
    static member fjvp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.fjacobianv f x v

    /// `jacobianTv`.
    static member vjp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.jacobianTv f x v

    /// `fjacobianTv`.
    static member fvjp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) = dsharp.fjacobianTv f x v
