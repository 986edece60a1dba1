// Data sets: how many examples there are, and how a batch of them is read.
// Training and evaluation draw their batches from one.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// Examples by number. Reading happens anew each time a batch is drawn, so that random transformations differ from epoch to
/// epoch.
/// </summary>
/// <typeparam name="TBatch">What a batch is: a tensor with one example a row, a tuple of these, ...</typeparam>
public sealed class Dataset<TBatch>
{
    internal Dataset(Functional.Dataset<TBatch> inner) => Inner = inner;

    /// <summary>A data set of one's own.</summary>
    /// <param name="length">The number of examples, at least 1.</param>
    /// <param name="read">
    /// Reads the examples at some positions, given as a vector of Int64. Called on the thread that trains.
    /// </param>
    public Dataset(int length, Func<Tensor, TBatch> read)
        : this(DataBridge.create<TBatch>(Guard.AtLeast(length, 1), Wrap(Guard.NotNull(read))))
    {
    }

    internal Functional.Dataset<TBatch> Inner { get; }

    /// <summary>The number of examples.</summary>
    public int Length => Inner.Length;

    /// <summary>The examples at these positions (a vector of Int64).</summary>
    public TBatch Read(Tensor positions) => DataBridge.read(Inner, Guard.Inner(positions));

    /// <summary>The first examples as one batch.</summary>
    /// <exception cref="ArgumentException">There are not so many.</exception>
    public TBatch Head(int count) => Functional.Dataset.head(count, Inner);

    /// <summary>The first examples as a data set.</summary>
    /// <exception cref="ArgumentException">There are not so many.</exception>
    public Dataset<TBatch> Take(int count) => new(Functional.Dataset.take(count, Inner));

    /// <summary>The examples at these positions (a vector of Int64), in that order; a position may occur several times.</summary>
    public Dataset<TBatch> Pick(Tensor positions) => new(Functional.Dataset.pick(Guard.Inner(positions), Inner));

    /// <summary>So many examples: the data set over and over. With <see cref="Zip"/>, a small set beside a large one.</summary>
    public Dataset<TBatch> Cycle(int length) => new(Functional.Dataset.cycle(Guard.AtLeast(length, 1), Inner));

    /// <summary>How many batches of that size there are in one pass; the last may be smaller.</summary>
    public int BatchCount(int size) => Functional.Dataset.batchCount(Guard.AtLeast(size, 1), Inner);

    /// <summary>The data set with a function applied to each batch as it is read.</summary>
    public Dataset<TNext> Map<TNext>(Func<TBatch, TNext> f) => new(DataBridge.map(Guard.NotNull(f), Inner));

    /// <summary>Examples of two data sets side by side.</summary>
    /// <exception cref="ArgumentException">Their lengths differ.</exception>
    public Dataset<(TBatch First, TOther Second)> Zip<TOther>(Dataset<TOther> other) =>
        new(DataBridge.zip(Inner, Guard.NotNull(other).Inner));

    /// <summary>
    /// The mean over all examples of a function that returns one number for each example of a batch. Read in order, not recorded
    /// for differentiation, memory freed batch by batch.
    /// </summary>
    /// <param name="batchSize">Examples a batch, at least 1; it decides about speed and memory only.</param>
    /// <param name="perExample">Returns a tensor with one number for each example.</param>
    public double Mean(int batchSize, Func<TBatch, Tensor> perExample)
    {
        Guard.NotNull(perExample);
        return DataBridge.mean(Guard.AtLeast(batchSize, 1), batch => Guard.Inner(perExample(batch)), Inner);
    }

    /// <summary><see cref="Mean"/> on the thread pool.</summary>
    /// <param name="batchSize">Examples a batch, at least 1; it decides about speed and memory only.</param>
    /// <param name="perExample">Returns a tensor with one number for each example.</param>
    /// <param name="cancellationToken">Looked at before each batch.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<double> MeanAsync(int batchSize, Func<TBatch, Tensor> perExample, CancellationToken cancellationToken = default)
    {
        Guard.NotNull(perExample);
        Guard.AtLeast(batchSize, 1);

        Tensor Next(TBatch batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return perExample(batch);
        }

        return Task.Run(() => Mean(batchSize, Next), cancellationToken);
    }

    private static Func<Functional.Tensors.Tensor, TBatch> Wrap(Func<Tensor, TBatch> read) => positions => read(new(positions));
}

/// <summary>Data sets of tensors.</summary>
public static class Dataset
{
    /// <summary>The slices of a tensor along its first axis.</summary>
    /// <exception cref="ArgumentException">The tensor has no axes.</exception>
    public static Dataset<Tensor> FromTensor(Tensor tensor)
    {
        if (Guard.NotNull(tensor).Dim == 0)
        {
            throw new ArgumentException("The examples lie along a tensor's first axis; this one has none.", nameof(tensor));
        }

        return Functional.Dataset.ofTensor(tensor.Inner).ToFacade();
    }

    /// <summary>The same batch so many times: training steps on the whole of the data.</summary>
    /// <param name="count">How many steps an epoch has, at least 1.</param>
    /// <param name="batch">What each of them is given.</param>
    public static Dataset<TBatch> Repeated<TBatch>(int count, TBatch batch) =>
        new(Functional.Dataset.repeated(Guard.AtLeast(count, 1), batch));

    /// <summary>Each element 1 with the probability that its value gives, drawn anew each time it is read.</summary>
    public static Dataset<Tensor> Binarized(this Dataset<Tensor> data) => Guard.NotNull(data).Map(x => x.Bernoulli());

    internal static Dataset<Tensor> ToFacade(this Functional.Dataset<Functional.Tensors.Tensor> data) =>
        new(DataBridge.map<Functional.Tensors.Tensor, Tensor>(tensor => new(tensor), data));
}
