// The laws of every transform (shared/laws.md, section 2), for every entry of the registry.
// Run with the whole suite; Transforms.fs says what is tested, this file what has to hold.
module internal Functional.Tests.TransformLaws

open System
open Expecto
open MathNet.Numerics.Integration
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.Transforms

type private Law = { Name: string; Seeds: int; Holds: TransformEntry -> Draw -> unit }

// ---- random values ----

/// What one element lies in, behind all arrays of it.
let rec private element (support: Support) : Support =
    match support with
    | Support.Elementwise(inner, _) -> element inner
    | support -> support

/// Random values in a support, of a shape with its event axes.
let rec private valuesIn (support: Support) (draw: Draw) (shape: Shape) : Tensor =
    let reach = Transform.toSupport support
    reach.Forward(draw.Tensor(reach.InverseShape shape, -1.5, 1.5))

let private random (entry: TransformEntry) (draw: Draw) (batch: Shape) : Transform * Tensor =
    let transform = entry.OfParameters(entry.Parameters draw batch)
    transform, valuesIn transform.Domain draw (Array.append batch entry.Event)

let private leading (rank: int) (shape: Shape) =
    Array.truncate (shape.Length - rank) shape

/// Values in the codomain, of the shape that f gives.
let private randomImage (entry: TransformEntry) (draw: Draw) (batch: Shape) : Transform * Tensor =
    let transform = entry.OfParameters(entry.Parameters draw batch)
    transform, valuesIn transform.Codomain draw (transform.ForwardShape(Array.append batch entry.Event))

let private copied (tensors: Tensor list) = tensors |> List.map _.clone()

// ---- free coordinates of surfaces ----

let private slices (value: Tensor) = value.unstack () |> List.ofArray

/// The coordinates of one value, as a vector, as many as its support has dimensions.
let rec private coordinates (support: Support) (value: Tensor) : Tensor =
    match support with
    | Support.Simplex -> value[.. value.nelement - 2]
    | Support.LowerCholesky
    | Support.PositiveDefinite -> Triangle.take false value
    | Support.CorrelationCholesky -> Triangle.take true value
    | Support.Elementwise(inner, axes) when inner.EventRank > 0 ->
        let inner = if axes = 1 then inner else Support.Elementwise(inner, axes - 1)
        Tensor.cat (slices value |> List.map (coordinates inner))
    | Support.Stacked parts -> Tensor.cat (List.map2 coordinates parts (slices value))
    | Support.Concatenated parts ->
        let pieces = value.split (parts |> List.map (snd >> Shape.nelement))
        Tensor.cat (Seq.map2 (fun (part, shape: Shape) (piece: Tensor) -> coordinates part (piece.view shape)) parts pieces)
    | _ -> value.view -1

/// The value of that shape from its coordinates.
let rec private ofCoordinates (support: Support) (shape: Shape) (free: Tensor) : Tensor =
    let count (support: Support) (shape: Shape) =
        (coordinates support (dsharp.zeros (shape, dtype = Dtype.Float64))).nelement

    match support with
    | Support.Simplex -> Tensor.cat [ free; (1.0 - free.sum ()).unsqueeze 0 ]
    | Support.LowerCholesky -> Triangle.fill false free
    | Support.PositiveDefinite ->
        let lower = Triangle.fill false free
        lower + (Triangle.below lower).transpose(-2, -1)
    | Support.CorrelationCholesky ->
        let lower = Triangle.fill true free
        lower + Triangle.ofDiagonal ((1.0 - (lower.square().sum -1)).sqrt())
    | Support.Elementwise(inner, axes) when inner.EventRank > 0 ->
        let inner = if axes = 1 then inner else Support.Elementwise(inner, axes - 1)
        let each = count inner shape[1..]
        Tensor.stack (free.split (Array.create shape[0] each) |> Seq.map (ofCoordinates inner shape[1..]))
    | Support.Stacked parts ->
        let counts = parts |> List.map (fun part -> count part shape[1..])
        Tensor.stack (Seq.map2 (fun part -> ofCoordinates part shape[1..]) parts (free.split counts))
    | Support.Concatenated parts ->
        let counts = parts |> List.map (fun (part, shape) -> count part shape)
        let pieces = Seq.map2 (fun (part, shape) -> ofCoordinates part shape >> _.view(-1)) parts (free.split counts)
        Tensor.cat pieces
    | _ -> free.view shape

