// Transforms in a pipe, and the way from the real numbers to every support.
// Used where parameters are optimised or sampled without constraints, and by whoever prefers functions.
namespace Functional

open Functional.Tensors

/// Functions of transforms.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Transform =

    /// f(x).
    let forward (x: Tensor) (transform: Transform) : Tensor = transform.Forward x

    /// f⁻¹(y).
    let inverse (y: Tensor) (transform: Transform) : Tensor = transform.Inverse y

    /// log |det ∂f/∂x|, one number for each event.
    let logDet (x: Tensor) (transform: Transform) : Tensor = snd (transform.ForwardAndLogDet x)

    /// f⁻¹ as a transform; that of an inverse is the original.
    let inverted (transform: Transform) : Transform = transform.Inverted

    /// The transforms one after the other, the first first. Of none it is the identity.
    let compose (transforms: seq<Transform>) : Transform =
        match List.ofSeq transforms with
        | [] -> IdentityTransform()
        | [ transform ] -> transform
        | several -> ComposeTransform several

    /// The same map, whose last `rank` batch axes are event axes.
    let independent (rank: int) (transform: Transform) : Transform =
        if rank = 0 then transform else IndependentTransform(transform, rank)

    let private bounded (low: Tensor) (high: Tensor) : Transform =
        let all (holds: Tensor) = holds.all().toBool()
        let none (holds: Tensor) = not (holds.any().toBool())
        let lowFinite, highFinite = low.isfinite (), high.isfinite ()

        if all lowFinite && all highFinite then
            IntervalTransform(low, high)
        elif all lowFinite && none highFinite then
            ExpTransform() --> AffineTransform(low, low.onesLike ())
        elif none lowFinite && all highFinite then
            ExpTransform() --> AffineTransform(high, -(high.onesLike ()))
        elif none lowFinite && none highFinite then
            IdentityTransform()
        else
            raise (Errors.Transform.mixedBounds (low.ToString()) (high.ToString()))

    /// A smooth bijection from all real numbers, vectors or arrays onto the support: exp onto positive numbers, sigmoid onto intervals,
    /// stick-breaking onto the simplex, and so on (biject_to in PyTorch). The ends of a closed interval are not reached.
    /// Raises ArgumentException for supports of isolated points, and for an interval only some of whose bounds are infinite.
    let rec toSupport (support: Support) : Transform =
        match support with
        | Support.Real
        | Support.ExtendedReal
        | Support.LogWeight -> IdentityTransform()
        | Support.Positive
        | Support.NonNegative -> ExpTransform()
        | Support.AtLeast low -> bounded low (low.fullLike infinity)
        | Support.UnitInterval
        | Support.OpenUnitInterval -> SigmoidTransform()
        | Support.Interval(low, high) -> bounded low high
        | Support.Simplex -> StickBreakingTransform()
        | Support.Ordered -> OrderedTransform()
        | Support.LowerCholesky -> LowerCholeskyTransform()
        | Support.PositiveDefinite -> LowerCholeskyTransform() --> CholeskyProductTransform()
        | Support.CorrelationCholesky -> CorrelationCholeskyTransform()
        | Support.Elementwise(element, axes) -> toSupport element |> independent axes
        | Support.Concatenated parts -> BlockTransform(parts |> List.map flattened)
        | Support.Stacked parts -> StackTransform(parts |> List.map toSupport)
        | Support.Boolean
        | Support.Categories _
        | Support.NonNegativeIntegers
        | Support.Integers _
        | Support.Levels _
        | Support.OneHot
        | Support.Counts _
        | Support.Points _ -> raise (Errors.Transform.discrete support.Requirement)

    /// The way to values of that shape, flattened, from a vector, and the length of that vector.
    and private flattened (support: Support, shape: Shape) : Transform * int =
        let transform = toSupport support
        let source = transform.InverseShape shape
        let length = Shape.nelement source

        if shape.Length <= 1 && source.Length <= 1 then
            transform, length
        else
            let reshaped =
                [ ReshapeTransform([ length ], source) :> Transform
                  transform |> independent (shape.Length - support.EventRank)
                  ReshapeTransform(shape, [ Shape.nelement shape ]) ]

            compose reshaped, length
