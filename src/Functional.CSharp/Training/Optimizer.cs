// Optimizers: how gradients change parameters.
// Training starts one; a loop of one's own calls Step.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>Which optimizer, with its settings.</summary>
public sealed class Optimizer
{
    internal Optimizer(Functional.Optimizer inner) => Inner = inner;

    internal Functional.Optimizer Inner { get; }

    /// <summary>Its name and settings.</summary>
    public string Name => Inner.Name;

    /// <summary>Adam. Kingma &amp; Ba, arXiv:1412.6980, algorithm 1.</summary>
    /// <param name="rate">The learning rate, positive. Default: 1e-3.</param>
    /// <param name="beta1">The decay of the mean gradient, in [0, 1). Default: 0.9.</param>
    /// <param name="beta2">The decay of the mean squared gradient, in [0, 1). Default: 0.999.</param>
    /// <param name="epsilon">Added to the root, positive. Default: 1e-8.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public static Optimizer Adam(double rate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) =>
        AdamW(rate, 0, beta1, beta2, epsilon);

    /// <summary>Adam with decoupled weight decay. Loshchilov &amp; Hutter, arXiv:1711.05101, algorithm 2.</summary>
    /// <param name="rate">The learning rate, positive. Default: 1e-3.</param>
    /// <param name="decay">The weight decay, in [0, 1). Default: 0.01.</param>
    /// <param name="beta1">The decay of the mean gradient, in [0, 1). Default: 0.9.</param>
    /// <param name="beta2">The decay of the mean squared gradient, in [0, 1). Default: 0.999.</param>
    /// <param name="epsilon">Added to the root, positive. Default: 1e-8.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public static Optimizer AdamW(
        double rate = 1e-3, double decay = 0.01, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) =>
        new(Functional.OptimizerModule.adamWith(rate, beta1, beta2, epsilon, decay));

    /// <summary>Stochastic gradient descent.</summary>
    /// <param name="rate">The learning rate, positive.</param>
    /// <exception cref="ArgumentException">The rate is out of range.</exception>
    public static Optimizer Sgd(double rate) => new(Functional.OptimizerModule.sgd(rate));

    /// <summary>Stochastic gradient descent with momentum. Sutskever et al., ICML 2013.</summary>
    /// <param name="rate">The learning rate, positive.</param>
    /// <param name="momentum">How much of the last step goes into the next, in [0, 1). Default: 0.9.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public static Optimizer Momentum(double rate, double momentum = 0.9) =>
        new(Functional.OptimizerModule.momentum(rate, momentum));

    /// <summary>
    /// The optimizer with its rate multiplied by what a schedule gives for each step, counted from 1:
    /// <c>Optimizer.Adam(0.05).Scheduled(step => 1 - (step - 1) / 1500.0)</c>.
    /// </summary>
    public Optimizer Scheduled(Func<int, double> schedule) => new(TrainingBridge.scheduled(Guard.NotNull(schedule), Inner));

    /// <summary>
    /// The optimizer with its rate multiplied by a schedule's number for each step: <c>.Scheduled(Schedule.Cosine(1, 0.02, steps))</c>. It need not
    /// be moved.
    /// </summary>
    public Optimizer Scheduled(Schedule schedule) => Scheduled(Guard.NotNull(schedule).At);

    /// <summary>Begins on these parameters with fresh memory, for a training loop of one's own.</summary>
    public OptimizerState Start(IEnumerable<Parameter> parameters) => new(TrainingBridge.start(Inner, Guard.Inner(parameters)));

    /// <summary>Its name and settings.</summary>
    public override string ToString() => Name;
}

/// <summary>An optimizer at work on a set of parameters.</summary>
public sealed class OptimizerState : IWrapper
{
    private readonly Functional.OptimizerState inner;

    internal OptimizerState(Functional.OptimizerState inner) => this.inner = inner;

    object IWrapper.Inner => inner;

    /// <summary>The learning rate; may be changed between steps.</summary>
    public double LearningRate
    {
        get => inner.LearningRate;
        set => inner.LearningRate = value;
    }

    /// <summary>What it remembers between steps, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Memory =>
        TrainingBridge.memory(inner).ToDictionary(entry => entry.Key, entry => new Tensor(entry.Value));

    /// <summary>Changes every parameter by one step against its gradient, given in the order of the parameters.</summary>
    public void Step(IEnumerable<Tensor> gradients) => inner.Step(Guard.Inner(gradients));
}
