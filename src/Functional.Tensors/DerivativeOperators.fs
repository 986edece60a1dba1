// dsharp's operators that turn a function into its derivative: gradients, Jacobians, Hessians, and what is made of them.
// Called by users, who nest them in any order to any depth; their short names are in Shorten.fs.
namespace Functional.Tensors

module internal DerivativeOperator =

    let private ofScalar = "a function to a scalar (sum the result, or use jacobian)"

    let checkScalarInput (operation: string) (x: Tensor) =
        if x.dim <> 0 then
            raise (Errors.Operation.expected operation "a function of a scalar, at a scalar" x.shape)

    let checkDirection (operation: string) (x: Tensor) (v: Tensor) =
        if v.shape <> x.shape then
            raise (Errors.Operation.mismatch operation v.shape x.shape "The vector has the shape of what it is multiplied with.")

    let private toScalar (operation: string) (evaluation: Evaluation) =
        if evaluation.Value.dim <> 0 then
            raise (Errors.Operation.expected operation ofScalar evaluation.Value.shape)

    /// Evaluates a function to a scalar and its gradient, which is recorded where `record` says so.
    let gradientAt operation f x (record: Evaluation -> bool) (body: Evaluation -> Tensor -> 'T) : 'T =
        Derivative.at operation f x (fun evaluation ->
            toScalar operation evaluation
            body evaluation (Derivative.pull evaluation.Value evaluation.Input None (record evaluation)))

    /// The same, with a gradient that can be differentiated.
    let differentiableGradientAt operation f x body =
        gradientAt operation f x (fun _ -> true) body

    let settleGradient (evaluation: Evaluation) (gradient: Tensor) =
        if evaluation.Outer then gradient else gradient.noDiff ()

    let jacobianAt operation f x (body: Evaluation -> Tensor -> 'T) : 'T =
        Derivative.at operation f x (fun evaluation ->
            body evaluation (Derivative.jacobian evaluation.Value evaluation.Input evaluation.Outer))

    /// Σ_i ∂y_i/∂x_i, one row at a time.
    let traceOfRows (y: Tensor) (input: Tensor) (record: bool) : Tensor =
        Derivative.rows y input record
        |> Seq.mapi (fun i row -> row.view(-1)[i])
        |> Seq.fold (+) (input.zerosLike Seq.empty)

    let checkField (operation: string) (value: Tensor) (input: Tensor) =
        if value.nelement <> input.nelement then
            let remedy = "The function's output has as many elements as its input."
            raise (Errors.Operation.mismatch operation value.shape input.shape remedy)

    let checkField3 (operation: string) (value: Tensor) (input: Tensor) =
        if input.nelement <> 3 then
            raise (Errors.Operation.expected operation "a point of three coordinates" input.shape)

        checkField operation value input

    let curlOf (jacobian: Tensor) : Tensor =
        let j = jacobian.view [ 3; 3 ]
        Tensor.stack [ j[2, 1] - j[1, 2]; j[0, 2] - j[2, 0]; j[1, 0] - j[0, 1] ]

    let divergenceOf (jacobian: Tensor) : Tensor =
        let columns = int (sqrt (float jacobian.nelement))
        (jacobian.view [ columns; columns ]).trace()

    /// The derivatives of orders 0 to v.Length along v_0, then v_1, and so on, each by differentiating the one before.
    let alongEach operation (f: Tensor -> Tensor) (x: Tensor) (directions: Tensor[]) : Tensor[] =
        for v in directions do
            checkDirection operation x v

        Derivative.at operation f x (fun evaluation ->
            let records = directions |> Array.scan (fun records v -> records || evaluation.Records v) evaluation.Outer

            let next (derivative: Tensor) (i: int) =
                let record = i < directions.Length - 1 || records[directions.Length]
                Derivative.push derivative evaluation.Input (Some directions[i]) record

            Array.scan next evaluation.Value [| 0 .. directions.Length - 1 |]
            |> Array.mapi (fun i derivative -> if records[i] then derivative else derivative.noDiff ()))

[<AutoOpen>]
module DerivativeExtensions =

    type dsharp with

        /// f(x) and df/dx, for f of a scalar; the derivative has the shape of f(x).
        static member fdiff (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            DerivativeOperator.checkScalarInput "diff" x

            Derivative.at "diff" f x (fun evaluation ->
                evaluation.Settled, Derivative.push evaluation.Value evaluation.Input None evaluation.Outer)

        /// df/dx, for f of a scalar; the derivative has the shape of f(x). Raises ArgumentException where x has axes.
        static member diff (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fdiff f x |> snd

        /// f(x), df/dx, ..., dⁿf/dxⁿ, for f of a scalar.
        static member ffdiffn (n: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor[] =
            if n < 0 then
                raise (Errors.Differentiation.order n)

            DerivativeOperator.checkScalarInput "diffn" x
            DerivativeOperator.alongEach "diffn" f x (Array.replicate n (x.noDiff().onesLike()))

        /// f(x) and dⁿf/dxⁿ, for f of a scalar.
        static member fdiffn (n: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let derivatives = dsharp.ffdiffn n f x
            Array.head derivatives, Array.last derivatives

        /// dⁿf/dxⁿ, for f of a scalar. The work doubles or more with each order.
        static member diffn (n: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fdiffn n f x |> snd

        /// f(x) and d²f/dx², for f of a scalar.
        static member fdiff2 (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor = dsharp.fdiffn 2 f x

        /// d²f/dx², for f of a scalar.
        static member diff2 (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.diffn 2 f x

        /// f(x) and ∇f(x), for f to a scalar; of a scalar it may be to any shape, as for `fdiff`.
        static member fgrad (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            if x.dim = 0 then
                dsharp.fdiff f x
            else
                DerivativeOperator.gradientAt "grad" f x _.Outer (fun evaluation gradient -> evaluation.Settled, gradient)

        /// ∇f(x), of the shape of x, for f to a scalar; of a scalar it may be to any shape, as for `diff`.
        /// Raises ArgumentException where f's result has axes and x has too.
        static member grad (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fgrad f x |> snd

        /// f(x) and vᵀ∇f(x), the derivative along v, for f to a scalar.
        static member fgradv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            DerivativeOperator.checkDirection "gradv" x v

            let value, gradient =
                DerivativeOperator.gradientAt "gradv" f x _.Outer (fun evaluation gradient -> evaluation.Settled, gradient)

            value, (gradient * v).sum()

        /// vᵀ∇f(x), the derivative along v, for f to a scalar.
        static member gradv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor = dsharp.fgradv f x v |> snd

        /// f(x) and J v.
        static member fjacobianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            DerivativeOperator.checkDirection "jacobianv" x v

            Derivative.at "jacobianv" f x (fun evaluation ->
                evaluation.Settled, Derivative.push evaluation.Value evaluation.Input (Some v) (evaluation.Records v))

        /// J v, of the shape of f(x): forward differentiation along v, for about three times the price of f.
        static member jacobianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor = dsharp.fjacobianv f x v |> snd

        /// f(x) and Jᵀ v.
        static member fjacobianTv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            Derivative.at "jacobianTv" f x (fun evaluation ->
                DerivativeOperator.checkDirection "jacobianTv" evaluation.Value v
                evaluation.Settled, Derivative.pull evaluation.Value evaluation.Input (Some v) (evaluation.Records v))

        /// Jᵀ v, of the shape of x: reverse differentiation of vᵀ f(x).
        static member jacobianTv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor = dsharp.fjacobianTv f x v |> snd

        /// f(x) and the Jacobian J_ij = ∂f_i/∂x_j, of shape output × input.
        static member fjacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            DerivativeOperator.jacobianAt "jacobian" f x (fun evaluation jacobian -> evaluation.Settled, jacobian)

        /// The Jacobian J_ij = ∂f_i/∂x_j, of shape output × input. One evaluation of f and one pass an output,
        /// or one an input where those are far fewer.
        static member jacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fjacobian f x |> snd

        /// f(x), ∇f(x) and the Hessian H_ij = ∂²f/∂x_i∂x_j, for f to a scalar: one evaluation of f.
        static member fgradhessian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor * Tensor =
            DerivativeOperator.differentiableGradientAt "gradhessian" f x (fun evaluation gradient ->
                let hessian = Derivative.jacobian gradient evaluation.Input evaluation.Outer
                evaluation.Settled, DerivativeOperator.settleGradient evaluation gradient, hessian)

        /// ∇f(x) and the Hessian H_ij = ∂²f/∂x_i∂x_j, for f to a scalar.
        static member gradhessian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let _, gradient, hessian = dsharp.fgradhessian f x
            gradient, hessian

        /// f(x) and the Hessian H_ij = ∂²f/∂x_i∂x_j, for f to a scalar.
        static member fhessian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let value, _, hessian = dsharp.fgradhessian f x
            value, hessian

        /// The Hessian H_ij = ∂²f/∂x_i∂x_j, of shape input × input, for f to a scalar: one evaluation of f and
        /// one pass an input.
        static member hessian (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fhessian f x |> snd

        /// f(x), vᵀ∇f(x) and H v, for f to a scalar.
        static member fgradhessianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor * Tensor =
            DerivativeOperator.checkDirection "gradhessianv" x v

            let value, gradient, product =
                DerivativeOperator.differentiableGradientAt "gradhessianv" f x (fun evaluation gradient ->
                    // H is symmetric, so the product from the left will do.
                    let product = Derivative.pull gradient evaluation.Input (Some v) (evaluation.Records v)
                    evaluation.Settled, DerivativeOperator.settleGradient evaluation gradient, product)

            value, (gradient * v).sum(), product

        /// vᵀ∇f(x) and H v, for f to a scalar.
        static member gradhessianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            let _, slope, product = dsharp.fgradhessianv f x v
            slope, product

        /// f(x) and H v, for f to a scalar.
        static member fhessianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            let value, _, product = dsharp.fgradhessianv f x v
            value, product

        /// H v, of the shape of x, without forming H, for f to a scalar.
        static member hessianv (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor = dsharp.fhessianv f x v |> snd

        /// f(x) and the Laplacian Σ_i ∂²f/∂x_i², for f to a scalar.
        static member flaplacian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            DerivativeOperator.differentiableGradientAt "laplacian" f x (fun evaluation gradient ->
                evaluation.Settled, DerivativeOperator.traceOfRows gradient evaluation.Input evaluation.Outer)

        /// The Laplacian Σ_i ∂²f/∂x_i², for f to a scalar: the Hessian's rows one at a time, never all of it.
        static member laplacian (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.flaplacian f x |> snd

        /// f(x) and curl f(x), for a field of three coordinates.
        static member fcurl (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let value, curl, _ = dsharp.fcurldivergence f x
            value, curl

        /// curl f = (∂f_z/∂y - ∂f_y/∂z, ∂f_x/∂z - ∂f_z/∂x, ∂f_y/∂x - ∂f_x/∂y), of shape [3], for a field of three
        /// coordinates. Raises ArgumentException for any other.
        static member curl (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fcurl f x |> snd

        /// f(x) and div f(x) = Σ_i ∂f_i/∂x_i, for f with as many outputs as inputs.
        static member fdivergence (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            Derivative.at "divergence" f x (fun evaluation ->
                DerivativeOperator.checkField "divergence" evaluation.Value evaluation.Input
                evaluation.Settled, DerivativeOperator.traceOfRows evaluation.Value evaluation.Input evaluation.Outer)

        /// div f(x) = Σ_i ∂f_i/∂x_i, for f with as many outputs as inputs: the Jacobian's rows one at a time.
        static member divergence (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fdivergence f x |> snd

        /// f(x), curl f(x) and div f(x), for a field of three coordinates.
        static member fcurldivergence (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor * Tensor =
            Derivative.at "curldivergence" f x (fun evaluation ->
                DerivativeOperator.checkField3 "curldivergence" evaluation.Value evaluation.Input
                let jacobian = Derivative.jacobian evaluation.Value evaluation.Input evaluation.Outer
                evaluation.Settled, DerivativeOperator.curlOf jacobian, DerivativeOperator.divergenceOf jacobian)

        /// curl f(x) and div f(x), for a field of three coordinates.
        static member curldivergence (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            let _, curl, divergence = dsharp.fcurldivergence f x
            curl, divergence

        /// f(x), and its derivative along v: forward differentiation.
        static member evalForwardDiff (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : Tensor * Tensor =
            DerivativeOperator.checkDirection "evalForwardDiff" x v
            dsharp.fjacobianv f x v

        /// f(x), its derivative along v_0, that one's derivative along v_1, and so on; each has the shape of f(x).
        static member evalForwardDiffs (f: Tensor -> Tensor) (x: Tensor) (v: Tensor[]) : Tensor[] =
            DerivativeOperator.alongEach "evalForwardDiffs" f x v

        /// f(x), and the function that takes v to Jᵀ v there, to be called as often as wanted: f is evaluated once.
        static member evalReverseDiff (f: Tensor -> Tensor) (x: Tensor) : Tensor * (Tensor -> Tensor) =
            Derivative.from "evalReverseDiff" f x (fun evaluation ->
                let settle record (t: Tensor) =
                    if record then Gradient.without [| evaluation.Input |] t else t.noDiff ()

                let pull (v: Tensor) =
                    DerivativeOperator.checkDirection "evalReverseDiff" evaluation.Value v

                    Gradient.on (fun recording ->
                        let record = recording && (evaluation.Outer || Gradient.isRecorded v)
                        Derivative.pull evaluation.Value evaluation.Input (Some v) record |> settle record)

                settle evaluation.Outer evaluation.Value, pull)
