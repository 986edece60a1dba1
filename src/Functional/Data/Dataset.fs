// Data sets: how many examples there are, and how a batch of them is read.
// Training and evaluation draw their batches from one.
namespace Functional

open Functional.Tensors

/// Examples by number. Reading happens anew each time a batch is drawn, so random transformations differ from epoch to epoch.
type Dataset<'Batch> =
    {
        /// The number of examples.
        Length: int
        /// The examples at these positions (a vector of Int64).
        Read: Tensor -> 'Batch
    }

/// Makes data sets and draws batches from them.
module Dataset =

    /// The slices of a tensor along its first axis.
    let ofTensor (tensor: Tensor) : Dataset<Tensor> =
        { Length = tensor.shape[0]
          Read = fun positions -> tensor.indexSelect (0, positions) }

    /// The same batch so many times: training steps on the whole of the data.
    let repeated (count: int) (batch: 'Batch) : Dataset<'Batch> =
        { Length = count; Read = fun _ -> batch }

    /// The data set with a function applied to each batch as it is read.
    let map (f: 'A -> 'B) (data: Dataset<'A>) : Dataset<'B> =
        { Length = data.Length; Read = data.Read >> f }

    /// Examples of two data sets side by side. Raises ArgumentException when their lengths differ.
    let zip (first: Dataset<'A>) (second: Dataset<'B>) : Dataset<'A * 'B> =
        if first.Length <> second.Length then
            invalidArg (nameof second) $"The data sets have {first.Length} and {second.Length} examples; pairs need equally many."

        { Length = first.Length
          Read = fun positions -> first.Read positions, second.Read positions }

    /// The first examples. Raises ArgumentException when there are not so many.
    let take (count: int) (data: Dataset<'Batch>) : Dataset<'Batch> =
        if count < 1 || count > data.Length then
            raise (Errors.Data.tooMany count data.Length)

        { data with Length = count }

    /// The examples at these positions (a vector of Int64), in that order; a position may occur several times.
    let pick (positions: Tensor) (data: Dataset<'Batch>) : Dataset<'Batch> =
        { Length = positions.shape[0]
          Read = fun places -> data.Read(positions.indexSelect (0, places)) }

    /// So many examples: the data set over and over. With `zip`, a small set beside a large one.
    let cycle (length: int) (data: Dataset<'Batch>) : Dataset<'Batch> =
        if length < 1 then
            raise (Errors.Data.batchSize length)

        if data.Length < 1 then
            raise Errors.Data.empty

        let once = dsharp.arange (data.Length, dtype = Dtype.Int64)
        let times = (length + data.Length - 1) / data.Length
        pick (dsharp.cat [ for _ in 1..times -> once ] |> View.slice 0 0 (length - 1)) data

    /// Each element 1 with the probability that its value gives, drawn anew each time it is read.
    let binarized (data: Dataset<Tensor>) : Dataset<Tensor> =
        map (fun (probabilities: Tensor) -> probabilities.bernoulli ()) data

    /// The numbers of batches of that size in one pass; the last may be smaller.
    let batchCount (size: int) (data: Dataset<'Batch>) : int =
        if size < 1 then
            raise (Errors.Data.batchSize size)

        if data.Length < 1 then
            raise Errors.Data.empty

        (data.Length + size - 1) / size

    /// A random order in which to read every example once.
    let internal shuffle (data: Dataset<'Batch>) : Tensor = dsharp.randperm data.Length

    /// The order in which the examples are stored.
    let internal inOrder (data: Dataset<'Batch>) : Tensor =
        dsharp.arange (data.Length, dtype = Dtype.Int64)

    /// The batch at that place of an order, and how many examples it has.
    let internal batch (size: int) (order: Tensor) (number: int) (data: Dataset<'Batch>) : 'Batch * int =
        let first = number * size
        let last = min (first + size) data.Length - 1
        data.Read order[first..last], last - first + 1

    /// The first examples as one batch.
    let head (count: int) (data: Dataset<'Batch>) : 'Batch =
        let first = take count data
        first.Read(inOrder first)

    /// The mean over all examples of a function that returns one number for each example of a batch.
    /// Read in order, not recorded for differentiation, memory freed batch by batch.
    let mean (batchSize: int) (perExample: 'Batch -> Tensor) (data: Dataset<'Batch>) : float =
        Scope.run (fun () ->
            Gradient.off (fun () ->
                let order = inOrder data

                let sums =
                    [ for number in 0 .. batchCount batchSize data - 1 ->
                          Scope.run (fun () -> (perExample (fst (batch batchSize order number data))).sum()) ]

                (Tensor.stack(sums).sum()).toDouble() / float data.Length))
