// The laws of every distribution (shared/laws.md, section 1), for every family of the registry.
// Run with the whole suite; Families.fs says what is tested, this file what has to hold.
module internal Functional.Tests.DistributionLaws

open System
open Expecto
open MathNet.Numerics.Distributions
open Functional
open Functional.Tensors
open Functional.Tests.Testing


type private Law = { Name: string; Seeds: int; Holds: FamilyEntry -> Draw -> unit }

/// What a distribution says of itself, where that is defined.
let private defined (statistic: unit -> Tensor) : Tensor option =
    try
        Some(statistic ())
    with :? NotSupportedException ->
        None

let private shapeOf (distribution: Distribution) =
    Array.append distribution.BatchShape distribution.EventShape

let private random (family: FamilyEntry) (draw: Draw) =
    (instance family draw (draw.Batch())).Distribution

/// So many values, away from the ends of an interval, where a density is not differentiable.
let private innerValues (count: int) (distribution: Distribution) : Tensor =
    let values = distribution.Sample [ count ]

    match (element distribution).Support with
    | Support.Interval(low, high) ->
        let middle = (low + high) / 2.0
        middle + (values - middle) * 0.9
    | _ -> values

// ---- 1. density ----

let private normalized family draw =
    let distribution = random family draw

    let mass =
        Grid.expectation distribution (fun points ->
            points.onesLike (Array.append [| points.shape[0] |] distribution.BatchShape, dtype = Dtype.Float64))

    isClose 1e-8 "the whole mass" mass (mass.onesLike ())

// ---- 2. moments ----

let private momentsOfDensity family draw =
    let distribution = random family draw

    defined (fun () -> distribution.Mean)
    |> Option.iter (fun mean ->
        isClose 1e-7 "the mean" mean (Grid.expectation distribution id)
        let variance = Grid.expectation distribution (fun points -> (points - mean).square())
        isClose 1e-7 "the variance" distribution.Variance variance
        isClose 1e-7 "the standard deviation" distribution.StandardDeviation (variance.sqrt ()))

let private momentsOfSamples family draw =
    let distribution = random family draw

    defined (fun () -> distribution.Mean)
    |> Option.iter (fun mean ->
        let samples = distribution.Sample [ 20_000 ]
        let sampleMean, error = meanAndError samples
        isWithin "the mean" sampleMean error mean
        let sampleVariance, error = meanAndError ((samples - mean).square())
        isWithin "the variance" sampleVariance error distribution.Variance)

let private modeIsHighest family draw =
    let distribution = random family draw
    let points = (Grid.over distribution).Points
    let highest = (distribution.LogProb points).max 0
    let atMode = distribution.LogProb distribution.Mode
    Expect.equal distribution.Mode.shape (shapeOf distribution) "the mode's shape"
    Expect.isTrue ((atMode.ge (highest - 1e-9)).all().toBool()) "no point is more probable than the mode"

// ---- 3. distribution function ----

let private cdfIsIntegral family draw =
    let distribution = element (random family draw)
    let values = innerValues 3 distribution

    defined (fun () -> distribution.Cdf values)
    |> Option.iter (fun cdf ->
        let below =
            match distribution.Support with
            | support when support.IsDiscrete ->
                let points = distribution.EnumerateSupport()
                let reached = (points.unsqueeze 1).le(values.unsqueeze 0)
                (((distribution.LogProb points).exp()).unsqueeze 1 * reached.cast Dtype.Float64).sum 0
            | support ->
                let low =
                    match support with
                    | Support.Interval(low, _) -> low.expandAs values
                    | _ -> (distribution.Mean - distribution.StandardDeviation * 9.5).expandAs values

                let grid = Grid.between low values
                (grid.Weights * (distribution.LogProb grid.Points).exp()).sum 0

        isClose 1e-7 "P(X <= x)" cdf below)

let private icdfInverts family draw =
    let distribution = element (random family draw)
    let values = innerValues 5 distribution

    if not distribution.Support.IsDiscrete then
        isClose 1e-6 "Icdf (Cdf x)" (distribution.Icdf(distribution.Cdf values)) values
        let share = draw.Tensor(distribution.BatchShape, 0.01, 0.99)
        isClose 1e-9 "Cdf (Icdf p)" (distribution.Cdf(distribution.Icdf share)) share

/// One column for each scalar variable of a batch.
let private columns (samples: Tensor) : float[][] =
    let rows = samples.cast(Dtype.Float64).view [ samples.shape[0]; samples.nelement / samples.shape[0] ]
    [| for column in rows.unstack 1 -> numbers column |]

