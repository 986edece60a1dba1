// Jacobians and divergences of every example of a batch at once, for score models and continuous flows.
// The function must treat examples apart: one example's output may depend on no other's input (no batch normalisation).
namespace Functional.Tensors

module internal Batch =

    /// The examples of a tensor, each as a row.
    let flat (t: Tensor) : Tensor =
        t.view [ t.shape[0]; t.nelement / max 1 t.shape[0] ]

    let check (operation: string) (evaluation: Evaluation) =
        let input, value = evaluation.Input, evaluation.Value

        if input.dim = 0 || value.dim = 0 || input.shape[0] <> value.shape[0] then
            raise (Errors.Operation.mismatch operation value.shape input.shape "Both start with the same batch axis.")

    let checkField (operation: string) (evaluation: Evaluation) =
        check operation evaluation

        if evaluation.Value.shape <> evaluation.Input.shape then
            let remedy = "The function's output has the shape of its input."
            raise (Errors.Operation.mismatch operation evaluation.Value.shape evaluation.Input.shape remedy)

    /// For every example a row of zeros with a single one, in the shape of a batch.
    let private unit (like: Tensor) (place: int) : Tensor =
        let size = like.nelement / like.shape[0]
        dsharp.onehot(size, place, device = like.device, dtype = like.dtype).expand([ like.shape[0]; size ]).view like.shape

    let private size (t: Tensor) = Array.fold (*) 1 (Array.tail t.shape)

    /// ∂y_i/∂x of every example, for one output i after another: examples are independent, so the gradient of a sum serves.
    let rows (evaluation: Evaluation) : seq<Tensor> =
        let value = evaluation.Value
        seq { for i in 0 .. size value - 1 -> Derivative.pull value evaluation.Input (Some(unit value i)) evaluation.Outer }

    let private columns (evaluation: Evaluation) : Tensor[] =
        let column push j =
            push (Some(unit evaluation.Input j)) evaluation.Outer

        Derivative.pushing evaluation.Value evaluation.Input (column >> Array.init (size evaluation.Input))

    let jacobian (evaluation: Evaluation) : Tensor =
        let input, value = evaluation.Input, evaluation.Value
        let shape = Array.concat [ value.shape; Array.tail input.shape ]

        if value.nelement = 0 || input.nelement = 0 then
            input.zerosLike shape
        elif Derivative.prefersRows (size value) (size input) then
            (Tensor.stack (rows evaluation |> Seq.map flat, 1)).view shape
        else
            (Tensor.stack (columns evaluation |> Seq.map flat, 2)).view shape

    /// Σ_i ∂y_i/∂x_i of every example.
    let trace (evaluation: Evaluation) : Tensor =
        let zero = evaluation.Input.zerosLike [ evaluation.Input.shape[0] ]

        if evaluation.Input.nelement = 0 then
            zero
        else
            rows evaluation |> Seq.mapi (fun i row -> View.select 1 i (flat row)) |> Seq.fold (+) zero

    /// Independent signs, the probe of the lowest variance.
    let signs (like: Tensor) : Tensor =
        (like.noDiff().fullLike 0.5).bernoulli() * 2.0 - 1.0

    /// f(x), and the mean of probeᵀ J probe of every example over so many draws of a probe.
    let meanAlong (name: string) (count: int) (draw: unit -> Tensor) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
        Derivative.at name f x (fun evaluation ->
            checkField name evaluation

            let one _ =
                let probe = draw ()
                let row = Derivative.pull evaluation.Value evaluation.Input (Some probe) evaluation.Outer
                (flat (row * probe)).sum 1

            evaluation.Settled, (Seq.init count one |> Seq.reduce (+)) / float count)

[<AutoOpen>]
module BatchDerivativeExtensions =

    type dsharp with

        /// f(x) and the Jacobian of every example.
        static member fbatchJacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            Derivative.at "batchJacobian" f x (fun evaluation ->
                Batch.check "batchJacobian" evaluation
                evaluation.Settled, Batch.jacobian evaluation)

        /// J_bij = ∂f_bi/∂x_bj, of shape batch × output × input, for f from batch × input to batch × output that treats examples
        /// apart: one evaluation and one pass an output of one example, whatever the batch.
        static member batchJacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fbatchJacobian f x |> snd

        /// f(x) and the divergence of every example.
        static member fbatchDivergence (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            Derivative.at "batchDivergence" f x (fun evaluation ->
                Batch.checkField "batchDivergence" evaluation
                evaluation.Settled, Batch.trace evaluation)

        /// Σ_i ∂f_bi/∂x_bi, of shape [batch], for f from batch × input to the same shape that treats examples apart.
        /// Exact, at one pass a dimension; batchDivergenceEstimate costs one pass a sample.
        static member batchDivergence (f: Tensor -> Tensor) (x: Tensor) : Tensor = dsharp.fbatchDivergence f x |> snd

        /// f(x), and probeᵀ J probe of every example.
        static member fbatchDivergenceAlong (f: Tensor -> Tensor) (x: Tensor) (probe: Tensor) : Tensor * Tensor =
            DerivativeOperator.checkDirection "batchDivergenceAlong" x probe

            let value, row =
                Derivative.at "batchDivergenceAlong" f x (fun evaluation ->
                    Batch.checkField "batchDivergenceAlong" evaluation
                    let record = evaluation.Records probe
                    evaluation.Settled, Derivative.pull evaluation.Value evaluation.Input (Some probe) record)

            value, (Batch.flat (row * probe)).sum 1

        /// probeᵀ J probe of every example, of shape [batch]: an unbiased estimate of the divergence where the probe's elements
        /// are uncorrelated with mean 0 and variance 1. An ODE's solver keeps one probe from step to step.
        static member batchDivergenceAlong (f: Tensor -> Tensor) (x: Tensor) (probe: Tensor) : Tensor =
            dsharp.fbatchDivergenceAlong f x probe |> snd

        /// f(x) and Hutchinson's estimate of the divergence of every example.
        static member fbatchDivergenceEstimate (samples: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor * Tensor =
            if samples < 1 then
                raise (Errors.Differentiation.samples samples)

            Batch.meanAlong "batchDivergenceEstimate" samples (fun () -> Batch.signs x) f x

        /// Hutchinson's estimate of the divergence of every example, of shape [batch]: the mean of probeᵀ J probe over probes
        /// of random signs. Unbiased, with variance Σ_{i≠j} (J_ij² + J_ij J_ji) / samples; exact where J is diagonal.
        /// Source: Hutchinson 1990, doi:10.1080/03610919008812866; Grathwohl et al. 2018, arXiv:1810.01367, equation 7.
        static member batchDivergenceEstimate (samples: int) (f: Tensor -> Tensor) (x: Tensor) : Tensor =
            dsharp.fbatchDivergenceEstimate samples f x |> snd
