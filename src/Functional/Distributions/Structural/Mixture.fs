// Mixtures: of one family, whose last batch axis counts the components, or of any distributions of equal shapes.
// Densities of several modes, priors of clusters.
namespace Functional

open System
open Functional.Tensors

/// Where the components of a mixture are.
[<RequireQualifiedAccess>]
type private Components =
    /// Along the last batch axis of one distribution.
    | Stacked of Distribution
    | Listed of Distribution[]

/// p(x) = Σ_k w_k p_k(x). `weights` has the K components as categories; the distributions of its batch line up with those of the components.
/// Samples have a pathwise gradient, also in the weights, when the components are continuous distributions of numbers, or Independent ones, that
/// have one and a distribution function: the implicit one of Figurnov, Mohamed, Mnih, arXiv:1805.08498 (first derivatives only).
/// There is no closed form for its entropy. Raises ArgumentException when shapes or numbers of components do not fit, or when densities cannot be
/// added up, as those of discrete and continuous values.
[<Sealed>]
type Mixture private (weights: Categorical, components: Components) =
    inherit Distribution()

    static let rec element (distribution: Distribution) =
        match distribution with
        | :? Independent as wrapper -> element wrapper.Base
        | distribution -> distribution

    static let hasCdf (distribution: Distribution) =
        Scope.run (fun () ->
            Gradient.off (fun () ->
                try
                    distribution.Cdf(distribution.Support.InnerPoint(snd distribution.Parameters.Head)) |> ignore
                    true
                with :? NotSupportedException ->
                    false))

    let first, innerBatch =
        match components with
        | Components.Stacked stacked ->
            if stacked.BatchShape.Length = 0 || Array.last stacked.BatchShape <> weights.Count then
                raise (Errors.Distribution.components weights.Count stacked.Name stacked.BatchShape)

            stacked, Shapes.leading 1 stacked.BatchShape
        | Components.Listed listed ->
            if listed.Length <> weights.Count then
                raise (Errors.Distribution.listedComponents weights.Count listed.Length)

            let join (longest: Shape) (other: Distribution) =
                match Shapes.tryLineUp longest other.BatchShape with
                | Some batch when other.EventShape = listed[0].EventShape -> batch
                | _ -> raise (Errors.Distribution.unlikeComponents (string listed[0]) (string other))

            listed[0], Array.fold join [||] listed

    let eventShape = first.EventShape
    let rank = eventShape.Length

    let batchShape =
        match Shapes.tryLineUp weights.BatchShape innerBatch with
        | Some batch -> batch
        | None -> raise (Errors.Distribution.parameters "Mixture" "weights" weights.BatchShape "components" innerBatch)

    let all =
        match components with
        | Components.Stacked stacked -> [| stacked |]
        | Components.Listed listed -> listed

    let support () : Support =
        match components with
        | Components.Stacked stacked -> Hull.overLastBatchAxis (Array.append stacked.BatchShape eventShape) rank stacked.Support
        | Components.Listed listed ->
            let like = snd weights.Parameters.Head

            let join (soFar: Support) (other: Distribution) =
                match Hull.join like soFar other.Support with
                | Some hull -> hull
                | None -> raise (Errors.Distribution.incompatible listed[0].Name other.Name)

            Array.fold join listed[0].Support listed[1..]

    do Scope.run (fun () -> support () |> ignore)

    let hasRSample =
        lazy
            (all
             |> Array.forall (fun component' ->
                 let element = element component'

                 component'.HasRSample && element.EventShape.Length = 0 && not element.Support.IsDiscrete && hasCdf element))

    // What each component says, repeated to the longest answer, along an axis in front of the last `axes`.
    let each (axes: int) (ask: Distribution -> Tensor) : Tensor =
        match components with
        | Components.Stacked stacked -> ask stacked
        | Components.Listed listed ->
            let answers = Array.map ask listed
            let longest = (answers |> Array.maxBy _.dim).shape
            Tensor.stack ([ for answer in answers -> answer.expand longest ], -1 - axes)

    // The same of a value.
    let eachAt (axes: int) (value: Tensor) (ask: Distribution -> Tensor -> Tensor) : Tensor =
        match components with
        | Components.Stacked _ ->
            let events = value.dim - rank
            let wide = Array.concat [ value.shape[.. events - 1]; [| weights.Count |]; eventShape ]
            let value = (value.unsqueeze events).expand wide
            each axes (fun component' -> ask component' value)
        | Components.Listed _ -> each axes (fun component' -> ask component' value)

    // A component that excludes x adds nothing, whatever its gradients would be; where all do, the density is 0.
    let logSumExp (terms: Tensor) : Tensor =
        let excluded = ((terms.max -1).eq -infinity)
        let sum = (dsharp.where (excluded.unsqueeze -1, terms.scalarLike 0.0, terms)).logsumexp -1
        dsharp.where (excluded, sum.scalarLike -infinity, sum)

    let overEvents (perComponent: Tensor) : Tensor =
        perComponent.view (Array.append perComponent.shape (Array.create rank 1))

    let average (perComponent: Tensor) : Tensor =
        (overEvents weights.Probabilities * perComponent).sum(-1 - rank)

    // Batch axes that a part lacks become sample axes of its own.
    let samplesOf (sampleShape: Shape) (batch: Shape) =
        Array.append sampleShape (Shapes.leading batch.Length batchShape)

    let batchOf (component': Distribution) =
        match components with
        | Components.Stacked _ -> innerBatch
        | Components.Listed _ -> component'.BatchShape

    // [...; K; n] of the elements that an event has in some order.
    let flat (perComponent: Tensor) : Tensor =
        let leading = Shapes.leading rank perComponent.shape
        perComponent.view (Array.append leading [| Shape.nelement eventShape |])

    /// Any distributions of equal event shapes, whose batch shapes line up.
    static member Of(weights: Categorical, components: seq<Distribution>) =
        Mixture(weights, Components.Listed(Seq.toArray components))

    /// One distribution whose last batch axis is that of the components.
    new(weights: Categorical, components: Distribution) = Mixture(weights, Components.Stacked components)

    /// w.
    member _.Weights = weights

    /// The components: one for each, or one that holds all along its last batch axis.
    member _.Components: Distribution list = List.ofArray all

    /// log P(k | x): which component a value is from, along a new last axis.
    member _.LogResponsibilities(value: Tensor) : Tensor =
        (weights.LogProbabilities + eachAt 0 value (fun component' value -> component'.LogDensity value)).logsoftmax -1

    override _.Name = "Mixture"
    override _.BatchShape = batchShape
    override _.EventShape = eventShape
    override _.Support = support ()

    override _.Parameters =
        [ for name, value in weights.Parameters -> $"weights.{name}", value
          for i, component' in Array.indexed all do
              for name, value in component'.Parameters -> (if all.Length = 1 then name else $"{i}.{name}"), value ]

    override _.Draw sampleShape =
        Gradient.off (fun () ->
            let chosen = weights.Draw(samplesOf sampleShape weights.BatchShape)
            let draws = each rank (fun component' -> component'.Draw(samplesOf sampleShape (batchOf component')))
            let axis = chosen.dim
            let index = chosen.view (Array.append chosen.shape (Array.create (rank + 1) 1))
            let index = index.expand (Array.concat [ chosen.shape; [| 1 |]; eventShape ])
            (draws.gather (axis, index)).squeeze axis)

    override _.HasRSample = hasRSample.Value

    override this.RDraw sampleShape =
        if not this.HasRSample then
            raise (Errors.Distribution.notReparameterizable this.Name)

        let x = this.Draw sampleShape

        let ask (f: Distribution -> Tensor -> Tensor) =
            flat (eachAt rank x (fun component' -> f (element component')))

        let functions = ask (fun element value -> element.Cdf value)
        let logDensities = ask (fun element value -> element.LogDensity value)
        let n = Shape.nelement eventShape

        // Σ_{j<i} log p_kj(x_j), of which the weights of the components given the elements before i are made
        let before =
            if n < 2 then
                logDensities.zerosLike ()
            else
                let none = logDensities.zerosLike (Array.append (Shapes.leading 1 logDensities.shape) [| 1 |])
                (Tensor.cat ([ none; View.slice -1 0 (n - 2) logDensities ], -1)).cumsum -1

        let given = (weights.LogProbabilities.unsqueeze -1 + before).softmax -2
        let conditionals = (given * functions).sum -2
        let densities = (given * logDensities.exp ()).sum -2
        let values = x.view conditionals.shape

        let moved =
            if n < 2 then
                Implicit.ofNumber values conditionals densities
            else
                // ∂F_i/∂x_j = Σ_k P(k | x_<i) (F_ki - F_i) ∂log p_kj/∂x_j for j < i
                let scores =
                    let score (component': Distribution) (value: Tensor) =
                        value |> dsharp.grad (fun value -> ((element component').LogDensity value).sum())

                    Gradient.off (fun () -> flat (eachAt rank x score))

                let excess = given * (functions - conditionals.unsqueeze -2)
                let below = (excess.transpose(-2, -1).matmul scores).noDiff().tril()
                let jacobian = below - Vectors.toDiagonal (Vectors.diagonal below) + Vectors.toDiagonal densities
                Implicit.ofVector values conditionals jacobian

        moved.view x.shape

    override _.LogDensity value =
        logSumExp (weights.LogProbabilities + eachAt 0 value (fun component' value -> component'.LogDensity value))

    override _.Mean = (average (each rank _.Mean)).expand(Array.append batchShape eventShape)

    override _.Variance =
        let means = each rank _.Mean
        let middle = (average means).unsqueeze(-1 - rank)
        (average (each rank _.Variance + (means - middle).square())).expand(Array.append batchShape eventShape)

    override _.Cdf value =
        average (eachAt rank value (fun component' value -> component'.Cdf value))

    override this.EnumerateSupport() =
        match this.Support with
        | Support.Boolean
        | Support.Categories _
        | Support.OneHot ->
            let widest = all |> Array.maxBy (fun component' -> (component'.EnumerateSupport()).shape[0])
            let values = widest.EnumerateSupport()

            let values =
                match components with
                | Components.Stacked _ -> View.select (values.dim - 1 - rank) 0 values
                | Components.Listed _ -> values

            let missing = Array.create (batchShape.Length + rank + 1 - values.dim) 1
            let aligned = values.view (Array.concat [ [| values.shape[0] |]; missing; Array.tail values.shape ])
            aligned.expand (Array.concat [ [| values.shape[0] |]; batchShape; eventShape ])
        | _ -> base.EnumerateSupport()

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand this.Name batchShape shape)

        let weights = weights.Expand shape :?> Categorical

        match components with
        | Components.Stacked stacked -> Mixture(weights, stacked.Expand(Array.append shape [| weights.Count |]))
        | Components.Listed listed -> Mixture.Of(weights, listed |> Array.map _.Expand(shape))