// The probability of a larger deviation is below that of 5 standard errors, 5.7e-7: 2 exp(-2 λ²) for Kolmogorov's λ.
let private rare = 5.7e-7
let private kolmogorov = sqrt (log (2.0 / rare) / 2.0)

let private kolmogorovSmirnov (distribution: Distribution) (samples: Tensor) =
    let n = samples.shape[0]

    for column in columns (distribution.Cdf samples) do
        let sorted = Array.sort column

        let distance =
            sorted
            |> Array.mapi (fun i share -> max (share - float i / float n) (float (i + 1) / float n - share))
            |> Array.max

        Expect.isLessThan (distance * sqrt (float n)) kolmogorov "the largest distance between the distribution functions"

let private chiSquare (distribution: Distribution) (samples: Tensor) =
    let support = columns (distribution.EnumerateSupport())
    let probabilities = columns ((distribution.LogProb(distribution.EnumerateSupport())).exp())

    for column, support, probabilities in Array.zip3 (columns samples) support probabilities do
        Expect.all column (fun value -> Array.contains value support) "samples lie in the support"

        let statistic =
            Array.zip support probabilities
            |> Array.sumBy (fun (value, probability) ->
                let expected = probability * float column.Length
                let found = column |> Array.filter ((=) value) |> Array.length |> float
                (found - expected) * (found - expected) / expected)

        let limit = ChiSquared.InvCDF(float (support.Length - 1), 1.0 - rare)
        Expect.isLessThan statistic limit "the chi-square statistic"

let private samplesFollow family draw =
    let distribution = (instance family draw (draw.FullBatch())).Distribution
    let samples = distribution.Sample [ 4_000 ]

    if samples.nelement > 0 then
        if distribution.Support.IsDiscrete then
            chiSquare (element distribution) samples
        else
            kolmogorovSmirnov (element distribution) samples

// ---- 4. entropy ----

let private entropyIsExpectation family draw =
    let distribution = random family draw
    let expected = Grid.expectation distribution (fun points -> -distribution.LogProb points)
    isClose 1e-7 "the entropy" (distribution.Entropy()) expected

// ---- 5. gradients of the log-density ----

/// log p as a function of the parameters and, where that makes sense, of the value.
let private logDensity (family: FamilyEntry) (draw: Draw) =
    let instance = instance family draw (draw.Batch())
    let values = innerValues 2 instance.Distribution
    let weights = draw.Tensor(Array.append [| 2 |] instance.Distribution.BatchShape, 0.5, 1.5)

    if instance.Distribution.Support.IsDiscrete then
        (fun parameters -> ((family.OfParameters parameters).LogProb values * weights).sum()), instance.Parameters
    else
        let f (inputs: Tensor list) =
            ((family.OfParameters inputs.Tail).LogProb inputs.Head * weights).sum()

        f, values :: instance.Parameters

let private gradients family draw =
    logDensity family draw ||> differentiates "the gradient of LogProb"

let private secondGradients family draw =
    let f, inputs = logDensity family draw

    let slope inputs =
        [ for place in 0 .. List.length inputs - 1 -> (gradientIn place f inputs).square().sum() ] |> List.reduce (+)

    differentiates "the gradient of the squared gradient of LogProb" slope inputs

// ---- 6. pathwise gradients ----

let private copies = 40

/// Copies of the parameters along a new leading axis: the gradient in each copy is one independent estimate.
let private copied (parameters: Tensor list) : Tensor list =
    [ for parameter in parameters -> parameter.expand(Array.append [| copies |] parameter.shape).clone() ]

let private pathwise (family: FamilyEntry) (draw: Draw) =
    let instance = instance family draw (draw.FullBatch())

    if not instance.Distribution.HasRSample then
        let message = messageOf<NotReparameterizableException, _>(fun () -> instance.Distribution.RSample [ 2 ])
        says message [ (element instance.Distribution).Name; "no pathwise gradient" ]
    else
        let moments =
            [ "x", id, (fun (d: Distribution) -> d.Mean)
              "x²", (fun (x: Tensor) -> x.square ()), (fun (d: Distribution) -> d.Variance + d.Mean.square ()) ]

        for name, g, moment in moments do
            let sampled (parameters: Tensor list) =
                (g ((family.OfParameters parameters).RSample [ 200 ])).sum() / 200.0

            let exact (parameters: Tensor list) =
                (moment (family.OfParameters parameters)).sum()

            for place in 0 .. instance.Parameters.Length - 1 do
                let mean, error = meanAndError (gradientIn place sampled (copied instance.Parameters))
                isWithin $"the gradient of E[{name}] in parameter {place}" mean error (gradientIn place exact instance.Parameters)

