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

/// So many values, away from the ends of their support, where a density may not be differentiable.
let private innerValues (count: int) (distribution: Distribution) : Tensor =
    let values = distribution.Sample [ count ]

    let shrunk (centre: Tensor) (share: float) = centre + (values - centre) * share

    match (element distribution).Support with
    | _ when values.nelement = 0 -> values
    | Support.Interval(low, high) -> shrunk ((low + high) / 2.0) 0.9
    | Support.UnitInterval -> shrunk (float64 0.5) 0.9
    | Support.Positive
    | Support.NonNegative
    | Support.AtLeast _ -> shrunk (fst ((distribution.Sample [ 101 ]).sort 0)).[50] 0.8
    | Support.Simplex -> shrunk (float64 (1.0 / float distribution.EventShape[0])) 0.9
    | _ -> values

/// E[f(x)] by quadrature, or a sum.
let private expectation (family: FamilyEntry) (distribution: Distribution) (f: Tensor -> Tensor) : Tensor =
    Grid.expectationOver (family.Breaks(element distribution)) distribution f

let private agrees (family: FamilyEntry) (tolerance: float) =
    isClose (tolerance * fst family.Tolerance)

let private keep (holds: Tensor) (value: Tensor) =
    dsharp.where (holds, value.cast Dtype.Float64, float64 0.0)

/// Finite numbers agree, and infinite ones are beyond reach of quadrature; NaN is what is not defined.
let private momentAgrees (family: FamilyEntry) (message: string) (actual: Tensor) (byQuadrature: Tensor) =
    let isFinite = actual.isfinite ()
    agrees family 1e-7 message (keep isFinite actual) (keep isFinite byQuadrature)
    let far = byQuadrature.abs().le(10.0).logicalAnd(actual.isinf ())
    Expect.isFalse (far.any().toBool()) $"{message}: infinite, and by quadrature finite"

// ---- 1. density ----

let private normalized family draw =
    let distribution = random family draw

    let mass =
        expectation family distribution (fun points ->
            points.onesLike (Array.append [| points.shape[0] |] distribution.BatchShape, dtype = Dtype.Float64))

    agrees family 1e-8 "the whole mass" mass (mass.onesLike ())

// ---- 2. moments ----

let private momentsOfDensity family draw =
    let distribution = random family draw

    match defined (fun () -> distribution.Mean), defined (fun () -> distribution.Variance) with
    | None, None -> ()
    | None, Some _ -> failtest "a variance without a mean"
    | Some mean, variance ->
        momentAgrees family "the mean" mean (expectation family distribution _.float64())

        variance
        |> Option.iter (fun variance ->
            let centre = keep (mean.isfinite ()) mean
            let byQuadrature = expectation family distribution (fun points -> (points - centre).square())
            momentAgrees family "the variance" variance byQuadrature
            let isFinite = variance.isfinite ()

            isClose
                1e-12
                "the standard deviation"
                (keep isFinite distribution.StandardDeviation)
                (keep isFinite (variance.sqrt ())))

/// Mean, variance and fourth central moment by quadrature; and whether the last says how far a sample's variance may be off.
let private quadratureMoments family (distribution: Distribution) =
    let mean = expectation family distribution _.float64()
    let variance = expectation family distribution (fun points -> (points - mean).square())
    let fourth = expectation family distribution (fun points -> (points - mean).square().square())
    mean, variance, fourth, (fourth.le (variance.square () * 50.0)).logicalAnd(fourth.isfinite ())

let private momentsOfSamples family draw =
    let distribution = random family draw
    let mean, variance, fourth, isTame = quadratureMoments family distribution
    let count = 10_000
    let samples = (distribution.Sample [ count ]).cast Dtype.Float64
    isWithin "the mean" (keep isTame (samples.mean 0)) ((keep isTame (variance / float count)).sqrt()) (keep isTame mean)
    let error = ((fourth - variance.square ()).clamp(low = 0.0) / float count).sqrt()
    isWithin "the variance" (keep isTame ((samples - mean).square().mean 0)) (keep isTame error) (keep isTame variance)