/// The Jacobian of f between the free coordinates of its two ends, at one x.
let private jacobian (transform: Transform) (x: Tensor) : Tensor =
    let free = coordinates transform.Domain x

    Validation.off (fun () ->
        dsharp.jacobian
            (ofCoordinates transform.Domain x.shape >> transform.Forward >> coordinates transform.Codomain)
            (free.clone ()))

// ---- the two directions ----

let private inverseOfForward entry draw =
    let transform, x = random entry draw (draw.Batch())
    isClose 1e-9 "x" (transform.Inverse(transform.Forward x)) x

let private forwardOfInverse entry draw =
    let transform, y = randomImage entry draw (draw.Batch())
    isClose 1e-9 "y" (transform.Forward(transform.Inverse y)) y

let private together entry draw =
    let transform, x = random entry draw (draw.Batch())
    let y, logDet = transform.ForwardAndLogDet x
    let back, logDetBack = transform.InverseAndLogDet y
    isClose 1e-14 "Forward" (transform.Forward x) y
    isClose 1e-14 "Inverse" (transform.Inverse y) back
    isClose 1e-14 "Transform.forward" (Transform.forward x transform) y
    isClose 1e-14 "Transform.inverse" (Transform.inverse y transform) back
    isClose 1e-14 "Transform.logDet" (Transform.logDet x transform) logDet
    isClose 1e-8 "the sum of both log-determinants" (logDet + logDetBack) (logDet.zerosLike ())

let private logDetIsOfJacobian entry draw =
    let transform, x = random entry draw [||]
    let _, logDet = transform.ForwardAndLogDet x

    if (coordinates transform.Domain x).nelement = 0 then
        isClose 0.0 "the log-determinant of nothing" logDet (float64 0.0)
    else
        let _, wanted = (jacobian transform x).slogdet()
        isClose 1e-8 "the log-determinant" logDet wanted

let private inverted entry draw =
    let transform, x = random entry draw (draw.Batch())
    let inverse = Transform.inverted transform
    let y, logDet = transform.ForwardAndLogDet x
    let back, logDetBack = inverse.ForwardAndLogDet y
    let again, logDetAgain = inverse.InverseAndLogDet back
    isClose 1e-9 "its Forward is Inverse" back x
    isClose 1e-9 "its Inverse is Forward" again y
    isClose 1e-8 "its log-determinant" logDetBack -logDet
    isClose 1e-8 "and back" logDetAgain logDet
    Expect.equal (inverse.ForwardShape y.shape, inverse.InverseShape x.shape) (x.shape, y.shape) "shapes"
    Expect.isTrue ((Transform.inverted inverse).IsSameAs transform) "the inverse of the inverse is the original"
    Expect.isTrue (inverse.IsSameAs transform.Inverted) "the inverse is the same each time"

// ---- composition ----

let private composition entry draw =
    let transform, x = random entry draw (draw.FullBatch())
    let scale = draw.Float(0.3, 2.0)
    let next: Transform = AffineTransform(float64 (draw.Float(-1.0, 1.0)), float64 scale)
    let y, logDet = transform.ForwardAndLogDet x
    let composed = transform --> next
    let z, total = composed.ForwardAndLogDet x
    let elements = float (Shape.nelement (Array.skip (y.dim - transform.Codomain.EventRank) y.shape))
    isClose 1e-12 "the value" z (next.Forward y)
    isClose 1e-12 "the log-determinants add" total (logDet + elements * log scale)
    isClose 1e-9 "the inverse" (composed.Inverse z) x
    isClose 1e-8 "the inverse's log-determinant" (snd (composed.InverseAndLogDet z)) -total
    Expect.equal (composed.ForwardShape x.shape, composed.InverseShape z.shape) (z.shape, x.shape) "shapes"

    let there = transform --> transform.Inverted
    let back, nothing = there.ForwardAndLogDet x
    isClose 1e-9 "there and back" back x
    isClose 1e-8 "its log-determinant" nothing (nothing.zerosLike ())

    let nested =
        Transform.compose [ Transform.compose [ transform; next ]; Transform.compose [ next; next ] ] :?> ComposeTransform

    Expect.isFalse (nested.Parts |> List.exists (fun part -> part :? ComposeTransform)) "compositions are taken apart"
    Expect.isTrue (nested.IsSameAs(transform --> next --> next --> next)) "however they are put together"
    Expect.isFalse (nested.IsSameAs(transform --> next)) "with as many parts"

// ---- shapes ----

