// Drawing from tensors of probabilities: coins and categories; and dropout, which draws coins.
// Used by distributions and networks; the generators are in Random.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal Sampling =

    let private bernoulliOp = Operators.find "functional::bernoulli" ""
    let private multinomialOp = Operators.find "functional::multinomial" ""
    let private sumOp = Operators.atenOverload "sum" "dim_IntList"

    let bernoulli (probs: Tensor) (device: Device option) (dtype: Dtype option) =
        Check.real "bernoulli" probs
        let drawn = new Tensor(bernoulliOp.Tensor [| Arg.tensor probs.Handle; Random.argument probs.device |])
        Make.convert drawn (defaultArg device probs.device) (defaultArg dtype probs.dtype)

    let private normalized (probs: Tensor) =
        probs / new Tensor(sumOp.Tensor [| Arg.tensor probs.Handle; Arg.ints [| -1L |]; Arg.bool true |])

    let multinomial (samples: int) (normalize: bool) (device: Device option) (dtype: Dtype option) (probs: Tensor) =
        Check.real "multinomial" probs
        Check.shape "multinomial" "a vector or a matrix of probabilities" (probs.dim = 1 || probs.dim = 2) probs
        Check.atLeast "multinomial" 1 "numSamples" samples
        let weights = if normalize then normalized probs else probs
        let count, generator = Arg.int (int64 samples), Random.argument probs.device
        let drawn = new Tensor(multinomialOp.Tensor [| Arg.tensor weights.Handle; count; generator |])
        Make.convert drawn (defaultArg device probs.device) (defaultArg dtype Dtype.Int32)

    // One coin for every element of `mask`, a shape that broadcasts to the tensor's.
    let private drop (operation: string) (p: float) (mask: int[]) (t: Tensor) =
        Check.probability operation p

        if p = 0.0 then t
        elif p = 1.0 then t * 0.0
        else t * bernoulli (t.fullLike (1.0 - p, mask)) None None / (1.0 - p)

    let dropout (p: float) (t: Tensor) = drop "dropout" p t.shape t

    // Whole channels go: the mask is 1 on every axis behind the first two.
    let private dropChannels (operation: string) (rank: int) (what: string) (p: float) (t: Tensor) =
        Check.rank operation rank what t
        drop operation p (Array.append t.shape[..1] (Array.create (rank - 2) 1)) t

    let dropout2d p t =
        dropChannels "dropout2d" 4 "[batch; channels; height; width]" p t

    let dropout3d p t =
        dropChannels "dropout3d" 5 "[batch; channels; depth; height; width]" p t

[<AutoOpen>]
module SamplingExtensions =

    type Tensor with

        /// Zeros and ones, each one with the probability that this tensor holds.
        member t.bernoulli(?device: Device, ?dtype: Dtype) : Tensor = Sampling.bernoulli t device dtype

        /// Indices drawn with replacement from the probabilities along the last axis, which `normalize` divides by their sum.
        member t.multinomial(numSamples: int, ?normalize: bool, ?device: Device, ?dtype: Dtype) : Tensor =
            Sampling.multinomial numSamples (defaultArg normalize false) device dtype t

        /// Zeroes each element with probability p and scales the rest by 1/(1 - p).
        member t.dropout(?p: float) = Sampling.dropout (defaultArg p 0.5) t

        /// Zeroes each channel of [batch; channels; height; width] with probability p and scales the rest by 1/(1 - p).
        member t.dropout2d(?p: float) = Sampling.dropout2d (defaultArg p 0.5) t

        /// Zeroes each channel of [batch; channels; depth; height; width] with probability p, scales the rest by 1/(1 - p).
        member t.dropout3d(?p: float) = Sampling.dropout3d (defaultArg p 0.5) t

    type dsharp with

        /// Zeros and ones, each one with its probability.
        static member bernoulli(probs: Tensor, ?device: Device, ?dtype: Dtype) : Tensor = Sampling.bernoulli probs device dtype

        /// Indices drawn with replacement from the probabilities along the last axis, which `normalize` divides by their sum.
        static member multinomial(probs: Tensor, numSamples: int, ?normalize: bool, ?device: Device, ?dtype: Dtype) : Tensor =
            Sampling.multinomial numSamples (defaultArg normalize false) device dtype probs

        static member dropout(input: Tensor, ?p: float) = input.dropout (?p = p)
        static member dropout2d(input: Tensor, ?p: float) = input.dropout2d (?p = p)
        static member dropout3d(input: Tensor, ?p: float) = input.dropout3d (?p = p)