let private modeIsHighest (family: FamilyEntry) draw =
    let distribution = random family draw

    defined (fun () -> distribution.Mode)
    |> Option.iter (fun mode ->
        let points = (Grid.overPieces (family.Breaks(element distribution)) distribution).Points
        let densities = Validation.off (fun () -> distribution.LogProb points)
        let highest = (dsharp.where (densities.isinf (), densities.scalarLike -infinity, densities)).max 0
        let atMode = distribution.LogProb mode
        Expect.equal mode.shape (shapeOf distribution) "the mode's shape"
        Expect.isTrue ((atMode.ge (highest - 1e-7)).all().toBool()) "no point is more probable than the mode")

// ---- 3. distribution function ----

let private cdfIsIntegral (family: FamilyEntry) draw =
    let distribution = element (random family draw)
    let values = innerValues 3 distribution

    defined (fun () -> distribution.Cdf values)
    |> Option.iter (fun cdf -> agrees family 1e-7 "P(X <= x)" cdf (Grid.below (family.Breaks distribution) distribution values))

let private cdfBeyondEnds family draw =
    let distribution = element (random family draw)
    let value = distribution.Sample()

    let beyond =
        match distribution.Support with
        | Support.Real -> [ value - infinity, 0.0; value + infinity, 1.0 ]
        | Support.Positive
        | Support.NonNegative -> [ value * 0.0 - 0.5, 0.0; value + infinity, 1.0 ]
        | Support.UnitInterval -> [ value - 1.5, 0.0; value + 1.5, 1.0 ]
        | Support.AtLeast low -> [ value * 0.0 + low - 0.5, 0.0; value + infinity, 1.0 ]
        | Support.Interval(low, high) -> [ value * 0.0 + low - 0.5, 0.0; value * 0.0 + high + 0.5, 1.0 ]
        | Support.Boolean -> [ value - 1.5, 0.0; value + 1.5, 1.0 ]
        | Support.NonNegativeIntegers -> [ value * 0.0 - 1.0, 0.0 ]
        | Support.Integers(low, high) -> [ value * 0.0 + low - 1.0, 0.0; value * 0.0 + high + 1.0, 1.0 ]
        | Support.Levels _ -> [ value * 0.0 - 1.1, 0.0; value * 0.0 + 1.1, 1.0 ]
        | _ -> []

    for value, wanted in beyond do
        defined (fun () -> distribution.Cdf value)
        |> Option.iter (fun cdf -> isClose 1e-12 "P(X <= x) beyond the ends of the support" cdf (cdf.fullLike wanted))

let private icdfInverts (family: FamilyEntry) draw =
    let distribution = element (random family draw)
    let share = draw.Tensor(distribution.BatchShape, 0.01, 0.99)

    if not distribution.Support.IsDiscrete then
        defined (fun () -> distribution.Icdf share)
        |> Option.iter (fun quantile ->
            let values = innerValues 5 distribution
            agrees family 1e-6 "Icdf (Cdf x)" (distribution.Icdf(distribution.Cdf values)) values
            agrees family 1e-9 "Cdf (Icdf p)" (distribution.Cdf quantile) share)

/// One column for each scalar variable of a batch.
let private columns (samples: Tensor) : float[][] =
    let rows = samples.cast(Dtype.Float64).view [ samples.shape[0]; samples.nelement / samples.shape[0] ]
    [| for column in rows.unstack 1 -> numbers column |]

// The probability of a larger deviation is below that of 5 standard errors, 5.7e-7: 2 exp(-2 λ²) for Kolmogorov's λ.
let private rare = 5.7e-7
let private kolmogorov = sqrt (log (2.0 / rare) / 2.0)

let private kolmogorovSmirnov (shares: Tensor) =
    let n = shares.shape[0]

    for column in columns shares do
        let sorted = Array.sort column

        let distance =
            sorted
            |> Array.mapi (fun i share -> max (share - float i / float n) (float (i + 1) / float n - share))
            |> Array.max

        Expect.isLessThan (distance * sqrt (float n)) kolmogorov "the largest distance between the distribution functions"