let private shapes entry (draw: Draw) =
    let batch = draw.Pick [ [||]; [| 0 |]; [| 1 |]; [| 3 |]; [| 2; 3 |]; [| 3; 1 |] ]
    let transform, x = random entry draw batch
    let y, logDet = transform.ForwardAndLogDet x
    Expect.equal logDet.shape batch "one log-determinant for each event"
    Expect.equal (transform.ForwardShape x.shape) y.shape "ForwardShape"
    Expect.equal (transform.InverseShape y.shape) x.shape "InverseShape"
    let back, logDetBack = transform.InverseAndLogDet y
    Expect.equal (back.shape, logDetBack.shape) (x.shape, batch) "the inverse's shapes"
    Expect.equal (leading transform.Domain.EventRank x.shape) batch "the domain's rank"
    Expect.equal (leading transform.Codomain.EventRank y.shape) batch "the codomain's rank"

let private leadingAxes (entry: TransformEntry) (draw: Draw) =
    let batch = [| 2; 3 |]
    let transform, x = random entry draw batch
    let many = valuesIn transform.Domain draw (Array.concat [ [| 4 |]; batch; entry.Event ])

    let each (f: Tensor -> Tensor) =
        Tensor.stack (many.unstack () |> Seq.map f)

    isClose 1e-12 "more leading axes" (transform.Forward many) (each transform.Forward)
    isClose 1e-12 "their log-determinants" (Transform.logDet many transform) (each (fun x -> Transform.logDet x transform))

    let row: Tensor = x[0].[0]
    let wide = row.expand (Array.append batch row.shape)

    // A domain that depends on the parameters may differ between their rows.
    if not transform.Parameters.IsEmpty && (transform.Domain.Contains wide).all().toBool() then
        let y, logDet = transform.ForwardAndLogDet row
        isClose 1e-12 "fewer leading axes" y (transform.Forward wide)
        isClose 1e-12 "their log-determinant" logDet (Transform.logDet wide transform)
        Expect.equal (transform.ForwardShape row.shape) y.shape "ForwardShape"

let private stacking (entry: TransformEntry) (draw: Draw) =
    let parameters = [ for _ in 1..3 -> entry.Parameters draw [| 2 |] ]
    let parts = parameters |> List.map entry.OfParameters
    let together = entry.OfParameters [ for column in List.transpose parameters -> Tensor.stack column ]
    let values = [ for part in parts -> valuesIn part.Domain draw (Array.append [| 2 |] entry.Event) ]
    let each (f: Transform -> Tensor -> Tensor) = Tensor.stack (List.map2 f parts values)
    isClose 1e-12 "Forward" (together.Forward(Tensor.stack values)) (each _.Forward)

    isClose
        1e-12
        "the log-determinant"
        (Transform.logDet (Tensor.stack values) together)
        (each (fun part x -> Transform.logDet x part))

let private misfits (entry: TransformEntry) (draw: Draw) =
    let transform, x = random entry draw [| 3 |]
    let y = transform.Forward x

    let refuses (f: Tensor -> Tensor) (value: Tensor) =
        let message = messageOf<ArgumentException, _>(fun () -> f value)
        Expect.stringContains message (Shape.toString value.shape) "the message"

    if entry.Event.Length > 0 then
        refuses transform.Forward (dsharp.zeros ([], dtype = Dtype.Float64))

    if transform.Codomain.EventRank > 0 then
        refuses transform.Inverse (dsharp.zeros ([], dtype = Dtype.Float64))

    if not transform.Parameters.IsEmpty && entry.Event.Length = 0 then
        refuses transform.Forward (x.unsqueeze -1)
        refuses transform.Inverse (y.unsqueeze -1)

// ---- triangular ones ----

let private triangle (entry: TransformEntry) (draw: Draw) =
    let transform, x = random entry draw [||]

    if entry.IsTriangular && x.nelement > 0 then
        let jacobian = jacobian transform x
        isClose 0.0 "the Jacobian is lower-triangular" jacobian (jacobian.tril ())
        let diagonal: Tensor = jacobian.diagonal ()
        isClose 1e-8 "the log-determinant is that of the diagonal" (Transform.logDet x transform) ((diagonal.abs().log()).sum())

// ---- supports ----

let private contains (support: Support) (value: Tensor) = (support.Contains value).all().toBool()

let private imagesLieInCodomain (entry: TransformEntry) (draw: Draw) =
    let transform, x = random entry draw (draw.Batch())
    Expect.isTrue (contains transform.Codomain (transform.Forward x)) "f(x) lies in the codomain"
    let transform, y = randomImage entry draw (draw.Batch())
    Expect.isTrue (contains transform.Domain (transform.Inverse y)) "f⁻¹(y) lies in the domain"

