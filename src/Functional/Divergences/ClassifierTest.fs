// The classifier two-sample test: samples are of one distribution if no classifier tells them apart on data held out.
// For data where no kernel is known to be right, such as images; the classifier learns what to look at.
namespace Functional

open MathNet.Numerics
open Functional.Tensors

/// How the classifier is made and trained.
type ClassifierTestOptions =
    {
        /// The network from so many features to one logit.
        Classifier: int -> Net<Tensor, Tensor>
        /// Without progress on the console, and without a checkpoint.
        Training: TrainingOptions
        /// The share of rows that it is trained on; the others are held out.
        TrainingShare: float
        /// What the weights, the split and the order of the batches are drawn from: the same seed, the same result.
        Seed: int
    }

/// Tests p = q from samples [n; d] and [m; d]: a classifier is trained to tell rows of x from rows of y, as many of each, and its
/// accuracy on rows held out is the statistic. Under the hypothesis the number that are right is a sum of coin tosses (or varies
/// less), which gives the p-value. Where it rejects, what the classifier looks at says how the samples differ.
/// Source: Lopez-Paz & Oquab, arXiv:1610.06545, section 2.
module ClassifierTest =

    /// Two hidden layers of 64, 30 epochs of batches of 64, Adam with rate 1e-3, half of the rows for training, seed 0.
    let defaults: ClassifierTestOptions =
        { Classifier = fun features -> mlp [ features; 64; 64 ] --> output 1
          Training =
            { Training.defaults with
                Epochs = 30
                BatchSize = 64
                Progress = Progress.silent
                StopOnCtrlC = false }
          TrainingShare = 0.5
          Seed = 0 }

    let private shuffled (count: int) (sample: Tensor) : Tensor =
        let sample = sample.move (device = Device.Default, dtype = Dtype.Default)
        let order = dsharp.randperm (sample.shape[0], device = sample.device)
        sample.indexSelect (0, order[.. count - 1])

    // Rows as a function that standardises by those seen; a feature that is constant there, but for rounding, keeps its scale.
    let private standardise (seen: Tensor) : Tensor -> Tensor =
        let mean, deviation = seen.mean (0, keepDim = true), seen.std (0, keepDim = true)
        let isConstant = deviation.le ((mean.abs () + 1.0) * 1e-6)
        let scale = dsharp.where (isConstant, deviation.onesLike (), deviation)
        fun rows -> (rows - mean) / scale

    // -log of the probability of the right label.
    let private crossEntropy (classifier: Net<Tensor, Tensor>) (rows: Tensor, labels: Tensor) : Loss =
        let logits = classifier.Run(Mode.Train, rows).view -1
        Loss.term "cross entropy" ((logits.softplus () - labels * logits).mean())

    // P(at least so many of n tosses are heads).
    let private tail (heads: int) (n: int) : float =
        if heads = 0 then
            1.0
        else
            SpecialFunctions.BetaRegularized(float heads, float (n - heads + 1), 0.5)

    let private train (options: ClassifierTestOptions) (x: Tensor) (y: Tensor) : Net<Tensor, Tensor> =
        let classifier = options.Classifier x.shape[1]
        let labels = Tensor.cat [ x.onesLike [ x.shape[0] ]; y.zerosLike [ y.shape[0] ] ]
        let data = Dataset.zip (Dataset.ofTensor (Tensor.cat [ x; y ])) (Dataset.ofTensor labels)
        Training.fit options.Training classifier.Parameters (crossEntropy classifier) data |> ignore
        options.Training.Cancellation.ThrowIfCancellationRequested()
        classifier

    /// The test; of the larger sample only as many rows are used as the smaller one has.
    /// Raises ArgumentException when fewer than two rows of a sample would be trained on, or held out, and for a checkpoint of its
    /// training; OperationCanceledException when that is cancelled.
    let run (options: ClassifierTestOptions) (x: Tensor) (y: Tensor) : TestResult =
        SampleRows.check x y
        options.Training.Checkpoint |> Option.iter (Errors.Mmd.checkpoint >> raise)
        let count = min x.shape[0] y.shape[0]
        let known = int (options.TrainingShare * float count)

        if known < 2 || count - known < 2 then
            raise (Errors.Mmd.split options.TrainingShare count)

        Random.withSeed options.Seed (fun () ->
            Scope.run (fun () ->
                let x, y = shuffled count x, shuffled count y
                let seen = Tensor.cat [ x[.. known - 1]; y[.. known - 1] ]
                let standard = standardise seen
                let x, y = standard x, standard y
                let classifier = train options x[.. known - 1] y[.. known - 1]

                Gradient.off (fun () ->
                    let logits (sample: Tensor) =
                        classifier.Run(Mode.Eval, sample[known..])

                    let right = (logits x).gt(0.0).sum() + (logits y).lt(0.0).sum()
                    let right, heldOut = right.toInt32 (), 2 * (count - known)

                    { Statistic = float right / float heldOut; PValue = tail right heldOut })))
