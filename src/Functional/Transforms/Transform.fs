// What a transform is: a smooth invertible map between two supports, with the logarithm of its volume change both ways.
// Distributions are pushed through it (Transformed), constrained quantities are reached from the real numbers by it (Transform.to').
namespace Functional

open Functional.Tensors

/// Whether a map of numbers keeps their order.
[<RequireQualifiedAccess>]
type Direction =
    /// x < y gives f(x) < f(y).
    | Increasing
    /// x < y gives f(x) > f(y).
    | Decreasing
    /// It depends on the parameters, or the map is not one of numbers.
    | Unknown

/// An invertible map y = f(x), a bijector, between arrays that end in Domain.EventRank and Codomain.EventRank axes; the axes before
/// them are a batch. It keeps its parameters and remembers nothing computed from them.
[<AbstractClass>]
type Transform() =

    /// The transform's name, for messages.
    abstract Name: string

    /// Where x lies.
    abstract Domain: Support

    /// Where y lies.
    abstract Codomain: Support

    /// Its parameters by name.
    abstract Parameters: (string * Tensor) list

    /// Whether it keeps the order of numbers.
    abstract Direction: Direction

    /// f(x) and log |det ∂f/∂x|, one number for each event.
    abstract ForwardAndLogDet: x: Tensor -> Tensor * Tensor

    /// f⁻¹(y) and log |det ∂f⁻¹/∂y|, one number for each event.
    abstract InverseAndLogDet: y: Tensor -> Tensor * Tensor

    /// f(x); overridden where it is cheaper alone.
    abstract Forward: x: Tensor -> Tensor

    /// f⁻¹(y); overridden where it is cheaper alone.
    abstract Inverse: y: Tensor -> Tensor

    /// The shape of f(x) from that of x.
    abstract ForwardShape: Shape -> Shape

    /// The shape of x from that of f(x).
    abstract InverseShape: Shape -> Shape

    /// Whether two transforms are known to be the same map. By default: the same class, and parameters of equal value.
    abstract IsSameAs: Transform -> bool

    default _.Parameters = []
    default _.Direction = Direction.Unknown
    default this.Forward x = fst (this.ForwardAndLogDet x)
    default this.Inverse y = fst (this.InverseAndLogDet y)
    default _.ForwardShape shape = shape
    default _.InverseShape shape = shape

    default this.IsSameAs other =
        let same (a: Tensor, b: Tensor) = obj.ReferenceEquals(a, b) || (a.shape = b.shape && a.Equals b)

        this.GetType() = other.GetType()
        && List.forall same (List.zip (List.map snd this.Parameters) (List.map snd other.Parameters))

    override this.ToString() = this.Name

    interface IHoldsTensors with
        member this.Tensors = this.Parameters |> Seq.map snd
