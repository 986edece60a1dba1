// The divergence of two members of one exponential family, from its log-normalizer alone.
// Kl uses it for families that say their natural form and have no formula of their own.
namespace Functional

open Functional.Tensors

module internal Bregman =

    // ∂A/∂η_i at η, one array for each distribution: the sum over the batch keeps them apart.
    let private slope (form: NaturalForm) (natural: Tensor list) (place: int) : Tensor =
        dsharp.grad (fun moved -> (form.LogNormalizer(List.updateAt place moved natural)).sum()) natural[place]

    /// KL(p ‖ q) = A(η_q) - A(η_p) - Σ_i ⟨η_q,i - η_p,i, ∂A/∂η_i(η_p)⟩, the Bregman divergence of the log-normalizer.
    /// Source: Nielsen and Nock, arXiv:1003.5581, equation 8.
    let divergence (p: IExponentialFamily) (q: IExponentialFamily) : Tensor =
        let form = p.NaturalForm
        let ofP, ofQ = List.map fst form.Parameters, List.map fst q.NaturalForm.Parameters

        let inner =
            form.Parameters
            |> List.mapi (fun place (_, rank) -> Shapes.sumLast rank ((ofQ[place] - ofP[place]) * slope form ofP place))
            |> List.reduce (+)

        form.LogNormalizer ofQ - form.LogNormalizer ofP - inner