// ---- 7. shapes ----

let private sampleShapes family draw =
    let distribution = random family draw
    let sampleShape = draw.Pick [ [||]; [| 1 |]; [| 4 |]; [| 2; 3 |]; [| 0 |] ]
    let wanted = Array.append sampleShape (shapeOf distribution)
    let density = Array.append sampleShape distribution.BatchShape
    Expect.equal (distribution.Sample sampleShape).shape wanted "samples"
    Expect.equal (distribution.LogProb(distribution.Sample sampleShape)).shape density "the log-density of samples"
    let value, logDensity = distribution.SampleAndLogProb sampleShape
    Expect.equal (value.shape, logDensity.shape) (wanted, density) "the two together"
    Expect.equal (distribution.Entropy()).shape distribution.BatchShape "the entropy"

    for statistic in [ (fun () -> distribution.Mean); (fun () -> distribution.Variance); (fun () -> distribution.Mode) ] do
        defined statistic |> Option.iter (fun found -> Expect.equal found.shape (shapeOf distribution) "a statistic")

let private statistics (distribution: Distribution) (value: Tensor) : (string * Tensor option) list =
    [ "LogProb", Some(distribution.LogProb value)
      "Entropy", Some(distribution.Entropy())
      "Mean", defined (fun () -> distribution.Mean)
      "Variance", defined (fun () -> distribution.Variance)
      "Cdf", defined (fun () -> distribution.Cdf value) ]

let private agree (message: string) (found: (string * Tensor option) list) (wanted: (string * Tensor option) list) =
    for (name, found), (_, wanted) in List.zip found wanted do
        Expect.equal found.IsSome wanted.IsSome $"{message}, {name}: whether it is defined"
        Option.map2 (isClose 1e-12 $"{message}, {name}") found wanted |> ignore

let private stacking (family: FamilyEntry) (draw: Draw) =
    let batch = draw.Batch()
    let next = family.Start draw
    let parameters = [ next draw batch; next draw batch; next draw batch ]
    let parts = parameters |> List.map family.OfParameters
    let values = [ for part in parts -> part.Sample() ]
    let together = family.OfParameters [ for column in List.transpose parameters -> Tensor.stack column ]

    let wanted =
        [ for part, value in List.zip parts values -> statistics part value ]
        |> List.transpose
        |> List.map (fun column ->
            fst column.Head,
            if Option.isSome (snd column.Head) then
                Some(Tensor.stack (List.map (snd >> Option.get) column))
            else
                None)

    agree "stacked" (statistics together (Tensor.stack values)) wanted

let private expanding family draw =
    let distribution = random family draw
    let leading = draw.Pick [ [||]; [| 2 |]; [| 3; 2 |]; [| 0 |] ]
    let expanded = distribution.Expand(Array.append leading distribution.BatchShape)
    Expect.equal expanded.BatchShape (Array.append leading distribution.BatchShape) "the batch shape"
    Expect.equal expanded.EventShape distribution.EventShape "the event shape"
    Expect.equal (expanded.Name, expanded.HasRSample) (distribution.Name, distribution.HasRSample) "what it is"
    let value = distribution.Sample()

    let wide (tensor: Tensor) =
        tensor.expand (Array.append leading tensor.shape)

    statistics distribution value
    |> List.map (fun (name, statistic) -> name, Option.map wide statistic)
    |> agree "expanded" (statistics expanded (wide value))

    Expect.equal (expanded.Sample [ 2 ]).shape (Array.concat [ [| 2 |]; leading; shapeOf distribution ]) "samples"

    if distribution.BatchShape <> [||] then
        let message = messageOf<ArgumentException, _>(fun () -> distribution.Expand(Array.append distribution.BatchShape [| 7 |]))

        says message [ distribution.Name; Shape.toString distribution.BatchShape ]

let private leadingAxes family draw =
    let batch = [| 2; 3 |]
    let distribution = (instance family draw batch).Distribution
    let row: Tensor = (distribution.Sample [ 1 ]).[0].[0]

    let wide (tensor: Tensor) =
        tensor.expand (Array.append [| 2 |] tensor.shape)

    isClose 1e-12 "one x for every particle" (distribution.LogProb row) (distribution.LogProb(wide row))
    let many = distribution.Sample [ 4 ]
    let each = Tensor.stack [ for value in many.unstack () -> distribution.LogProb value ]
    isClose 1e-12 "many samples for one batch" (distribution.LogProb many) each

