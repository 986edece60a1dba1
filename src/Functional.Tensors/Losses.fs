// How far predictions are from targets: squared error, cross-entropies, negative log-likelihood.
// Used by training scripts; the losses of probabilistic models are objectives, a layer above.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal LossFunctions =

    let private bceOp = Operators.aten "binary_cross_entropy"
    let private nllOp = Operators.aten "nll_loss_nd"

    // libtorch's numbers for the ways to reduce.
    let private reductions = dict [ "none", 0L; "mean", 1L; "sum", 2L ]

    let private reductionOf (reduction: string) =
        match reductions.TryGetValue reduction with
        | true, code -> code
        | _ -> raise (Errors.Operation.reduction reduction)

    let mse (reduction: string) (target: Tensor) (input: Tensor) =
        Check.sameShape "mseLoss" input target
        let errors = (input - target).square()

        match reductionOf reduction with
        | 0L -> errors
        | 1L -> errors.mean ()
        | _ -> errors.sum ()

    let private checkUnit (what: string) (t: Tensor) =
        if not ((t.ge 0.0).logicalAnd(t.le 1.0).all().toBool()) then
            raise (Errors.Operation.outside "bceLoss" what)

    // One weight for each element of the batch, the first axis.
    let private batchWeight (input: Tensor) (weight: Tensor) =
        let batch = if input.dim = 0 then 1 else input.shape[0]

        Check.fits
            "bceLoss"
            "The weight is a vector as long as the batch."
            (weight.dim = 1 && weight.shape[0] = batch)
            input
            weight

        if input.dim = 0 then weight.view [] else weight.unsqueezeAs input

    let bce (weight: Tensor option) (reduction: string) (target: Tensor) (input: Tensor) =
        Check.real "bceLoss" input
        Check.sameShape "bceLoss" input target
        Check.alike "bceLoss" input target
        let reduction = reductionOf reduction
        let weight = weight |> Option.map (batchWeight input)
        checkUnit "the predicted probabilities" input
        checkUnit "the targets" target
        let weight = weight |> Arg.optional (fun weight -> Arg.tensor weight.Handle)
        new Tensor(bceOp.Tensor [| Arg.tensor input.Handle; Arg.tensor target.Handle; weight; Arg.int reduction |])

    let private classes = "log-probabilities [batch; classes; ...] and targets [batch; ...], whose elements are classes."

    let private checkClassWeight (input: Tensor) (weight: Tensor) =
        let fit = weight.dim = 1 && weight.shape[0] = input.shape[1]
        Check.fits "nllLoss" "The weight is a vector with a number for each class." fit input weight

    let nll (weight: Tensor option) (reduction: string) (target: Tensor) (input: Tensor) =
        Check.real "nllLoss" input
        let fit = input.dim >= 2 && target.shape = Array.append [| input.shape[0] |] input.shape[2..]
        Check.fits "nllLoss" ("It takes " + classes) fit input target
        weight |> Option.iter (checkClassWeight input)
        let reduction = reductionOf reduction
        let weight = weight |> Arg.optional (fun weight -> Arg.tensor weight.Handle)
        let target = target.cast Dtype.Int64
        new Tensor(nllOp.Tensor [| Arg.tensor input.Handle; Arg.tensor target.Handle; weight; Arg.int reduction |])

    let crossEntropy (weight: Tensor option) (reduction: string) (target: Tensor) (input: Tensor) =
        input.logsoftmax 1 |> nll weight reduction target

[<AutoOpen>]
module LossExtensions =

    type Tensor with

        /// (t - target)², averaged over all elements; `reduction` is "mean", "sum" or "none".
        member t.mseLoss(target: Tensor, ?reduction: string) =
            LossFunctions.mse (defaultArg reduction "mean") target t

        /// -(target log t + (1 - target) log(1 - t)) of probabilities t, each logarithm at least -100; `weight` has a number
        /// for each element of the batch, `reduction` is "mean", "sum" or "none". Waits for the device.
        member t.bceLoss(target: Tensor, ?weight: Tensor, ?reduction: string) =
            LossFunctions.bce weight (defaultArg reduction "mean") target t

        /// -t[target] of log-probabilities [batch; classes; ...] and targets [batch; ...]; `weight` has a number for each
        /// class, by which a "mean" is weighted; `reduction` is "mean", "sum" or "none".
        member t.nllLoss(target: Tensor, ?weight: Tensor, ?reduction: string) =
            LossFunctions.nll weight (defaultArg reduction "mean") target t

        /// nllLoss of logits: logsoftmax along axis 1 comes first.
        member t.crossEntropyLoss(target: Tensor, ?weight: Tensor, ?reduction: string) =
            LossFunctions.crossEntropy weight (defaultArg reduction "mean") target t

    type dsharp with

        static member mseLoss(input: Tensor, target: Tensor, ?reduction: string) =
            input.mseLoss (target, ?reduction = reduction)

        static member bceLoss(input: Tensor, target: Tensor, ?weight: Tensor, ?reduction: string) =
            input.bceLoss (target, ?weight = weight, ?reduction = reduction)

        static member nllLoss(input: Tensor, target: Tensor, ?weight: Tensor, ?reduction: string) =
            input.nllLoss (target, ?weight = weight, ?reduction = reduction)

        static member crossEntropyLoss(input: Tensor, target: Tensor, ?weight: Tensor, ?reduction: string) =
            input.crossEntropyLoss (target, ?weight = weight, ?reduction = reduction)