let private direction (entry: TransformEntry) (draw: Draw) =
    let transform, x = random entry draw (draw.FullBatch())

    if entry.Event.Length = 0 && transform.Codomain.EventRank = 0 then
        let higher = x + (x.abs () * 0.01 + 0.01).min((x.onesLike ()) * 0.01)

        if contains transform.Domain higher then
            let rises = (transform.Forward higher).gt(transform.Forward x)
            let wanted = if rises.all().toBool() then Direction.Increasing else Direction.Decreasing
            Expect.equal transform.Direction wanted "the direction"
            Expect.equal transform.Inverted.Direction wanted "the inverse's direction"

let private imageOfInterval (entry: TransformEntry) (draw: Draw) =
    let batch = draw.FullBatch()
    let transform, x = random entry draw batch

    if entry.Event.Length = 0 && transform.Codomain.EventRank = 0 then
        let inside = valuesIn transform.Domain draw batch
        let low, high = x.min inside, x.max inside
        let image = transform.Image(Support.Interval(low, high))
        Expect.isTrue (contains image (transform.Forward((low + high) / 2.0))) "the middle"

        if transform.Domain = Support.Real then
            Expect.isTrue (contains (transform.Image Support.Real) (transform.Forward x)) "the image of all numbers"

        for outside in [ low - (high - low) * 1e-3; high + (high - low) * 1e-3 ] do
            if contains transform.Domain outside then
                Expect.isFalse ((image.Contains(transform.Forward outside)).any().toBool()) "what lies outside"

        if contains (Support.Positive) x && contains transform.Domain (float64 0.5) then
            Expect.isTrue (contains (transform.Image Support.Positive) (transform.Forward x)) "of positive numbers"

// ---- pushed distributions ----

let private base' (transform: Transform) (shape: Shape) : Distribution option =
    let rank = transform.Domain.EventRank
    let numbers = Normal(dsharp.zeros (shape, dtype = Dtype.Float64), dsharp.ones (shape, dtype = Dtype.Float64))

    match element transform.Domain with
    | Support.Real when rank = 0 -> Some numbers
    | Support.Real when rank <= shape.Length -> Some(Independent(numbers, rank))
    | Support.Positive when rank = 0 -> Some(Transformed(numbers, ExpTransform()))
    | Support.UnitInterval when rank = 0 -> Some(Transformed(numbers, SigmoidTransform()))
    | _ -> None

/// 400 pieces of the line of y between the images of -8.5 and 8.5 standard deviations, 8 points in each.
let private integratesToOne (entry: TransformEntry) (draw: Draw) =
    let transform, _ = random entry draw [| 2 |]

    match base' transform [| 2 |] with
    | Some source when entry.Event.Length = 0 && transform.Codomain.EventRank = 0 && element transform.Domain = Support.Real ->
        let nodes = (dsharp.linspace (-8.5, 8.5, 401, dtype = Dtype.Float64)).view [ 401; 1 ]
        let ends = transform.Forward(nodes.expand [ 401; 2 ])
        let low, high = ends[..399], ends[1..]
        let rule = GaussLegendreRule(-1.0, 1.0, 8)
        let column (values: float[]) = (float64 values).view [ 8; 1; 1 ]
        let half = (high - low) / 2.0
        let points = (low + high) / 2.0 + half * column rule.Abscissas
        let density = (Transformed(source, transform).LogProb points).exp()
        let mass: Tensor = ((density * half.abs () * column rule.Weights).sum 0).sum 0
        isClose 1e-7 "the whole mass" mass (mass.onesLike ())
    | _ -> ()

let private changeOfVariables (entry: TransformEntry) (draw: Draw) =
    let transform, _ = random entry draw [||]

    match base' transform entry.Event with
    | Some source when Shape.nelement entry.Event > 0 ->
        let pushed = Transformed(source, transform)
        let x = source.Sample() * 0.5 + (valuesIn transform.Domain draw entry.Event) * 0.5
        let y = transform.Forward x
        let _, logDet = (jacobian transform x).slogdet()
        isClose 1e-7 "the density" (pushed.LogProb y) (source.LogProb x - logDet)
        let samples, logDensity = pushed.SampleAndLogProb [ 5 ]
        Expect.equal samples.shape (Array.append [| 5 |] pushed.EventShape) "the shape of samples"
        isClose 1e-6 "the density that came with samples" logDensity (pushed.LogProb samples)
    | _ -> ()