// Each parameter may have fewer leading axes than the other.
let private parametersLineUp (family: FamilyEntry) (draw: Draw) =
    let instance = instance family draw [| 2; 3 |]

    for place in 0 .. instance.Parameters.Length - 1 do
        let short = instance.Parameters[place].[0]
        let wide = short.expand (Array.append [| 2 |] short.shape)
        let value = instance.Distribution.Sample()

        // The values of an interval differ from instance to instance, so the log-density may be infinite in both.
        if instance.Parameters.Length > 1 then
            agree
                "a shorter parameter"
                (statistics (family.OfParameters(List.updateAt place short instance.Parameters)) value)
                (statistics (family.OfParameters(List.updateAt place wide instance.Parameters)) value)

let private noStretching (family: FamilyEntry) (draw: Draw) =
    let next = family.Start draw
    let of' batch = family.OfParameters(next draw batch)

    for batch, valueBatch in
        [ [| 3 |], [| 3; 1 |]; [| 3 |], [| 1 |]; [| 1 |], [| 3 |]; [| 3; 1 |], [| 3 |]; [| 2; 3 |], [| 2; 1 |] ] do
        let distribution = of' batch
        let value = (of' valueBatch).Sample()
        let message = messageOf<ArgumentException, _>(fun () -> distribution.LogProb value)
        says message [ distribution.Name; Shape.toString value.shape; Shape.toString batch ]

    let mixed = [ for parameter, other in List.zip (next draw [| 3 |]) (next draw [| 3; 1 |]) -> [ parameter; other ] ]

    if mixed.Length > 1 then
        let message =
            messageOf<ArgumentException, _>(fun () ->
                family.OfParameters(List.mapi (fun i (pair: Tensor list) -> pair[i % 2]) mixed))

        says message [ (element (of' [||])).Name; "do not line up" ]

let private enumeration family draw =
    let distribution = element (random family draw)

    if distribution.Support.IsDiscrete then
        let values = distribution.EnumerateSupport()
        Expect.equal (Array.tail values.shape) distribution.BatchShape "one list for each batch element"
        Expect.isTrue ((distribution.Support.Contains values).all().toBool()) "every value lies in the support"
    else
        says (messageOf<NotSupportedException, _>(fun () -> distribution.EnumerateSupport())) [ distribution.Name ]

// ---- 8. the support and its ends ----

let private outside (support: Support) (value: Tensor) : Tensor list =
    match support with
    | Support.Real -> [ value * 0.0 + infinity; value * 0.0 - infinity ]
    | Support.Interval(low, high) -> [ value * 0.0 + low - 0.1; value * 0.0 + high + 0.1; value * 0.0 + infinity ]
    | Support.Boolean -> [ value + 2.0; value - 3.0; value * 0.0 + 0.5 ]
    | Support.Categories count -> [ value + count; value - count; value.cast Dtype.Float64 + 0.5 ]
    | _ -> []

let private outsideSupport family draw =
    let distribution = (instance family draw (draw.FullBatch())).Distribution
    let inside = distribution.Sample()

    if inside.nelement > 0 then
        Expect.isTrue ((distribution.Support.Contains inside).all().toBool()) "a sample lies in the support"

        for value in outside (element distribution).Support inside do
            Expect.isFalse ((distribution.Support.Contains value).any().toBool()) "the value lies outside the support"

            let refused =
                try
                    isClose 0.0 "LogProb" (distribution.LogProb value) (dsharp.full (distribution.BatchShape, -infinity))
                    false
                with :? ArgumentException as refusal ->
                    says refusal.Message [ (element distribution).Name; "a value must be" ]
                    true

            Expect.isTrue
                (refused = distribution.Support.IsDiscrete)
                "values of a finite support are checked, those of others have density 0"

let private extremes (family: FamilyEntry) (_: Draw) =
    for parameters, value in family.Extremes() do
        let exact = (family.OfParameters parameters).LogProb value
        let single = [ for parameter in parameters -> parameter.float32 () ]

        let logProb (parameters: Tensor list) =
            (family.OfParameters parameters).LogProb(value.float32 ())

        Expect.all (numbers exact) Double.IsFinite "the log-density in float64 is finite"
        Expect.equal (logProb single).dtype Dtype.Float32 "float32 stays float32"

        // Down to the smallest normal float32, relative to the value itself: not to 1.
        for found, wanted in Array.zip (numbers (logProb single)) (numbers exact) do
            Expect.isLessThanOrEqual (abs (found - wanted)) (1e-4 * abs wanted + 1.2e-38) $"the float32 value {found} of {wanted}"

        for place in 0 .. parameters.Length - 1 do
            let gradient = gradientIn place (logProb >> _.sum()) single
            Expect.all (numbers gradient) Double.IsFinite $"the gradient in parameter {place} is finite"

        Expect.all (numbers ((family.OfParameters single).Entropy())) Double.IsFinite "the entropy is finite"

// ---- 9. and 10. sampling ----

let private together family draw =
    let distribution = random family draw
    let value, logDensity = distribution.SampleAndLogProb [ 50 ]
    isClose 1e-12 "the log-density that came with the samples" logDensity (distribution.LogProb value)
    let both = Random.withSeed draw.Seed (fun () -> fst (distribution.SampleAndLogProb [ 5 ]))
    let alone = Random.withSeed draw.Seed (fun () -> distribution.Sample [ 5 ])
    isClose 0.0 "the samples themselves" both alone
    Expect.isFalse (Gradient.isRecorded alone) "Sample is not recorded"

let private seeds family draw =
    let first = instance family draw [| 2 |]

    let samples (seed: int) (prepare: unit -> unit) =
        Random.withSeed seed (fun () ->
            prepare ()
            first.Distribution.Sample [ 200 ])

    let others () =
        for other in Families.plain do
            (instance other (Draw(draw.Seed + 1)) [| 3 |]).Distribution.LogProb |> ignore

    let reference: Tensor = samples draw.Seed ignore
    isClose 0.0 "the same seed" (samples draw.Seed ignore) reference
    isClose 0.0 "the same seed, other distributions made in between" (samples draw.Seed others) reference

    if reference.nelement > 0 then
        Expect.isFalse ((samples (draw.Seed + 1) ignore).Equals reference) "another seed gives other samples"

// ---- use over time ----

/// A distribution that outlives scopes and gradients, as a prior does, gives every later use the same as a fresh one.
let private remembersNothing (family: FamilyEntry) (draw: Draw) =
    let leaves = [ for parameter in (instance family draw (draw.FullBatch())).Parameters -> Gradient.record (parameter.clone ()) ]
    let value = innerValues 2 (family.OfParameters leaves)

    let everything (distribution: Distribution) =
        statistics distribution value
        |> List.choose (fun (_, statistic) -> statistic |> Option.filter _.dtype.IsFloatingPoint)
        |> List.map _.sum()
        |> List.reduce (+)

    let gradients distribution =
        Gradient.ofLoss (everything distribution) (List.toArray leaves)

    let fresh = gradients (family.OfParameters leaves)
    let old = family.OfParameters leaves

    Gradient.off (fun () ->
        Scope.run (fun () ->
            everything old |> ignore
            old.SampleAndLogProb [ 2 ] |> ignore))

    for _ in 1..2 do
        for found, wanted in Array.zip (Scope.run (fun () -> gradients old)) fresh do
            isClose 1e-12 "the gradient of everything it can tell" found wanted

let private law name seeds holds =
    { Name = name; Seeds = seeds; Holds = holds }

let private laws =
    [ law "the density integrates to one" 9 normalized
      law "mean and variance are those of the density" 9 momentsOfDensity
      law "mean and variance are those of samples" 9 momentsOfSamples
      law "no value is more probable than the mode" 6 modeIsHighest
      law "the distribution function is the integral of the density" 9 cdfIsIntegral
      law "the inverse distribution function inverts it" 9 icdfInverts
      law "samples follow the distribution" 9 samplesFollow
      law "the entropy is the expectation of minus the log-density" 9 entropyIsExpectation
      law "gradients of the log-density agree with finite differences" 9 gradients
      law "gradients of gradients of the log-density agree with finite differences" 6 secondGradients
      law "pathwise gradients of moments agree with the derivatives of the moments" 9 pathwise
      law "samples, log-densities and statistics have the shapes that batch and event give them" 24 sampleShapes
      law "stacking parameters stacks results" 12 stacking
      law "expanding repeats and changes nothing else" 12 expanding
      law "whole leading axes may be missing from a value or be added to it" 6 leadingAxes
      law "whole leading axes may be missing from a parameter" 6 parametersLineUp
      law "an axis of length one is never stretched" 6 noStretching
      law "a finite support is listed whole" 6 enumeration
      law "outside the support the density is zero or the value is refused" 9 outsideSupport
      law "extreme values are as right in float32 as in float64" 1 extremes
      law "sampling with the log-density agrees with sampling, then the log-density" 9 together
      law "the same seed gives the same samples, whatever else is made" 6 seeds
      law "a distribution remembers neither scopes nor gradients" 6 remembersNothing ]

[<Tests>]
let tests =
    testList
        "Distribution laws"
        [ for family in Families.all -> testList family.Name [ for law in laws -> holds law.Name law.Seeds (law.Holds family) ] ]
