// The laws of Kullback-Leibler divergences (shared/laws.md, section 3), for every pair of families with a closed form.
// Run with the whole suite; a pair that is registered in Kl.fs is tested because its families are in the registry.
module internal Functional.Tests.KlLaws

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open Functional
open Functional.Tensors
open Functional.Tests.Testing


/// Two families whose random instances have the same event shape and the same categories.
type private Pair = { P: FamilyEntry; Q: FamilyEntry }

/// Random p and q with equal event shapes, each of its own batch shape. The sizes of both are drawn alike, until they fit.
let private tryInstances (pair: Pair) (draw: Draw) (pBatch: Shape) (qBatch: Shape) : (Instance * Instance) option =
    let attempt (number: int) =
        let sizes () = Draw(draw.Seed + 1000 * number)

        let make (family: FamilyEntry) (batch: Shape) =
            instanceOf family (family.Start (sizes ()) draw batch)

        make pair.P pBatch, make pair.Q qBatch

    Seq.init 12 attempt |> Seq.tryFind (fun (p, q) -> p.Distribution.EventShape = q.Distribution.EventShape)

let private instances (pair: Pair) (draw: Draw) (pBatch: Shape) (qBatch: Shape) : Instance * Instance =
    Option.get (tryInstances pair draw pBatch qBatch)

let private distributions (pair: Pair) (draw: Draw) : Distribution * Distribution =
    let batch = draw.Batch()
    let p, q = instances pair draw batch batch
    p.Distribution, q.Distribution

// A point that happens to lie in a set of isolated ones has a divergence; a random one does not.
let private isComparable (p: Distribution) (q: Distribution) =
    Kl.hasClosedForm p q
    && not (p :? Delta && not (q :? Delta) && (q.Support.IsDiscrete || q.Support.RefusesOutsiders))

// Families of one kind: numbers with numbers, and Independents of one rank with each other.
let private pairs: Pair list =
    [ for families in Families.plain :: List.map Families.independents [ 0; 1; 2 ] do
          let examples = [ for family in families -> family, (instance family (Draw 1) [||]).Distribution ]

          for (p, first), (q, second) in List.allPairs examples examples do
              let pair = { P = p; Q = q }

              if first.EventShape.Length = second.EventShape.Length then
                  match tryInstances pair (Draw 1) [||] [||] with
                  | Some(first, second) when isComparable first.Distribution second.Distribution -> pair
                  | _ -> () ]

// A divergence in the thousands is the mean of rare and huge numbers, which samples miss and differences cannot resolve.
let private moderate (divergence: Tensor) =
    (numbers divergence) |> Array.forall (fun value -> abs value < 1e3)

// ---- the laws ----

let private ofItself (pair: Pair) (draw: Draw) =
    if pair.P.Name = pair.Q.Name then
        let p = (instance pair.P draw (draw.Batch())).Distribution
        let divergence = Kl.divergence p p
        isClose 1e-12 "KL(p || p)" divergence (divergence.zerosLike ())

let private nonNegative (pair: Pair) (draw: Draw) =
    let p, q = distributions pair draw
    Expect.all (numbers (Kl.divergence p q)) (fun value -> value >= -1e-12) "KL(p || q) is not negative"

let private isExpectation (pair: Pair) (draw: Draw) =
    let p, q = distributions pair draw
    let divergence = Kl.divergence p q
    Expect.equal divergence.shape p.BatchShape "one number for each batch element"
    let breaks = pair.P.Breaks(element p) @ pair.Q.Breaks(element q)
    let tolerance = 1e-7 * max (fst pair.P.Tolerance) (fst pair.Q.Tolerance)

    let ratio x =
        Grid.logDensity p x - Grid.logDensity q x

    isClose tolerance "KL(p || q)" divergence (Grid.expectationOver breaks p ratio)

let private isEstimated (pair: Pair) (draw: Draw) =
    let p, q = distributions pair draw
    let divergence = Kl.divergence p q

    if moderate divergence then
        let estimate = Kl.estimate 4_000 p q
        isWithin "the estimate of KL(p || q)" estimate.Value estimate.StandardError divergence

let private adds (pair: Pair) (draw: Draw) =
    let p, q = distributions pair draw
    let parts = Kl.divergence (element p) (element q)
    let events = [ for axis in 1 .. parts.dim - p.BatchShape.Length -> -axis ]
    let sum = if events.IsEmpty then parts else parts.sum events
    isClose 1e-12 "KL of independent variables" (Kl.divergence p q) sum

