// Transforms written as three formulas: the map, its inverse, and the log-determinant.
// Most transforms of the library derive from it; whose log-determinant falls out of the map itself derives from Transform.
namespace Functional

open Functional.Tensors

/// A transform whose log-determinant is a formula of x and f(x), the same for both directions up to its sign.
[<AbstractClass>]
type ExplicitTransform() =
    inherit Transform()

    /// f(x), for x of a shape that has been checked.
    abstract Map: x: Tensor -> Tensor

    /// f⁻¹(y), for y of a shape that has been checked.
    abstract Unmap: y: Tensor -> Tensor

    /// log |det ∂f/∂x| where y = f(x), one number for each event.
    abstract LogDet: x: Tensor * y: Tensor -> Tensor

    override this.Forward x =
        this.ForwardShape x.shape |> ignore
        this.Map x

    override this.Inverse y =
        this.InverseShape y.shape |> ignore
        this.Unmap y

    override this.ForwardAndLogDet x =
        let y = this.Forward x
        y, this.LogDet(x, y)

    override this.InverseAndLogDet y =
        let x = this.Inverse y
        x, -this.LogDet(x, y)

/// A map of numbers: f acts on each element, and log |det| is log |f'(x)|. The shape of the value and those of the parameters line up
/// from the right; only whole missing leading axes broadcast.
[<AbstractClass>]
type ElementwiseTransform(name: string, parameters: (string * Tensor) list) =
    inherit ExplicitTransform()

    let shape = Shapes.ofParameters name [ for parameter, value in parameters -> parameter, value, 0 ]

    let lineUp (value: Shape) =
        match Shapes.tryLineUp value shape with
        | Some longer -> longer
        | None -> raise (Errors.Transform.parameters name value shape)

    override _.Name = name
    override _.Parameters = parameters
    override _.ForwardShape value = lineUp value
    override _.InverseShape value = lineUp value
    override _.Domain = Support.Real
    override _.Direction = Direction.Increasing

/// A map of vectors, along the last axis.
[<AbstractClass>]
type VectorTransform(name: string) =
    inherit ExplicitTransform()

    override _.Name = name
    override _.Domain = Support.RealVector
    override _.Codomain = Support.RealVector
