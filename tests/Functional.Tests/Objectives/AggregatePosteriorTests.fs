// The three parts of the divergence from the prior (shared/laws.md, section 4.6), exact and from minibatches.
// Run with the whole suite.
module internal Functional.Tests.AggregatePosteriorTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// Posteriors of so many examples, with codes of so many components.
let private posteriors (draw: Draw) (examples: int) (size: int) : Tensor * Tensor =
    draw.Tensor([| examples; size |], -2.0, 2.0), draw.Tensor([| examples; size |], 0.4, 1.2)

let private posteriorOf (mean: Tensor, scale: Tensor) : Distribution = Normal.diagonal mean scale

let private prior (size: int) : Distribution =
    Normal.diagonal (dsharp.zeros (size, dtype = Dtype.Float64)) (dsharp.ones (size, dtype = Dtype.Float64))

let private samplings (batch: int) =
    [ AggregateSampling.WholeSet; AggregateSampling.Weighted(batch + 7); AggregateSampling.Stratified(batch + 7) ]

let private parts = [ "mutual information"; "total correlation"; "dimension-wise kl" ]

// ---- what holds for every draw ----

let private addsUp (draw: Draw) =
    let batch, size = draw.Int(2, 6), draw.Int(1, 4)
    let posterior = posteriorOf (posteriors draw batch size)

    for shape in [ []; [ 3 ]; [ 2; 3 ] ] do
        let z = posterior.RSample shape

        for sampling in samplings batch do
            let loss = AggregatePosterior.decompose sampling (prior size) posterior z
            Expect.equal (loss.Terms |> List.map _.Name) parts "the terms"
            Expect.equal loss.Value.shape (Array.append (List.toArray shape) [| batch |]) "one number for each draw"
            isClose 1e-11 "log q(z|x) - log p(z)" loss.Value (posterior.LogProb z - (prior size).LogProb z)

let private mixtures (draw: Draw) =
    let batch, size = draw.Int(1, 6), draw.Int(1, 4)
    let mean, scale = posteriors draw batch size
    let z = (posteriorOf (mean, scale)).Sample [ 2 ]
    let found = AggregatePosterior.density AggregateSampling.WholeSet (posteriorOf (mean, scale)) z
    let even = Categorical.FromLogits(dsharp.zeros (batch, dtype = Dtype.Float64))
    let joint = Mixture(even, posteriorOf (mean, scale))
    isClose 1e-11 "log q(z)" found.Joint (joint.LogProb z)

    for component' in 0 .. size - 1 do
        let single = Mixture(even, Normal(mean[*, component'], scale[*, component']))
        isClose 1e-11 "log q(z_j)" found.Components[*, *, component'] (single.LogProb z[*, *, component'])

let private differentiable (draw: Draw) =
    let batch, size = 3, draw.Int(1, 3)
    let mean, scale = posteriors draw batch size
    let noise = (dsharp.zeros ([ 2; batch; size ], dtype = Dtype.Float64)).randnLike()
    let weights = draw.Floats(3, 0.5, 3.0)

    for sampling in samplings batch do
        let objective (inputs: Tensor list) =
            let z = inputs[0] + inputs[1] * noise
            let loss = AggregatePosterior.decompose sampling (prior size) (posteriorOf (inputs[0], inputs[1])) z
            (Seq.map2 (fun (term: Term) weight -> term.Value.mean () * weight) loss.Terms weights) |> Seq.reduce (+)

        differentiates $"{sampling}" objective [ mean; scale ]

let private pieces (draw: Draw) =
    let batch, size = 250, 4
    let posterior = posteriorOf (posteriors draw batch size)
    let z = posterior.Sample [ 10 ]

    for sampling in samplings batch do
        let whole = AggregatePosterior.density sampling posterior z
        let parts = [ for z in z.unstack () -> AggregatePosterior.density sampling posterior z ]
        isClose 1e-12 "joint" whole.Joint (Tensor.stack [ for part in parts -> part.Joint ])
        isClose 1e-12 "components" whole.Components (Tensor.stack [ for part in parts -> part.Components ])

// ---- the whole set, against quadrature ----

let private step = 0.05

/// The points of a fine grid on the line, beyond which nothing is.
let private grid () =
    float64 [| for i in -200 .. 200 -> step * float i |]

