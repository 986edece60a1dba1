// The exponential moving average of weights, which samples better than the weights themselves.
// An optimizer keeps it, so checkpoints contain it; samplers and evaluations run inside `During`.
namespace Functional

open System
open System.Threading.Tasks
open Functional.Tensors
open Functional.Tensors.Native

/// The average a_t = d_t a_(t-1) + (1 - d_t) θ_t of the trained parameters θ after each step t, with a_0 = θ_0 and
/// d_t = min(decay, (1 + t)/(10 + t)), which forgets the beginning: `{ Training.defaults with Optimizer = average.Of(Optimizer.adam 2e-4) }`,
/// and afterwards `average.During(fun () -> ...)`. Statistics that no optimizer touches stay as they are.
/// Raises ArgumentException for a decay that is not between 0 and 1.
/// Source: Polyak & Juditsky, doi 10.1137/0330046; the warm-up is TensorFlow's ExponentialMovingAverage with num_updates, as Ho, Jain &
/// Abbeel, arXiv:2006.11239, use decay 0.9999; for some thousand steps 0.999 or 0.995 fits better.
[<Sealed>]
type WeightAverage(decay: float) =

    static let scaleOp = Operators.find "aten::_foreach_mul_" "Scalar"
    static let addOp = Operators.find "aten::_foreach_add_" "List"

    do
        if not (decay >= 0.0 && decay < 1.0) then
            raise (Errors.Argument.option (nameof decay) "at least 0 and below 1" decay)

    // Each parameter with its average; those of the run that began last.
    let mutable averages: (Parameter * Tensor) list = []

    let handles (tensors: Tensor seq) =
        Arg.tensors [| for tensor in tensors -> tensor.Handle |]

    let decayAt (step: int) =
        min decay ((1.0 + float step) / (10.0 + float step))

    let follow (averages: (Parameter * Tensor) list) (step: int) =
        let targets, sources =
            handles (Seq.map snd averages), handles (averages |> Seq.map (fun (parameter, _) -> parameter.Value))

        let decay = decayAt step

        Gradient.off (fun () ->
            scaleOp.Run [| targets; Arg.double decay |]
            addOp.Run [| targets; sources; Arg.double (1.0 - decay) |])

    // Puts the averages in place until it is disposed.
    let averaged () : IDisposable =
        let mine = averages

        if mine.IsEmpty then
            raise (Errors.Training.noAverage ())

        let own = [ for parameter, _ in mine -> Scope.keep (parameter.Value.noDiff().clone()) ]

        let put (values: Tensor list) =
            List.iter2 (fun (parameter: Parameter, _) value -> Parameter.assign parameter.Value value) mine values

        put (List.map snd mine)

        { new IDisposable with
            member _.Dispose() =
                put own
                own |> List.iter _.Dispose() }

    // What has only begun when it is returned.
    let isUnfinished (result: Type) =
        typeof<Task>.IsAssignableFrom result
        || result = typeof<ValueTask>
        || result.IsGenericType
           && List.contains (result.GetGenericTypeDefinition()) [ typedefof<ValueTask<_>>; typedefof<Async<_>> ]

    /// The largest decay.
    member _.Decay: float = decay

    /// d_t at step t, counted from 1.
    member _.DecayAt(step: int) : float = decayAt step

    /// The optimizer, which also moves the average after each step and remembers it under `average.`; it begins with the weights as they
    /// are at the start. Begun again, on these or other parameters, it is their average that counts.
    member _.Of(optimizer: Optimizer) : Optimizer =
        let start (parameters: Parameter list) =
            let inner = optimizer.Start parameters
            let mine = [ for parameter in inner.Parameters -> parameter, Scope.keep (parameter.Value.noDiff().clone()) ]
            averages <- mine

            { new OptimizerState(inner.Parameters, inner.LearningRate) with
                member this.Step gradients =
                    inner.LearningRate <- this.LearningRate
                    inner.Steps <- this.Steps
                    inner.Step gradients
                    this.Steps <- inner.Steps
                    follow mine this.Steps

                member _.Memory = inner.Memory @ [ for parameter, average in mine -> $"average.{parameter.Name}", average ]
                member _.Averages = inner.Averages @ List.map snd mine }

        { Name = $"{optimizer.Name}, averaged (decay {decay})"; Start = start }

    /// Runs `body` with the averaged weights in place; those of the training are put back afterwards, also where `body` fails.
    /// Raises InvalidOperationException before any training has begun with the optimizer, and ArgumentException for a body that
    /// returns a task: see `DuringTask`.
    member _.During(body: unit -> 'T) : 'T =
        if isUnfinished typeof<'T> then
            raise (Errors.Training.averageOfTask ())

        use _ = averaged ()
        body ()

    /// `During` for work that returns a task: the training's weights are put back when the task has completed.
    member _.DuringTask(body: unit -> Task<'T>) : Task<'T> =
        task {
            use _ = averaged ()
            return! body ()
        }