let private differentiable (pair: Pair) (draw: Draw) =
    let batch = draw.Batch()
    let p, q = instances pair draw batch batch
    let count = p.Parameters.Length
    let inputs = p.Parameters @ q.Parameters

    // a closed form that needs equal numbers of trials has no derivative in them
    let constants (family: FamilyEntry) (instance: Instance) =
        family.Constants
        @ [ for place, (name, _) in List.indexed instance.Distribution.Parameters do
                if name = "total" then
                    place ]

    let ofQ = [ for place in constants pair.Q q -> count + place ]
    let free = List.except (constants pair.P p @ ofQ) [ 0 .. inputs.Length - 1 ]

    if moderate (Kl.divergence p.Distribution q.Distribution) then
        let divergence (moved: Tensor list) =
            let parameters = List.fold2 (fun all place value -> List.updateAt place value all) inputs free moved
            let p, q = List.splitAt count parameters
            (Kl.divergence (pair.P.OfParameters p) (pair.Q.OfParameters q)).sum()

        differentiates "the gradient of KL(p || q)" divergence [ for place in free -> inputs[place] ]

let private linesUp (pair: Pair) (draw: Draw) =
    let wide (distribution: Distribution) = distribution.Expand [| 2; 3 |]

    for pBatch, qBatch in [ [| 2; 3 |], [| 3 |]; [| 3 |], [| 2; 3 |]; [| 2; 3 |], [||]; [||], [| 2; 3 |] ] do
        let p, q = instances pair draw pBatch qBatch

        // Of some families only members with equal numbers of trials have a closed form, and random ones seldom have.
        if pair.P.Constants.IsEmpty || Kl.hasClosedForm p.Distribution q.Distribution then
            let divergence = Kl.divergence p.Distribution q.Distribution
            Expect.equal divergence.shape [| 2; 3 |] "the batch shape"
            isClose 1e-12 "KL(p || q)" divergence (Kl.divergence (wide p.Distribution) (wide q.Distribution))

    for pBatch, qBatch in [ [| 3; 1 |], [| 3 |]; [| 3 |], [| 1 |]; [| 1 |], [| 3 |]; [| 2; 3 |], [| 2; 1 |] ] do
        let p, q = instances pair draw pBatch qBatch
        let message = messageOf<ArgumentException, _>(fun () -> Kl.divergence p.Distribution q.Distribution)
        says message [ p.Distribution.Name; q.Distribution.Name; "do not line up" ]

let private laws =
    [ "KL(p, p) is zero", ofItself
      "KL(p, q) is not negative", nonNegative
      "the closed form is the expectation of the difference of log-densities", isExpectation
      "the closed form is what Kl.estimate estimates", isEstimated
      "the divergence of independent variables is the sum of theirs", adds
      "its gradients agree with finite differences", differentiable
      "batch shapes line up from the right and no axis is stretched", linesUp ]

// Entries say which laws do not hold of them; and the density of a point counts the point as one, which that of no other does.
let private isExpected (pair: Pair) (law: string) =
    pair.P.Without @ pair.Q.Without |> List.forall (fun (part, _) -> not (law.Contains part))
    && not (pair.P.Name.StartsWith "Delta" && law = "KL(p, q) is not negative")

// ---- the registry of closed forms ----

let private isCovered (p: Type, q: Type) =
    pairs
    |> List.exists (fun pair ->
        let first, second = distributions pair (Draw 1)
        first.GetType() = p && second.GetType() = q)

/// A family that has no closed form until a test registers one: the exponential distribution, written as a user would.
type private Exponential(rate: Tensor) =
    inherit Distribution()
    member _.Rate = rate
    override _.Name = "Exponential"
    override _.BatchShape = rate.shape
    override _.EventShape = [||]
    override _.Support = Support.Interval(rate.zerosLike (), rate.fullLike infinity)
    override _.Parameters = [ "rate", rate ]
    override _.HasRSample = true

    override _.RDraw shape =
        -(rate.randLike (Array.append shape rate.shape)).log() / rate

    override _.LogDensity value = rate.log () - rate * value
    override _.Expand shape = Exponential(rate.expand shape)

type private Unrelated(rate: Tensor) =
    inherit Distribution()
    override _.Name = "Unrelated"
    override _.BatchShape = rate.shape
    override _.EventShape = [||]
    override _.Support = Support.Real
    override _.Parameters = []
    override _.LogDensity value = value
    override _.Expand _ = Unrelated rate

let private refused p q =
    messageOf<NotSupportedException, _>(fun () -> Kl.divergence p q)