/// Neighbours joined until each expects at least five.
let private merged (cells: (float * float) list) : (float * float) list =
    let join (done': (float * float) list) (expected, found) =
        match done' with
        | (e, f) :: rest when e < 5.0 -> (e + expected, f + found) :: rest
        | _ -> (expected, found) :: done'

    match List.fold join [] cells with
    | (e, f) :: (e', f') :: rest when e < 5.0 -> (e + e', f + f') :: rest
    | cells -> cells

/// Rows, one for each value of each distribution of the batch: [batch; n] of arrays of numbers.
let private rows (distribution: Distribution) (values: Tensor) : string[][] =
    let size, batch = Shape.nelement distribution.EventShape, Shape.nelement distribution.BatchShape
    let all = numbers (values.float64().view -1 + 0.0) |> Array.map (fun x -> Math.Round(x, 9)) // no negative zeros

    [| for element in 0 .. batch - 1 ->
           [| for row in 0 .. values.shape[0] - 1 ->
                  String.Join(" ", all[(row * batch + element) * size .. (row * batch + element + 1) * size - 1]) |] |]

let private chiSquare (distribution: Distribution) (samples: Tensor) =
    let grid = Grid.over distribution
    let expected = columns (Grid.mass distribution grid)
    let values, found = rows distribution grid.Points, rows distribution samples

    for values, expected, found in Array.zip3 values expected found do
        let count = found |> Array.countBy id |> dict
        let cells = Seq.zip values expected |> Seq.filter (fun (_, mass) -> mass > 0.0) |> List.ofSeq
        let listed = set (List.map fst cells)
        Expect.all found listed.Contains "samples lie in the support"

        let cells =
            merged
                [ for value, mass in cells do
                      mass * float found.Length, (if count.ContainsKey value then float count[value] else 0.0) ]

        if cells.Length > 1 then
            let statistic = cells |> List.sumBy (fun (expected, found) -> (found - expected) * (found - expected) / expected)
            Expect.isLessThan statistic (ChiSquared.InvCDF(float (cells.Length - 1), 1.0 - rare)) "the chi-square statistic"

/// Bounded smooth functions of a value, one number for each: their expectations exist whatever the tails.
let private bounded (distribution: Distribution) : (Tensor -> Tensor) list =
    let axes = [ for axis in 1 .. distribution.EventShape.Length -> -axis ]
    let sum (x: Tensor) = if axes.IsEmpty then x else x.sum axes
    let sorted, _ = (Random.withSeed 2 (fun () -> distribution.Sample [ 255 ])).cast(Dtype.Float64).sort(0)
    let centre = sorted[127]
    let scale = (sorted[191] - sorted[63]).max(centre.scalarLike 1e-3)
    let weights = (float64 [ for i in 1 .. Shape.nelement distribution.EventShape -> 1.0 / float i ]).view distribution.EventShape
    let standard (x: Tensor) = (x - centre) / scale * weights

    [ fun x -> (standard x).tanh() |> sum
      fun x -> (sum (standard x)).tanh()
      fun x -> 1.0 / (1.0 + (sum (standard x)).square()) ]

let private boundedExpectations family (distribution: Distribution) (samples: Tensor) =
    for g in bounded distribution do
        let mean, error = meanAndError (g samples)
        isWithin "the expectation of a bounded function" mean error (expectation family distribution g)

let private samplesFollow family draw =
    let distribution = (instance family draw (draw.FullBatch())).Distribution
    let single = element distribution
    let samples = distribution.Sample [ 4_000 ]

    if samples.nelement > 0 then
        if single.Support.IsDiscrete then
            chiSquare single samples
        else
            match (if single.EventShape = [||] then defined (fun () -> single.Cdf samples) else None) with
            | Some shares -> kolmogorovSmirnov shares
            | None -> boundedExpectations family distribution samples

// ---- 4. entropy ----

let private entropyIsExpectation family draw =
    let distribution = random family draw

    defined distribution.Entropy
    |> Option.iter (fun entropy ->
        agrees family 1e-7 "the entropy" entropy (expectation family distribution (fun points -> -distribution.LogProb points)))

// ---- 5. gradients of the log-density ----

/// A function of the parameters that are not constants, in the order of their places.
let private varying (family: FamilyEntry) (parameters: Tensor list) : (Tensor list -> Tensor list) * Tensor list =
    let places =
        [ for place in 0 .. parameters.Length - 1 do
              if not (List.contains place family.Constants) then
                  place ]

    let insert (varied: Tensor list) =
        List.fold2 (fun all place value -> List.updateAt place value all) parameters places varied

    insert, [ for place in places -> parameters[place] ]

/// log p as a function of the parameters and, where that makes sense, of the value.
let private logDensity (family: FamilyEntry) (draw: Draw) =
    let instance = instance family draw (draw.Batch())
    let values = innerValues 2 instance.Distribution
    let weights = draw.Tensor(Array.append [| 2 |] instance.Distribution.BatchShape, 0.5, 1.5)
    let whole, varied = varying family instance.Parameters

    let f (parameters: Tensor list) (values: Tensor) =
        ((family.OfParameters(whole parameters)).LogProb values * weights).sum()

    if instance.Distribution.Support.IsDiscrete then
        (fun inputs -> f inputs values), varied
    else
        (fun (inputs: Tensor list) -> f inputs.Tail inputs.Head), values :: varied

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

/// Whether the parameters move the support's ends: quadrature over fixed points then misses a part of the gradient.
let rec private isMoving (support: Support) =
    match support with
    | Support.Interval _
    | Support.AtLeast _
    | Support.Integers _
    | Support.Points _ -> true
    | Support.Elementwise(element, _) -> isMoving element
    | Support.Concatenated parts -> parts |> List.exists (fst >> isMoving)
    | _ -> false

let private pathwise (family: FamilyEntry) (draw: Draw) =
    let instance = instance family draw (draw.FullBatch())
    let whole, varied = varying family instance.Parameters
    let distribution (parameters: Tensor list) = family.OfParameters(whole parameters)

    let compare (name: string) (g: Tensor -> Tensor) (exact: Tensor list -> Tensor) (isTame: Tensor option) =
        let chosen (values: Tensor) =
            isTame |> Option.fold (fun values isTame -> keep (isTame.expand values.shape) values) values

        let wholeCopies, copies = varying family (copied instance.Parameters)

        let sampled (parameters: Tensor list) =
            (chosen (g ((family.OfParameters(wholeCopies parameters)).RSample [ 200 ]))).sum() / 200.0

        for place in 0 .. varied.Length - 1 do
            let mean, error = meanAndError (gradientIn place sampled copies)
            // of rare events a sample's standard error knows nothing
            isWithin
                $"the gradient of E[{name}] in parameter {place}"
                mean
                (error + 1e-4)
                (gradientIn place (exact >> chosen >> _.sum()) varied)

    if not instance.Distribution.HasRSample then
        let message = messageOf<NotReparameterizableException, _>(fun () -> instance.Distribution.RSample [ 2 ])
        says message [ (element instance.Distribution).Name; "no pathwise gradient" ]
    else
        let _, _, _, isTame = quadratureMoments family instance.Distribution

        match defined (fun () -> instance.Distribution.Mean), defined (fun () -> instance.Distribution.Variance) with
        | Some _, Some _ ->
            compare "x" id (fun parameters -> (distribution parameters).Mean) (Some isTame)

            compare
                "x²"
                _.square()
                (fun parameters -> let d = distribution parameters in d.Variance + d.Mean.square ())
                (Some isTame)
        | _ -> ()

        if not (isMoving instance.Distribution.Support) then
            let grid =
                Grid.overPieces (family.Breaks(element instance.Distribution)) instance.Distribution
                |> Grid.massive instance.Distribution

            for g in bounded instance.Distribution do
                let values = g grid.Points

                let exact (parameters: Tensor list) =
                    let density = (Validation.off (fun () -> (distribution parameters).LogProb grid.Points)).exp()
                    (density * (grid.Weights * values)).sum 0

                compare "a bounded function" g exact None

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

    defined distribution.Entropy
    |> Option.iter (fun entropy -> Expect.equal entropy.shape distribution.BatchShape "the entropy")

    for statistic in [ (fun () -> distribution.Mean); (fun () -> distribution.Variance); (fun () -> distribution.Mode) ] do
        defined statistic |> Option.iter (fun found -> Expect.equal found.shape (shapeOf distribution) "a statistic")

let private statistics (distribution: Distribution) (value: Tensor) : (string * Tensor option) list =
    [ "LogProb", Some(distribution.LogProb value)
      "Entropy", defined distribution.Entropy
      "Mean", defined (fun () -> distribution.Mean)
      "Variance", defined (fun () -> distribution.Variance)
      "Cdf", defined (fun () -> distribution.Cdf value) ]

/// The same numbers, NaN included.
let private same (message: string) (actual: Tensor) (expected: Tensor) =
    let marked (tensor: Tensor) =
        let tensor = tensor.cast Dtype.Float64 in dsharp.where (tensor.isnan (), float64 -1.2345e300, tensor)

    isClose 1e-12 message (marked actual) (marked expected)

let private agree (message: string) (found: (string * Tensor option) list) (wanted: (string * Tensor option) list) =
    for (name, found), (_, wanted) in List.zip found wanted do
        Expect.equal found.IsSome wanted.IsSome $"{message}, {name}: whether it is defined"
        Option.map2 (same $"{message}, {name}") found wanted |> ignore

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

        says message [ ".Expand: batch shape"; Shape.toString distribution.BatchShape ]

let private leadingAxes family draw =
    let batch = [| 2; 3 |]
    let distribution = (instance family draw batch).Distribution
    let row: Tensor = (distribution.Sample [ 1 ]).[0].[0]

    let logProb (value: Tensor) =
        Validation.off (fun () -> distribution.LogProb value) // a bound may differ from row to row

    let wide (tensor: Tensor) =
        tensor.expand (Array.append [| 2 |] tensor.shape)

    isClose 1e-12 "one x for every particle" (logProb row) (logProb (wide row))
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
            let found (parameter: Tensor) =
                let distribution = family.OfParameters(List.updateAt place parameter instance.Parameters)
                Validation.off (fun () -> statistics distribution value)

            agree "a shorter parameter" (found short) (found wide)

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

        says message [ "do not line up" ]

let private isFinite (support: Support) =
    match support with
    | Support.Boolean
    | Support.Categories _
    | Support.Levels _
    | Support.OneHot
    | Support.Points _ -> true
    | _ -> false

let private enumeration family draw =
    let distribution = element (random family draw)

    match defined distribution.EnumerateSupport with
    | Some values ->
        Expect.isTrue distribution.Support.IsDiscrete "only isolated points can be listed"
        Expect.equal (Array.tail values.shape) (shapeOf distribution) "one list for each batch element"
        Expect.isTrue ((distribution.Support.Contains values).all().toBool()) "every value lies in the support"
        let mass = (distribution.LogProb values).exp().sum 0
        isClose 1e-9 "the mass of all" mass (mass.onesLike ())
    | None ->
        Expect.isFalse (isFinite distribution.Support) "a finite support can be listed"
        says (messageOf<NotSupportedException, _>(distribution.EnumerateSupport)) [ "has no list of values" ]

// ---- 8. the support and its ends ----

let rec private outside (support: Support) (value: Tensor) : Tensor list =
    let none () = value.zerosLike (dtype = Dtype.Float64)

    match support with
    | Support.Real -> [ none () + infinity; none () - infinity ]
    | Support.Positive
    | Support.NonNegative -> [ none () - 0.1; none () - infinity; none () + infinity ]
    | Support.AtLeast low -> [ none () + low - 0.1; none () + infinity ]
    | Support.UnitInterval -> [ none () - 0.1; none () + 1.1; none () + infinity ]
    | Support.Interval(low, high) -> [ none () + low - 0.1; none () + high + 0.1; none () + infinity ]
    | Support.Boolean -> [ value + 2.0; value - 3.0; none () + 0.5 ]
    | Support.Categories count -> [ value + count; value - count; value.cast Dtype.Float64 + 0.5 ]
    | Support.NonNegativeIntegers -> [ none () - 1.0; value.cast Dtype.Float64 + 0.5 ]
    | Support.Levels _ -> [ none () - 1.25; none () + 1.25; value + 1e-2 ]
    | Support.Integers(low, high) -> [ none () + low - 1.0; none () + high + 1.0; value.cast Dtype.Float64 + 0.5 ]
    | Support.Simplex -> [ value * 1.1; -value; none () ]
    | Support.OneHot -> [ value * 2.0; value + 1.0; none () ]
    | Support.Counts _ -> [ value + 1.0; value - 0.5 ]
    | Support.Ordered when value.shape[value.dim - 1] > 1 -> [ value.flip [ -1 ]; none () ]
    | Support.LowerCholesky -> [ -value; none () ]
    | Support.PositiveDefinite -> [ -value; none () ]
    | Support.CorrelationCholesky -> [ value * 2.0; none () ]
    | Support.Points _ -> [ value.cast Dtype.Float64 + 0.12345 ]
    | Support.Elementwise(element, axes) when axes > 0 || not element.IsDiscrete -> outside element value
    | _ -> []

let private outsideSupport family draw =
    let distribution = (instance family draw (draw.FullBatch())).Distribution
    let inside = distribution.Sample()

    if inside.nelement > 0 then
        Expect.isTrue ((distribution.Support.Contains inside).all().toBool()) "a sample lies in the support"

        for value in outside distribution.Support inside do
            Expect.isFalse ((distribution.Support.Contains value).any().toBool()) "the value lies outside the support"

            let refused =
                try
                    isClose 0.0 "LogProb" (distribution.LogProb value) (dsharp.full (distribution.BatchShape, -infinity))
                    false
                with :? ArgumentException as refusal ->
                    says refusal.Message [ (element distribution).Name; "a value must be" ]
                    true

            Expect.equal
                refused
                distribution.Support.RefusesOutsiders
                "values of discrete supports and of surfaces are checked, those of others have density 0"

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

        defined (family.OfParameters single).Entropy
        |> Option.iter (fun entropy -> Expect.all (numbers entropy) Double.IsFinite "the entropy is finite")

// ---- 9. and 10. sampling ----

let private together family draw =
    let distribution = random family draw
    let value, logDensity = distribution.SampleAndLogProb [ 50 ]
    let alone = distribution.LogProb value
    Expect.isFalse (logDensity.hasnan ()) "no log-density is NaN"
    let both = (logDensity.isfinite ()).logicalAnd(alone.isfinite ())
    isClose 1e-9 "the log-density that came with the samples" (keep both logDensity) (keep both alone)
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
        |> List.choose (fun (name, statistic) ->
            statistic |> Option.filter (fun tensor -> name <> "Cdf" && tensor.dtype.IsFloatingPoint))
        |> List.map _.sum()
        |> List.filter (fun sum -> Double.IsFinite(sum.toDouble ()))
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

let private printing family draw =
    let distribution = random family draw
    let text = distribution.ToString()
    says text [ distribution.Name; Shape.toString distribution.BatchShape; Shape.toString distribution.EventShape ]
    Expect.isFalse (text.Contains '\n') "one line"

let private law name seeds holds =
    { Name = name; Seeds = seeds; Holds = holds }

let private laws =
    [ law "the density integrates to one" 6 normalized
      law "mean and variance are those of the density" 6 momentsOfDensity
      law "mean and variance are those of samples" 4 momentsOfSamples
      law "no value is more probable than the mode" 4 modeIsHighest
      law "the distribution function is the integral of the density" 6 cdfIsIntegral
      law "the distribution function is zero and one beyond the ends of the support" 3 cdfBeyondEnds
      law "the inverse distribution function inverts it" 6 icdfInverts
      law "samples follow the distribution" 5 samplesFollow
      law "the entropy is the expectation of minus the log-density" 6 entropyIsExpectation
      law "gradients of the log-density agree with finite differences" 6 gradients
      law "gradients of gradients of the log-density agree with finite differences" 3 secondGradients
      law "pathwise gradients of moments agree with the derivatives of the moments" 4 pathwise
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
      law "a distribution remembers neither scopes nor gradients" 6 remembersNothing
      law "a distribution prints its name and shapes in one line" 2 printing ]

let private holdsFor (family: FamilyEntry) (law: Law) =
    family.Without |> List.forall (fun (name, _) -> not (law.Name.Contains name))

// Of families that are slow to draw or to integrate, fewer random instances.
let private seedsFor (family: FamilyEntry) (law: Law) =
    if family.IsSlow then max 1 (law.Seeds / 3) else law.Seeds

[<Tests>]
let tests =
    testList
        "Distribution laws"
        [ for family in Families.all do
              testList
                  family.Name
                  [ for law in laws do
                        if holdsFor family law then
                            holds law.Name (seedsFor family law) (law.Holds family) ]

          testCase "an exception from a law names one, and says why" (fun () ->
              for family in Families.all do
                  for name, reason in family.Without do
                      Expect.isTrue
                          (laws |> List.exists _.Name.Contains(name))
                          $"{family.Name}: '{name}' is a part of a law's name"

                      Expect.isNonEmpty reason $"{family.Name}: why '{name}' does not hold") ]