let private distributionFunction (entry: TransformEntry) (draw: Draw) =
    let transform, x = random entry draw [| 3 |]

    match base' transform [| 3 |] with
    | Some source when entry.Event.Length = 0 && transform.Codomain.EventRank = 0 ->
        let pushed = Transformed(source, transform)
        let y = transform.Forward x
        let below = source.Cdf x
        isClose 1e-9 "P(Y ≤ y)" (pushed.Cdf y) (if transform.Direction = Direction.Increasing then below else 1.0 - below)
        isClose 1e-6 "its inverse" (pushed.Icdf(pushed.Cdf y)) y
        Expect.isTrue (contains pushed.Support y) "the support"
    | _ -> ()

// ---- differentiation ----

let private everything (entry: TransformEntry) (inputs: Tensor list) : Tensor =
    let transform = entry.OfParameters inputs.Tail
    let y, logDet = transform.ForwardAndLogDet inputs.Head
    let back, logDetBack = transform.InverseAndLogDet(y * 1.0)
    (y.sin () * 0.7).sum() + logDet.sum () + (back.cos ()).sum() + (logDetBack * 0.3).sum()

let private gradients (entry: TransformEntry) (draw: Draw) =
    let batch = draw.Pick [ [||]; [| 2 |] ]
    let parameters = entry.Parameters draw batch
    let transform = entry.OfParameters parameters
    let free = draw.Tensor((Transform.toSupport transform.Domain).InverseShape(Array.append batch entry.Event), -1.2, 1.2)

    let f (inputs: Tensor list) =
        let domain = (entry.OfParameters inputs.Tail).Domain
        everything entry ((Transform.toSupport domain).Forward inputs.Head :: inputs.Tail)

    if free.nelement > 0 then
        differentiates "all that it gives" f (free :: parameters)

/// A transform that outlives scopes and gradients gives every later use the same as a fresh one.
let private remembersNothing (entry: TransformEntry) (draw: Draw) =
    let leaves = [ for parameter in entry.Parameters draw [| 2 |] -> Gradient.record (parameter.clone ()) ]
    let x = valuesIn (entry.OfParameters leaves).Domain draw (Array.append [| 2 |] entry.Event) |> _.noDiff()

    let outcome (transform: Transform) =
        let y, logDet = transform.ForwardAndLogDet x
        let back, _ = transform.InverseAndLogDet y
        Expect.isTrue (contains transform.Codomain y) "the codomain"
        y.sum () + logDet.sum () + back.cos().sum()

    let old = entry.OfParameters leaves
    Gradient.off (fun () -> Scope.run (fun () -> outcome old |> ignore))
    isClose 1e-14 "all that it gives" (Scope.run (fun () -> outcome old)) (outcome (entry.OfParameters leaves))

    if not leaves.IsEmpty then
        let gradients transform =
            Gradient.ofLoss (outcome transform) (List.toArray leaves)

        for found, wanted in Array.zip (Scope.run (fun () -> gradients old)) (gradients (entry.OfParameters leaves)) do
            isClose 1e-12 "the gradient" found wanted

// ---- sameness ----

let private sameness (entry: TransformEntry) (draw: Draw) =
    let parameters = entry.Parameters draw [| 2 |]
    let transform = entry.OfParameters parameters
    Expect.isTrue (transform.IsSameAs transform) "itself"
    Expect.isTrue (transform.IsSameAs(entry.OfParameters(copied parameters))) "made of equal parameters"
    Expect.isFalse (transform.IsSameAs(PowerTransform 3.25)) "another class"
    Expect.isFalse ((PowerTransform 3.25).IsSameAs transform) "from another class"
    Expect.stringContains (string transform) transform.Name "what it prints"

    for place in 0 .. parameters.Length - 1 do
        let other = List.updateAt place (parameters[place] * 1.01) parameters
        Expect.isFalse (transform.IsSameAs(entry.OfParameters other)) $"another parameter {place}"

// ---- extremes ----

