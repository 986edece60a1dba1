// The Dirichlet distribution.
// Vectors of probabilities: priors of categorical distributions, topics of documents.
namespace Functional

open Functional.Tensors

/// Π_i x_i^(concentration_i - 1) / B(concentration) for vectors x ≥ 0 with sum one, where B(α) = Π_i Γ(α_i) / Γ(Σ_i α_i).
/// `concentration` (α) is positive; its last axis is the event's. Raises ArgumentException otherwise.
/// The density is with respect to the first n - 1 elements. Samples are normalized gamma variables, drawn and normalized as logarithms, with
/// exact pathwise gradients. With tiny concentrations samples have elements that round to 0, where the density has poles: SampleAndLogProb,
/// which works from the logarithms, stays finite there and LogProb cannot.
[<Sealed>]
type Dirichlet(concentration: Tensor) =
    inherit Family("Dirichlet", [ "concentration", concentration, Support.Elementwise(Support.Positive, 1) ])

    static let logNormalizer (a: Tensor) : Tensor =
        (a.lgamma ()).sum -1 - (a.sum -1).lgamma()

    let wide () : Tensor = concentration.cast Dtype.Float64
    let narrow (result: Tensor) : Tensor = result.cast concentration.dtype

    let drawLogarithms (sampleShape: Shape) : Tensor =
        (Pathwise.logGamma ((wide ()).expand(Array.append sampleShape concentration.shape))).logsoftmax -1

    /// α.
    member _.Concentration = concentration

    override _.EventShape = Shapes.trailing 1 concentration.shape
    override _.Support = Support.Simplex
    override _.HasRSample = true

    override _.RDraw sampleShape =
        narrow ((drawLogarithms sampleShape).exp())

    override _.DrawAndLogDensity sampleShape =
        let logarithms, a = drawLogarithms sampleShape, wide ()
        narrow (logarithms.exp ()), narrow (((a - 1.0) * logarithms).sum -1 - logNormalizer a)

    override _.LogDensity value =
        let a = wide ()
        narrow (((a - 1.0).xlogy(value.cast Dtype.Float64)).sum -1 - logNormalizer a)

    override this.Entropy() =
        let formula (p: Tensor list) =
            let a = p[0]
            let total = a.sum -1
            let excess = total - float a.shape[a.dim - 1]
            logNormalizer a + excess * total.digamma () - ((a - 1.0) * a.digamma ()).sum -1

        Special.inDouble formula [ concentration ]

    override _.Mean = concentration / concentration.sum (-1, keepDim = true)

    override this.Variance =
        let total = concentration.sum (-1, keepDim = true)
        let mean = concentration / total
        mean * ((total - concentration) / total) / (total + 1.0)

    /// Proportional to α - 1, elements with α < 1 at zero; NaN where no concentration exceeds one.
    override _.Mode =
        let excess = (concentration - 1.0).clamp(low = 0.0)
        excess / excess.sum (-1, keepDim = true)

    override _.With parameters = Dirichlet parameters[0]

    interface IExponentialFamily with

        // t(x) = log x.
        member _.NaturalForm =
            { Parameters = [ concentration - 1.0, 1 ]
              LogNormalizer = fun natural -> logNormalizer (natural[0] + 1.0) }

        member _.BaseMeasure = []