let private registering (draw: Draw) =
    let p, q = Exponential(draw.Tensor([| 3 |], 0.5, 2.0)), Exponential(draw.Tensor([| 3 |], 0.5, 2.0))
    let exact = (p.Rate / q.Rate).log() + q.Rate / p.Rate - 1.0
    let estimate = Kl.estimate 10_000 p q
    isWithin "the estimate" estimate.Value estimate.StandardError exact
    Kl.register (fun (p: Exponential) (q: Exponential) -> (p.Rate / q.Rate).log() + q.Rate / p.Rate - 1.0)
    isClose 1e-12 "the registered form" (Kl.divergence p q) exact
    let wrapped = Kl.divergence (Independent(p, 1)) (Independent(q, 1))
    isClose 1e-12 "the registered form of independent variables" wrapped (exact.sum ())

// The squares of standardized errors of the estimate have mean 1, and variance 2 or more: here within a factor.
let private standardErrorIsRight (draw: Draw) =
    let p = Normal.diagonal (draw.Tensor([| 300; 2 |], -1.0, 1.0)) (draw.Tensor([| 300; 2 |], 0.5, 1.0))
    let q = Normal.diagonal (draw.Tensor([| 2 |], -1.0, 1.0)) (draw.Tensor([| 2 |], 1.0, 2.0))
    let estimate = Kl.estimate 500 p q
    let standardized = (estimate.Value - Kl.divergence p q) / estimate.StandardError
    let mean, error = meanAndError (standardized.square ())
    isWithin "the mean squared error in standard errors" mean (error + 0.01) (mean.onesLike ())

// ---- exponential families ----

let private example (family: FamilyEntry) =
    (instance family (Draw 1) [||]).Distribution

let private ofLogNormalizer (family: FamilyEntry) (draw: Draw) =
    let batch = draw.Batch()
    let p, q = instances { P = family; Q = family } draw batch batch
    let p, q = p.Distribution, q.Distribution

    if Bregman.applies p q then
        isClose 1e-9 "KL(p || q)" (Bregman.divergence p q) (Kl.divergence p q)

// ---- Gaussians, by the formulas of the lecture notes ----

let private gaussians (draw: Draw) =
    let size = draw.Int(1, 5)
    let mean, scale = (fun () -> draw.Tensor([| size |], -2.0, 2.0)), (fun () -> draw.Tensor([| size |], 0.3, 2.0))
    let qMean, qScale, pMean, pScale = mean (), scale (), mean (), scale ()
    let found = Kl.divergence (Normal.diagonal qMean qScale) (Normal.diagonal pMean pScale)

    let diagonal =
        Seq.zip (Seq.zip (numbers qMean) (numbers qScale)) (Seq.zip (numbers pMean) (numbers pScale))
        |> Seq.sumBy (fun ((mq, sq), (mp, sp)) ->
            let ratio = sq * sq / (sp * sp)
            0.5 * (ratio + (mq - mp) * (mq - mp) / (sp * sp) - 1.0 - log ratio))

    isClose 1e-12 "the diagonal formula" found (float64 diagonal)

    let covariance (scale: Tensor) =
        Matrix<float>.Build.DenseOfDiagonalArray(numbers (scale.square ()))

    let q, p = covariance qScale, covariance pScale
    let difference = Vector<float>.Build.DenseOfArray(numbers (pMean - qMean))
    let trace = (p.Inverse() * q).Trace()
    let distance = difference * (p.Inverse() * difference)
    let full = 0.5 * (trace + distance - float size + log (p.Determinant() / q.Determinant()))
    isClose 1e-10 "the full formula" found (float64 full)

// Repeated over axes of length 1, in one, in the other, in both: as if the parameters had been written out.
let private repeated (draw: Draw) =
    let parameters (shape: int list) =
        draw.Tensor(Array.ofList shape, -2.0, 2.0), draw.Tensor(Array.ofList shape, 0.5, 2.0)

    let target = [| 3; 4 |]
    let normal (mean: Tensor, scale: Tensor) : Distribution = Normal(mean, scale)

    let written (mean: Tensor, scale: Tensor) =
        normal (mean.expand target, scale.expand target)

    let stretched (mean, scale) : Distribution = Expanded(normal (mean, scale), target)

    for pShape, qShape in [ [ 3; 1 ], [ 1; 4 ]; [ 1 ], [ 1 ]; [ 3; 1 ], [ 3; 4 ]; [ 3; 4 ], [ 1 ]; [ 3; 1 ], [ 4 ]; [], [ 3; 1 ] ] do
        let p, q = parameters pShape, parameters qShape
        let expected = Kl.divergence (written p) (written q)
        Expect.equal expected.shape target "one number each"

        let rows (distribution: Distribution) = Independent(distribution, 1)

        for p, q in [ stretched p, stretched q; stretched p, written q; written p, stretched q ] do
            isClose 1e-12 $"{pShape} and {qShape}" (Kl.divergence p q) expected
            isClose 1e-12 $"rows of {pShape} and {qShape}" (Kl.divergence (rows p) (rows q)) (expected.sum -1)

    // formulas for vectors are not stretched
    let vectors (shape: int list) : Distribution =
        let mean = draw.Tensor(Array.ofList (shape @ [ 2 ]), -1.0, 1.0)
        Expanded(MultivariateNormal.FromScaleTril(mean, dsharp.eye (2, dtype = Dtype.Float64)), target)

    Expect.isFalse (Kl.hasClosedForm (vectors [ 3; 1 ]) (vectors [ 1; 4 ])) "no closed form is claimed"
    Expect.equal (Kl.divergence (vectors [ 1 ]) (vectors [ 1 ])).shape target "the same repeated"

