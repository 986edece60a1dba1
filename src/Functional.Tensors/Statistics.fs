// Statistics of samples: covariances and correlations, and bringing data to a common scale.
// Used to look at data and to prepare it; means and variances are in Reduction.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal Statistics =

    let private covOp = Operators.aten "cov"
    let private corrcoefOp = Operators.aten "corrcoef"

    let private variables = "a vector of observations or a matrix [variables; observations]"

    let private checkWeights (name: string) (t: Tensor) (weights: Tensor) =
        let observations = if t.dim = 0 then 1 else t.shape[t.dim - 1]
        let fit = weights.dim <= 1 && weights.nelement = observations
        Check.fits "cov" $"{name} is a vector with a weight for each observation, a column of the first." fit t weights

    let cov (correction: int64) (fweights: Tensor option) (aweights: Tensor option) (t: Tensor) =
        Check.shape "cov" variables (t.dim <= 2) t
        fweights |> Option.iter (checkWeights "fweights" t)
        aweights |> Option.iter (checkWeights "aweights" t)

        let weights (weights: Tensor option) =
            weights |> Arg.optional (fun weights -> Arg.tensor weights.Handle)

        let t = if t.dtype.IsFloatingPoint then t else t.cast Dtype.Default
        let matrix = new Tensor(covOp.Tensor [| Arg.tensor t.Handle; Arg.int correction; weights fweights; weights aweights |])
        if t.dim < 2 then matrix.view [ 1; 1 ] else matrix

    let corrcoef (t: Tensor) =
        Check.shape "corrcoef" variables (t.dim <= 2) t
        let t = if t.dtype.IsFloatingPoint then t else t.cast Dtype.Default
        let matrix = new Tensor(corrcoefOp.Tensor(t.Handle))
        if t.dim < 2 then matrix.view [ 1; 1 ] else matrix

    // Where the divisor is zero or not a number the elements are all equal, and what is left of them is zero.
    let private dividedBy (divisor: Tensor) (t: Tensor) =
        t / dsharp.where (divisor.gt 0.0, divisor, divisor.onesLike ())

    let normalize (t: Tensor) =
        let smallest = t.min ()
        (t - smallest) |> dividedBy (t.max () - smallest)

    let standardize (t: Tensor) = (t - t.mean ()) |> dividedBy (t.std ())

[<AutoOpen>]
module StatisticsExtensions =

    type Tensor with

        /// The covariances of variables in rows, observed in columns; divided by n - correction (1 unless given).
        /// `fweights` count how often each observation was made, `aweights` say how much each matters.
        member t.cov(?correction: int64, ?fweights: Tensor, ?aweights: Tensor) =
            Statistics.cov (defaultArg correction 1L) fweights aweights t

        /// The correlations of variables in rows, observed in columns.
        member t.corrcoef() = Statistics.corrcoef t

        /// The elements moved and scaled to run from 0 to 1; zeros where all are equal.
        member t.normalize() = Statistics.normalize t

        /// The elements moved and scaled to mean 0 and standard deviation 1; zeros where all are equal.
        member t.standardize() = Statistics.standardize t

    type dsharp with

        static member cov(input: Tensor, ?correction: int64, ?fweights: Tensor, ?aweights: Tensor) =
            input.cov (?correction = correction, ?fweights = fweights, ?aweights = aweights)

        static member corrcoef(input: Tensor) = input.corrcoef ()
        static member normalize(input: Tensor) = input.normalize ()
        static member standardize(input: Tensor) = input.standardize ()
