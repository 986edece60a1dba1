// Finite-difference twins of the derivative operators, for checking them and for functions that cannot be differentiated otherwise.
// Open this module to use them; epsilon is the step, about 1e-5 in float64 and 1e-2 in float32.
module Functional.Tensors.Numerical

module internal Difference =

    /// (f(x + h) - f(x - h)) / 2ε, whose error is O(ε²).
    let central (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) (h: Tensor) : Tensor =
        (f (x + h) - f (x - h)) / (2.0 * epsilon)

    let along (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor =
        DerivativeOperator.checkDirection "numerical differentiation" x v
        central epsilon f x (v * epsilon)

    /// One step along every element of x in turn.
    let steps (epsilon: float) (x: Tensor) : Tensor[] =
        Array.init x.nelement (fun i -> Derivative.unit x i * epsilon)

    /// ∂f/∂x, of shape output × input.
    let jacobian (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        let columns = steps epsilon x |> Array.map (central epsilon f x)
        (Tensor.stack (columns, columns[0].dim)).view(Array.append columns[0].shape x.shape)

    let gradient (operation: string) (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        let result = jacobian epsilon f x

        if x.dim > 0 && result.dim > x.dim then
            raise (Errors.Operation.expected operation "a function to a scalar" (Array.take (result.dim - x.dim) result.shape))

        result

    /// (f(x + h) - 2 f(x) + f(x - h)) / ε².
    let second (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) (value: Tensor) (h: Tensor) : Tensor =
        (f (x + h) - 2.0 * value + f (x - h)) / (epsilon * epsilon)

    let field3 (operation: string) (x: Tensor) (value: Tensor) =
        DerivativeOperator.checkField3 operation value x

type dsharp with

    /// df/dx by central differences, for f of a scalar.
    static member numdiff (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        DerivativeOperator.checkScalarInput "numdiff" x
        Difference.along epsilon f x (x.onesLike ())

    /// f(x) and df/dx by central differences, for f of a scalar.
    static member numfdiff (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = f x, dsharp.numdiff epsilon f x

    /// f(x) and d²f/dx² by central differences, for f of a scalar.
    static member numfdiff2 (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        DerivativeOperator.checkScalarInput "numdiff2" x
        let value = f x
        value, Difference.second epsilon f x value (x.onesLike () * epsilon)

    /// d²f/dx² by central differences, for f of a scalar.
    static member numdiff2 (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.numfdiff2 epsilon f x |> snd

    /// J v by central differences.
    static member numjacobianv (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor =
        Difference.along epsilon f x v

    /// f(x) and J v by central differences.
    static member numfjacobianv (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
        f x, dsharp.numjacobianv epsilon f x v

    /// The Jacobian by central differences, of shape output × input: two evaluations of f an input.
    static member numjacobian (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor = Difference.jacobian epsilon f x

    /// f(x) and the Jacobian by central differences.
    static member numfjacobian (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        f x, dsharp.numjacobian epsilon f x

    /// vᵀ∇f(x) by central differences.
    static member numgradv (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor =
        Difference.along epsilon f x v

    /// f(x) and vᵀ∇f(x) by central differences.
    static member numfgradv (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
        f x, dsharp.numgradv epsilon f x v

    /// ∇f(x) by central differences, for f to a scalar.
    static member numgrad (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        Difference.gradient "numgrad" epsilon f x

    /// f(x) and ∇f(x) by central differences, for f to a scalar.
    static member numfgrad (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = f x, dsharp.numgrad epsilon f x

    /// The Hessian by central differences of the gradient's, for f to a scalar.
    static member numhessian (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        Difference.jacobian epsilon (Difference.gradient "numhessian" epsilon f) x

    /// f(x) and the Hessian by central differences, for f to a scalar.
    static member numfhessian (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        f x, dsharp.numhessian epsilon f x

    /// ∇f(x) and the Hessian by central differences, for f to a scalar.
    static member numgradhessian (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        dsharp.numgrad epsilon f x, dsharp.numhessian epsilon f x

    /// f(x), ∇f(x) and the Hessian by central differences, for f to a scalar.
    static member numfgradhessian (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor * Tensor =
        f x, dsharp.numgrad epsilon f x, dsharp.numhessian epsilon f x

    /// H v by central differences of the gradient's, for f to a scalar.
    static member numhessianv (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor =
        Difference.along epsilon (Difference.gradient "numhessianv" epsilon f) x v

    /// f(x) and H v by central differences, for f to a scalar.
    static member numfhessianv (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
        f x, dsharp.numhessianv epsilon f x v

    /// f(x) and the Laplacian by second differences, for f to a scalar: two evaluations of f an input.
    static member numflaplacian (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        let value = f x

        value,
        Difference.steps epsilon x
        |> Array.map (Difference.second epsilon f x value)
        |> Array.fold (+) (value.zerosLike ())

    /// The Laplacian by second differences, for f to a scalar.
    static member numlaplacian (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        dsharp.numflaplacian epsilon f x |> snd

    /// f(x), curl f(x) and div f(x) by central differences, for a field of three coordinates.
    static member numfcurldivergence (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor * Tensor =
        let value = f x
        Difference.field3 "numcurldivergence" x value
        let jacobian = dsharp.numjacobian epsilon f x
        value, DerivativeOperator.curlOf jacobian, DerivativeOperator.divergenceOf jacobian

    /// curl f(x) and div f(x) by central differences, for a field of three coordinates.
    static member numcurldivergence (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        let _, curl, divergence = dsharp.numfcurldivergence epsilon f x
        curl, divergence

    /// f(x) and curl f(x) by central differences, for a field of three coordinates.
    static member numfcurl (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        let value, curl, _ = dsharp.numfcurldivergence epsilon f x
        value, curl

    /// curl f(x) by central differences, for a field of three coordinates.
    static member numcurl (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.numfcurl epsilon f x |> snd

    /// f(x) and div f(x) by central differences, for f with as many outputs as inputs.
    static member numfdivergence (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        let value = f x
        DerivativeOperator.checkField "numdivergence" value x
        value, DerivativeOperator.divergenceOf (dsharp.numjacobian epsilon f x)

    /// div f(x) by central differences, for f with as many outputs as inputs.
    static member numdivergence (epsilon: float) (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        dsharp.numfdivergence epsilon f x |> snd