// ∫ q log(q/p) over the grid, from log-densities there; the trapezoidal rule is exact to rounding for such densities.
let private divergence (cell: float) (logQ: Tensor) (logP: Tensor) : float =
    (((logQ.exp ()) * (logQ - logP)).sum() * cell).toDouble()

let private logMarginals (mean: Tensor) (scale: Tensor) : Tensor list =
    let grid = grid ()

    [ for component' in 0 .. mean.shape[1] - 1 ->
          let each = Normal(mean[*, component'], scale[*, component'])
          let points = (grid.unsqueeze 1).expand [ grid.shape[0]; mean.shape[0] ]
          (each.LogProb points).logsumexp 1 - log (float mean.shape[0]) ]

let private standardLog () =
    Normal(float64 0.0, float64 1.0).LogProb(grid ())

let private terms (draws: int) (mean: Tensor, scale: Tensor) : Loss =
    let posterior = posteriorOf (mean, scale)
    let z = posterior.Sample [ draws ]
    AggregatePosterior.decompose AggregateSampling.WholeSet (prior mean.shape[1]) posterior z

let private agree (loss: Loss) (expected: (string * float) list) =
    for name, exact in expected do
        // Over the examples the mean is exact; over the draws it has an error.
        let mean, error = meanAndError (loss[name].mean 1)
        isWithin name mean error (float64 exact)

let private klToPrior (parameters: Tensor * Tensor) (size: int) : float =
    (Kl.divergence (posteriorOf parameters) (prior size)).mean().toDouble()

let private oneDimension (draw: Draw) =
    let parameters = posteriors draw (draw.Int(2, 5)) 1
    let loss = terms 20_000 parameters
    let marginal = (logMarginals (fst parameters) (snd parameters)).Head
    let kl = divergence step marginal (standardLog ())

    agree loss [ "mutual information", klToPrior parameters 1 - kl; "dimension-wise kl", kl ]
    isClose 1e-12 "one component has no total correlation" loss["total correlation"] (loss.Value.zerosLike ())

let private twoDimensions (draw: Draw) =
    let mean, scale = posteriors draw (draw.Int(2, 5)) 2
    let loss = terms 20_000 (mean, scale)
    let marginals = logMarginals mean scale
    let grid = grid ()
    let n = grid.shape[0]
    let across = (grid.unsqueeze 1).expand [ n; n ]
    let points = Tensor.stack ([ across; across.transpose () ], 2)
    let shape = [| n; n; mean.shape[0]; 2 |]
    let joint = ((posteriorOf (mean, scale)).LogProb((points.unsqueeze 2).expand shape)).logsumexp 2
    let joint = joint - log (float mean.shape[0])
    let product = marginals[0].unsqueeze 1 + marginals[1]
    let correlation = divergence (step * step) joint product
    let single = marginals |> List.sumBy (fun marginal -> divergence step marginal (standardLog ()))

    agree
        loss
        [ "total correlation", correlation
          "dimension-wise kl", single
          "mutual information", klToPrior (mean, scale) 2 - correlation - single ]

// ---- minibatches, by listing them all ----

let rec private subsets (count: int) (from: int list) : int list list =
    match from with
    | _ when count = 0 -> [ [] ]
    | [] -> []
    | first :: rest -> [ for others in subsets (count - 1) rest -> first :: others ] @ subsets count rest

let rec private words (length: int) (letters: int list) : int list list =
    if length = 0 then
        [ [] ]
    else
        [ for first in letters do
              for rest in words (length - 1) letters -> first :: rest ]

/// The mean, over minibatches that begin with example 0, of the densities at a draw of its posterior; and the exact ones.
let private overBatches (sampling: AggregateSampling) (mean: Tensor, scale: Tensor) (batches: int list list) =
    let z = (posteriorOf (mean[0..0], scale[0..0])).Sample()

    let take (batch: int list) (all: Tensor) =
        all.indexSelect (0, dsharp.tensor batch)

    let densityOf sampling (batch: int list) =
        let posterior = posteriorOf (take batch mean, take batch scale)
        let draws = Tensor.cat [ z; (posterior.Sample())[1..] ]
        let density = AggregatePosterior.density sampling posterior draws
        Tensor.cat [ density.Joint[0..0].exp(); density.Components[0].exp() ]

    let average = (Tensor.stack [ for batch in batches -> densityOf sampling (0 :: batch) ]).mean 0
    let whole = [ 0 .. mean.shape[0] - 1 ]
    average, densityOf AggregateSampling.WholeSet whole, densityOf AggregateSampling.WholeSet [ 0 ]

