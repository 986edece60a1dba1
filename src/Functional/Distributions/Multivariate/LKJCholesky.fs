// The distribution of Lewandowski, Kurowicka and Joe of correlation matrices, by their Cholesky factors.
// Priors of correlations.
namespace Functional

open System
open Functional.Tensors

/// p(L) ∝ Π_{i=2}^d L_ii^(d - i + 2η - 2) over lower-triangular d×d matrices with rows of length one, with respect to the elements below the diagonal:
/// the correlation matrix L Lᵀ has a density proportional to its determinant to the power η - 1. `concentration` η > 0 of shape [batch]: at 1
/// all correlation matrices are equally probable, above 1 the identity is favoured. Raises ArgumentException for d < 2 and for η ≤ 0.
/// Drawn row by row as a point of a ball (the onion method), differentiable in η. (torch 1.13 draws rows beyond the second too long.)
/// Source: Lewandowski, Kurowicka, Joe (2009), Journal of Multivariate Analysis 100(9), section 3.2.
[<Sealed>]
type LKJCholesky(dimension: int, concentration: Tensor) =
    inherit Family("LKJCholesky", [ "concentration", concentration, Support.Positive ])

    do
        if dimension < 2 then
            raise (Errors.Distribution.dimension "LKJCholesky" dimension)

    let rows = dimension - 1
    let size = float dimension

    // For rows 2 to d: half the number of elements left of the diagonal, the first parameter of the Beta of their squared length ...
    let halfCounts () : Tensor =
        concentration.arangeLike (float dimension, startVal = 1.0) * 0.5

    // ... and the second, that of the squared diagonal element: η + (d - i)/2.
    let others (halfCounts: Tensor) : Tensor =
        concentration.unsqueeze -1 + (0.5 * (size - 1.0) - halfCounts)

    // d - i + 2η - 2, written so that nothing cancels
    let powers (others: Tensor) : Tensor = others * 2.0 - 2.0

    let logNormalizer () : Tensor =
        let halfCounts = halfCounts ()
        let others = others halfCounts
        let perRow = others.lgamma () - (others + halfCounts).lgamma() + halfCounts * log Math.PI
        perRow.sum -1

    // From the logarithms of the diagonal, of rows 2 to d.
    let density (logDiagonal: Tensor) : Tensor =
        (powers (others (halfCounts ())) * logDiagonal).sum(-1) - logNormalizer ()

    // The row before the others: a one and zeros.
    let withFirst (firstOfDiagonal: float) (diagonal: Tensor) (left: Tensor) : Tensor =
        let shape = Shapes.leading 1 diagonal.shape
        let first = diagonal.fullLike (firstOfDiagonal, Array.append shape [| 1 |])
        let diagonal = Tensor.cat ([ first; diagonal ], -1)
        let left = Tensor.cat ([ left.zerosLike (Array.append shape [| 1; dimension |]); left ], -2)
        left + Vectors.toDiagonal diagonal

    // Ones left of the diagonal in rows 2 to d.
    let below (like: Tensor) : Tensor =
        let ones = dsharp.ones ([ dimension; dimension ], device = like.device, dtype = like.dtype)
        (ones.tril () - Vectors.identity dimension like).[1..]

    /// d.
    member _.Dimension = dimension

    /// η.
    member _.Concentration = concentration

    override _.EventShape = [| dimension; dimension |]
    override _.Support = Support.CorrelationCholesky
    override _.HasRSample = true

    override this.RDraw sampleShape =
        fst (this.DrawAndLogDensity sampleShape)

    // The squares of the diagonal are g₂/(g₁ + g₂) of two gammas: no difference with 1, and logarithms where they round to 0.
    override this.DrawAndLogDensity sampleShape =
        let shape = Array.append sampleShape this.BatchShape
        let halfCounts = halfCounts ()
        let others = (others halfCounts).expand(Array.append shape [| rows |])
        let inside = Pathwise.logGamma (halfCounts.expandAs others)
        let outside = Pathwise.logGamma others
        let whole = inside.logaddexp outside
        let noise = below concentration * concentration.randnLike (Array.append shape [| rows; dimension |])
        let direction = noise / noise.norm (dim = -1, keepDim = true)
        let logDiagonal = (outside - whole) * 0.5
        let left = direction * ((inside - whole) * 0.5).exp().unsqueeze -1
        withFirst 1.0 (ChiSquares.positive logDiagonal) left, density logDiagonal

    override _.LogDensity value =
        density ((View.slice -1 1 rows (Vectors.diagonal value)).log())

    override this.Entropy() =
        let halfCounts = halfCounts ()
        let others = others halfCounts
        let logDiagonal = (others.digamma () - (others + halfCounts).digamma()) * 0.5
        this.FillBatch(logNormalizer () - (powers others * logDiagonal).sum -1)

    override this.Mean =
        let halfCounts = halfCounts ()
        let others = others halfCounts
        let whole = others + halfCounts
        let logRoot = (others + 0.5).lgamma() - others.lgamma () + whole.lgamma () - (whole + 0.5).lgamma()
        let left = below concentration * 0.0
        this.Fill(withFirst 1.0 (logRoot.exp ()) (left.expand (Array.append this.BatchShape left.shape)))

    override this.Variance =
        let halfCounts = halfCounts ()
        let others = others halfCounts
        let whole = others + halfCounts
        let mean = View.slice -1 1 rows (Vectors.diagonal this.Mean)
        // the squared length of a row's left part, shared evenly
        let share = (halfCounts / whole / (halfCounts * 2.0)).unsqueeze -1
        this.Fill(withFirst 0.0 (others / whole - mean.square ()) (below concentration * share))

    /// The identity; NaN for η < 1, where the density grows without bound.
    override this.Mode =
        let identity = Vectors.identity dimension concentration
        let exists = (concentration.ge 1.0).unsqueeze(-1).unsqueeze -1
        this.Fill(dsharp.where (exists, identity, identity.scalarLike nan))

    override _.With parameters = LKJCholesky(dimension, parameters[0])

    member private _.LogNormalizer: Tensor = logNormalizer ()

    interface IExponentialFamily with

        // t(L) = 2 Σ log L_ii
        member _.NaturalForm =
            { Parameters = [ concentration, 0 ]
              LogNormalizer = fun natural -> (Validation.off (fun () -> LKJCholesky(dimension, natural[0]))).LogNormalizer }

        member _.BaseMeasure = []
