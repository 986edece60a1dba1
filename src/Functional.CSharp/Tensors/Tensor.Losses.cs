// Losses of networks' outputs against targets.
// For losses that keep their terms apart, see Loss.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>What a loss does with the losses of its elements.</summary>
public enum Reduction
{
    /// <summary>Averages them.</summary>
    Mean = 0,

    /// <summary>Adds them up.</summary>
    Sum = 1,

    /// <summary>Returns them as they are.</summary>
    None = 2,
}

public sealed partial class Tensor
{
    /// <summary>(t - target)².</summary>
    public Tensor MseLoss(Tensor target, Reduction reduction = Reduction.Mean) =>
        new(StatisticsBridge.mseLoss(Inner, Guard.Inner(target), Name(reduction)));

    /// <summary>
    /// -(target log t + (1 - target) log(1 - t)) of probabilities t; a weight has a number for each element of the batch.
    /// </summary>
    public Tensor BceLoss(Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
        new(StatisticsBridge.bceLoss(Inner, Guard.Inner(target), weight?.Inner, Name(reduction)));

    /// <summary>
    /// -t[target] of log-probabilities [batch; classes; ...] and targets [batch; ...]; a weight has a number for each class.
    /// </summary>
    public Tensor NllLoss(Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
        new(StatisticsBridge.nllLoss(Inner, Guard.Inner(target), weight?.Inner, Name(reduction)));

    /// <summary>NllLoss of logits: LogSoftmax along axis 1 comes first.</summary>
    public Tensor CrossEntropyLoss(Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
        new(StatisticsBridge.crossEntropyLoss(Inner, Guard.Inner(target), weight?.Inner, Name(reduction)));

    private static string Name(Reduction reduction) => reduction.ToString().ToLowerInvariant();
}
