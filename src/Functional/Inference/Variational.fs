// Variational inference: a guide's parameters fitted to a model by raising a bound, on the whole data at each step.
// For minibatches and networks Training.fit takes Bound.objective itself; PerDatum has the parameters of local draws.
namespace Functional

open System.Threading
open Functional.Tensors

/// How to fit. Start from `Variational.defaults` and change what differs.
type VariationalOptions =
    {
        /// Steps, in hundreds; 2,000 by default.
        Steps: int
        /// What is raised; the ELBO with one particle by default.
        Bound: Bound
        /// Adam with rate 0.05 by default. The rate falls to zero by half a cosine, without which the parameters would go on
        /// swinging.
        Optimizer: Optimizer
        /// The console by default.
        Progress: ProgressDisplay
        /// Stops after the step under way.
        Cancellation: CancellationToken
        /// Whether Ctrl+C stops after the step under way. True by default.
        StopOnCtrlC: bool
    }

/// What fitting did.
type VariationalResult =
    {
        /// The mean of the bound over each hundred steps, in nats, with the step it ends at.
        History: (int * float) list
        Status: TrainingStatus
    }

/// q ← argmax_q bound(q), by stochastic gradients.
module Variational =

    let private stepsPerEpoch = 100

    /// 2,000 steps of Adam on the ELBO, one particle, with a rate of 0.05 that falls to zero.
    let defaults: VariationalOptions =
        { Steps = 2000
          Bound = Elbo.bound 1
          Optimizer = Optimizer.adam 0.05
          Progress = Progress.console
          Cancellation = CancellationToken.None
          StopOnCtrlC = true }

    /// Fits those parameters, which guide and model close over. Raises ArgumentException naming the first site in which model
    /// and guide do not fit, TrainingDivergedException when the bound is no longer finite.
    let fitPrograms
        (options: VariationalOptions)
        (parameters: Parameter list)
        (model: Program<'M>)
        (guide: Program<'G>)
        : VariationalResult =
        if options.Steps < stepsPerEpoch || options.Steps % stepsPerEpoch <> 0 then
            raise (Errors.Argument.option "Steps" $"a multiple of {stepsPerEpoch}" options.Steps)

        let training =
            { Training.defaults with
                Epochs = options.Steps / stepsPerEpoch
                BatchSize = 1
                Optimizer = Optimizer.scheduled (Schedule.cosine 1.0 0.0 options.Steps) options.Optimizer
                Progress = options.Progress
                Cancellation = options.Cancellation
                StopOnCtrlC = options.StopOnCtrlC }

        let objective = Bound.objective options.Bound (fun () -> model) (fun () -> guide)
        let result = Training.fit training parameters objective (Dataset.repeated stepsPerEpoch ())
        let sign = if options.Bound.Side = Side.Lower then -1.0 else 1.0

        { History = [ for epoch in result.Epochs -> epoch.Epoch * stepsPerEpoch, sign * epoch.Loss ]
          Status = result.Status }

    /// Fits a guide to a model. Raises as `fitPrograms` does.
    /// Source: Kucukelbir et al., arXiv:1603.00788, algorithm 1; Ranganath, Gerrish & Blei, arXiv:1401.0118.
    let fit (options: VariationalOptions) (model: Program<'T>) (guide: AutoGuide) : VariationalResult =
        fitPrograms options guide.Parameters model guide.Program