let private stratifiedUnbiased (draw: Draw) =
    let examples = draw.Int(3, 6)
    let parameters = posteriors draw examples (draw.Int(1, 3))

    for batch in 2..examples do
        let batches = subsets (batch - 1) [ 1 .. examples - 1 ]
        let average, exact, _ = overBatches (AggregateSampling.Stratified examples) parameters batches
        isClose 1e-11 $"batches of {batch} from {examples}" average exact

let private weightedExpectation (draw: Draw) =
    let examples, batch = draw.Int(2, 5), draw.Int(1, 3)
    let batch = min batch examples
    let parameters = posteriors draw examples (draw.Int(1, 3))
    let batches = words (batch - 1) [ 0 .. examples - 1 ]
    let average, exact, own = overBatches (AggregateSampling.Weighted examples) parameters batches
    let expected = (own + exact * float (batch - 1)) / float (examples * batch)
    isClose 1e-11 $"batches of {batch} from {examples}" average expected

/// E log of the weighted estimate is at most E log q(z): appendix C.1.
let private weightedBelow (draw: Draw) =
    let examples, batch, size = 20, 5, 2
    let mean, scale = posteriors draw examples size
    let all = posteriorOf (mean, scale)

    let gap () =
        let order = dsharp.randint (0, examples, batch)
        let take (all: Tensor) = all.indexSelect (0, order)
        let posterior = posteriorOf (take mean, take scale)
        let z = posterior.Sample()
        let weighted = AggregatePosterior.density (AggregateSampling.Weighted examples) posterior z
        let full = (z.unsqueeze 1).expand [ batch; examples; size ]
        (weighted.Joint - ((all.LogProb full).logsumexp 1 - log (float examples))).mean()

    let mean, error = meanAndError (Tensor.stack [ for _ in 1..500 -> Scope.run gap ])
    Expect.isLessThan (mean.toDouble ()) (-standardErrors * error.toDouble ()) "weighted sampling underestimates log q(z)"

[<Tests>]
let tests =
    testList
        "Aggregate posterior"
        [ holds "the three terms add up to the log-ratio for every draw" 5 addsUp
          holds "on the whole set the densities are those of mixtures" 10 mixtures
          holds "every term is differentiable in the posteriors and the draws" 2 differentiable
          holds "computing in pieces changes nothing" 1 pieces
          holds "in one dimension the parts agree with quadrature" 5 oneDimension
          holds "in two dimensions the parts agree with quadrature" 3 twoDimensions
          holds "stratified sampling is unbiased in the density" 10 stratifiedUnbiased
          holds "weighted sampling has the expectation that its weights say" 10 weightedExpectation
          holds "the logarithm of weighted sampling is too low on average" 2 weightedBelow

          testCase "what does not fit is refused" (fun () ->
              let draw = Draw 1
              let posterior = posteriorOf (posteriors draw 3 2)
              let z = posterior.Sample()

              let decompose sampling prior posterior z () =
                  AggregatePosterior.decompose sampling prior posterior z

              let refuses action (parts: string list) =
                  says (messageOf<ArgumentException, _> action) parts

              let whole = AggregateSampling.WholeSet
              refuses (decompose whole (prior 2) posterior z[..1]) [ "[2; 2]"; "[3; 2]" ]
              refuses (decompose whole (prior 3) posterior z) [ "2 components" ]
              refuses (decompose whole (prior 2) (Normal(z, z.abs () + 1.0)) z) [ "posterior"; "Independent" ]
              refuses (decompose (AggregateSampling.Weighted 2) (prior 2) posterior z) [ "2 examples"; "batch 3" ]
              let one = posteriorOf (posteriors draw 1 2)
              refuses (decompose (AggregateSampling.Stratified 5) (prior 2) one (one.Sample())) [ "at least 2" ]
              refuses (decompose whole (prior 2) (posterior.Expand [| 4; 3 |]) (z.expand [ 4; 3; 2 ])) [ "one batch axis" ]) ]