let private common (draw: Draw) =
    let shift, factor = draw.Tensor([| 4 |], -2.0, 2.0), draw.Tensor([| 4 |], 0.2, 3.0)

    let normal () =
        draw.Tensor([| 4 |], -2.0, 2.0), draw.Tensor([| 4 |], 0.3, 2.0)

    let (m1, s1), (m2, s2) = normal (), normal ()
    let moved = Kl.divergence (Normal(m1 * factor + shift, s1 * factor)) (Normal(m2 * factor + shift, s2 * factor))
    isClose 1e-10 "normals" moved (Kl.divergence (Normal(m1, s1)) (Normal(m2, s2)))
    let low, width = draw.Tensor([| 4 |], -1.0, 0.0), draw.Tensor([| 4 |], 0.5, 1.0)

    let move (a: Tensor) (b: Tensor) =
        Uniform(a * factor + shift, b * factor + shift)

    let moved = Kl.divergence (move low (low + width)) (move (low - 1.0) (low + width + 1.0))
    isClose 1e-10 "uniforms" moved (Kl.divergence (Uniform(low, low + width)) (Uniform(low - 1.0, low + width + 1.0)))

[<Tests>]
let tests =
    testList
        "KL laws"
        [ testList
              "closed forms"
              [ for pair in pairs do
                    testList
                        $"{pair.P.Name}, {pair.Q.Name}"
                        [ for name, law in laws do
                              if isExpected pair name then
                                  holds name 3 (law pair) ] ]

          testCase "every registered pair of families is tested" (fun () ->
              Expect.all
                  (Kl.pairs () |> List.filter (fun (p, _) -> p.Assembly = typeof<Distribution>.Assembly))
                  isCovered
                  "a pair is in this list")

          testCase "a missing pair is an error that names both families and the nearest that exist" (fun () ->
              let rates = float64 [ 1.0; 2.0 ]
              let message = refused (Unrelated rates) (Normal(rates, rates))
              says message [ "Unrelated"; "Normal"; "The nearest that do"; "Uniform || Normal"; "Kl.register"; "Kl.estimate" ]
              let alone = refused (Unrelated rates) (Unrelated rates)
              Expect.isFalse (alone.Contains "nearest") "no pair is near"
              let wrapped = refused (Independent(Bernoulli.FromLogits rates, 1)) (Normal.diagonal rates rates)
              says wrapped [ "Independent(Bernoulli, 1)"; "Independent(Normal, 1)"; "Bernoulli || Bernoulli" ])

          testCase "different event shapes and different numbers of categories are errors" (fun () ->
              let two, three = float64 [ 1.0; 2.0 ], float64 [ 1.0; 2.0; 3.0 ]
              let normals = (fun () -> Kl.divergence (Normal.diagonal two two) (Normal.diagonal three three))
              says (messageOf<ArgumentException, _> normals) [ "[2]"; "[3]" ]

              let categoricals () =
                  Kl.divergence (Categorical.FromLogits two) (Categorical.FromLogits three)

              says (messageOf<ArgumentException, _> categoricals) [ "[2]"; "[3]" ])

          testList
              "exponential families: the divergence of the log-normalizer is the closed form"
              [ for family in Families.plain do
                    if Bregman.areOfOneFamily (example family) (example family) then
                        holds family.Name 5 (ofLogNormalizer family) ]

          holds "a registered closed form is found, also under Independent" 3 registering
          holds "the standard error of an estimate is right" 5 standardErrorIsRight
          holds "diagonal Gaussians follow the diagonal and the full formula" 10 gaussians
          holds "distributions that are repeated have the divergence of what they stand for" 3 repeated
          holds "a common affine map changes nothing" 10 common ]
