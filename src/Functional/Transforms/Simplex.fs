// Two maps from K - 1 real numbers onto the simplex of K probabilities.
// Parameters that sum to one; logistic-normal distributions; Dirichlet posteriors by optimisation.
namespace Functional

open Functional.Tensors

/// What both have in common: the shapes. Determinants are those of the map to y_1 ... y_{K-1}.
[<AbstractClass>]
type SimplexTransform internal (name: string) =
    inherit VectorTransform(name)

    let along (change: int) (shape: Shape) =
        Array.append (Shapes.leading 1 shape) [| Array.last shape + change |]

    override _.Codomain = Support.Simplex
    override this.ForwardShape shape = this.Check 1 shape |> along 1

    override this.InverseShape shape =
        if Array.last (this.Check 1 shape) = 0 then
            raise (Errors.Transform.length name shape "at least one element")

        along -1 shape

/// y = softmax(x_1, ..., x_{K-1}, 0), from R^{K-1} onto the simplex: the additive logistic map; log |det| = Σ_k log y_k.
/// Its inverse is the log-ratio x_k = log(y_k / y_K). A softmax of K numbers has no determinant and no inverse, because adding a constant to
/// all of them changes nothing; the last number is fixed here to make it one. Which element is last matters to a prior on x:
/// where the elements play the same part, StickBreakingTransform does not help either; use a Dirichlet.
/// Source: Aitchison and Shen, Logistic-normal distributions, Biometrika 67 (1980).
[<Sealed>]
type SoftmaxTransform() =
    inherit SimplexTransform("SoftmaxTransform")

    let logits (x: Tensor) =
        Tensor.cat ([ x; x.zerosLike (Array.append (Shapes.leading 1 x.shape) [| 1 |]) ], -1)

    override _.Map x = (logits x).softmax -1

    override _.Unmap y =
        let logs: Tensor = y.log ()
        let last = y.shape[y.dim - 1] - 1
        View.slice -1 0 (last - 1) logs - View.slice -1 last last logs

    override _.LogDet(x, _) = ((logits x).logsoftmax -1).sum -1

/// y_k = z_k Π_{j<k} (1 - z_j), z_k = σ(x_k - log(K - k)), y_K = Π_j (1 - z_j), from R^{K-1} onto the simplex: pieces broken off a stick.
/// x = 0 gives equal pieces. log |det| = Σ_{k<K} (log y_k + log(1 - z_k)). Everything is computed from logarithms, so that no piece is
/// lost to cancellation.
/// Source: Stan reference manual, section 10.7 (unit simplex).
[<Sealed>]
type StickBreakingTransform() =
    inherit SimplexTransform("StickBreakingTransform")

    // log(K - k) for k = 1 ... K - 1.
    let offsets (count: int) (like: Tensor) : Tensor =
        like.like([| for k in count .. -1 .. 1 -> log (float k) |]).view [ count ]

    let shifted (x: Tensor) = x - offsets x.shape[x.dim - 1] x

    /// A zero, and sums of the elements up to each.
    let fromZero (logs: Tensor) =
        Tensor.cat ([ logs.zerosLike (Array.append (Shapes.leading 1 logs.shape) [| 1 |]); logs.cumsum -1 ], -1)

    // log(1 - z_k), and the logarithms of all K pieces.
    let pieces (x: Tensor) =
        let x = shifted x
        let left: Tensor = (-x).logsigmoid()
        let taken = Tensor.cat ([ x.logsigmoid (); x.zerosLike (Array.append (Shapes.leading 1 x.shape) [| 1 |]) ], -1)
        left, taken + fromZero left

    override _.Map x = (snd (pieces x)).exp()

    override _.Unmap y =
        let last = y.shape[y.dim - 1] - 1
        let rest: Tensor = ((y.flip [ -1 ]).cumsum -1).flip [ -1 ]
        let x = (View.slice -1 0 (last - 1) y).log() - (View.slice -1 1 last rest).log()
        x + offsets last x

    override _.LogDet(x, _) =
        let left, pieces = pieces x
        ((View.slice -1 0 (x.shape[x.dim - 1] - 1) pieces) + left).sum -1