let private extremes (entry: TransformEntry) (draw: Draw) =
    let parameters = [ for parameter in entry.Parameters draw [||] -> parameter.float32().float64() ]
    let transform = entry.OfParameters parameters
    let single = entry.OfParameters [ for parameter in parameters -> parameter.float32 () ]

    if entry.IsFiniteAtExtremes && element transform.Domain = Support.Real && Shape.nelement entry.Event > 0 then
        for size in [ 0.0; 1e-30; 1.0; 20.0; 100.0; 1e4 ] do
            for signs in [ [ 1.0 ]; [ -1.0 ]; [ 1.0; -1.0 ]; [ -1.0; 1.0; 1.0 ] ] do
                let values = [| for i in 0 .. Shape.nelement entry.Event - 1 -> size * signs[i % signs.Length] |]
                let x = (float64 values).view(entry.Event).float32()
                let y, logDet = single.ForwardAndLogDet x
                let exact = Transform.logDet (x.float64 ()) transform
                Expect.equal (y.dtype, logDet.dtype) (Dtype.Float32, Dtype.Float32) "float32 stays float32"
                Expect.isFalse (y.hasnan ()) "f(x) is a number"
                Expect.all (numbers logDet) Double.IsFinite $"the log-determinant at {size} is finite"
                // Sums of terms of that size may cancel.
                let scale = 1.0 + size * 1e-2
                isClose 1e-4 $"the log-determinant at {size}" (logDet / scale) (exact / scale)

                if size <= 20.0 then
                    let slope = dsharp.grad (fun x -> (Transform.logDet x single).sum()) (x.clone ())
                    Expect.all (numbers slope) Double.IsFinite $"its gradient at {size} is finite"

let private law name seeds holds =
    { Name = name; Seeds = seeds; Holds = holds }

let private laws =
    [ law "the inverse undoes the map" 9 inverseOfForward
      law "the map undoes the inverse" 9 forwardOfInverse
      law "the two log-determinants cancel, and each member agrees with the others" 6 together
      law "the log-determinant is that of the Jacobian between free coordinates" 9 logDetIsOfJacobian
      law "the inverse is a transform, whose inverse is the original" 6 inverted
      law "composition adds log-determinants" 6 composition
      law "values and log-determinants have the shapes that batch and event give them" 18 shapes
      law "whole leading axes may be missing from a value or be added to it" 6 leadingAxes
      law "stacking parameters stacks results" 6 stacking
      law "a value whose axes do not fit is refused" 3 misfits
      law "a triangular map has a triangular Jacobian" 6 triangle
      law "images lie in the codomain, preimages in the domain" 9 imagesLieInCodomain
      law "it keeps or turns the order of numbers as it says" 9 direction
      law "the image of an interval lies between the images of its ends" 6 imageOfInterval
      law "a normal distribution pushed through it integrates to one" 4 integratesToOne
      law "a distribution pushed through it has the density that the Jacobian gives" 6 changeOfVariables
      law "a distribution pushed through it has the distribution function of its base" 6 distributionFunction
      law "gradients agree with finite differences" 6 gradients
      law "a transform remembers neither scopes nor gradients" 4 remembersNothing
      law "equal parameters make the same transform" 4 sameness
      law "log-determinants of extreme values are finite and right in float32" 3 extremes ]

// ---- from the real numbers to every support ----

let private towards (support: unit -> Support) (shape: Shape) (draw: Draw) =
    let support = support ()
    let transform = Transform.toSupport support
    Expect.equal (element transform.Domain) Support.Real "it starts from real numbers"

    if transform.Parameters.IsEmpty then
        Expect.equal transform.Domain.EventRank (transform.InverseShape shape).Length "all of the axes are one event's"

    let batch = if shape.Length = 0 then [| 3 |] else draw.FullBatch()
    let x = draw.Tensor(transform.InverseShape(Array.append batch shape), -3.0, 3.0)
    let y = transform.Forward x
    Expect.equal y.shape (Array.append batch shape) "the shape"
    Expect.isTrue (contains support y) "values lie in the support"
    Expect.isTrue (contains transform.Codomain y) "and in the codomain"
    isClose 1e-8 "and back" (transform.Inverse y) x

let private discrete =
    [ Support.Boolean
      Support.Categories 3
      Support.NonNegativeIntegers
      Support.OneHot
      Support.Elementwise(Support.Boolean, 1) ]

[<Tests>]
let tests =
    testList
        "Transform laws"
        [ for entry in all do
              yield testList entry.Name [ for law in laws -> holds law.Name law.Seeds (law.Holds entry) ]
          yield
              testList
                  "from the real numbers"
                  [ for name, shape, support in supports do
                        yield holds $"a bijection leads to {name}" 9 (towards support shape)

                    yield
                        testCase "no bijection leads to isolated points" (fun () ->
                            for support in discrete do
                                let message = messageOf<ArgumentException, _>(fun () -> Transform.toSupport support)
                                says message [ "toSupport"; support.Requirement ]) ] ]
