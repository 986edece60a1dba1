// The divergence of two members of one exponential family, from its log-normalizer alone.
// Kl uses it for families that say their natural form and have no formula of their own.
namespace Functional

open Functional.Tensors

module internal Bregman =

    let private natural (distribution: Distribution) =
        (box distribution :?> IExponentialFamily).NaturalForm

    /// Whether two distributions are of the same class, and that of exponential families, one for each base measure.
    let areOfOneFamily (p: Distribution) (q: Distribution) : bool =
        box p :? IExponentialFamily && p.GetType() = q.GetType()

    /// Whether two distributions are members of one exponential family.
    let applies (p: Distribution) (q: Distribution) : bool =
        match box p, box q with
        | (:? IExponentialFamily as first), (:? IExponentialFamily as second) when p.GetType() = q.GetType() ->
            List.forall2 (fun (a: Tensor) (b: Tensor) -> (a.eq b).all().toBool()) first.BaseMeasure second.BaseMeasure
        | _ -> false

    // ∂A/∂η_i at η, one array for each distribution: the sum over the batch keeps them apart.
    let private slope (form: NaturalForm) (natural: Tensor list) (place: int) : Tensor =
        dsharp.grad (fun moved -> (form.LogNormalizer(List.updateAt place moved natural)).sum()) natural[place]

    /// KL(p ‖ q) = A(η_q) - A(η_p) - Σ_i ⟨η_q,i - η_p,i, ∂A/∂η_i(η_p)⟩, the Bregman divergence of the log-normalizer.
    /// Source: Nielsen and Nock, arXiv:1003.5581, equation 8.
    let divergence (p: Distribution) (q: Distribution) : Tensor =
        let form, ofQ = natural p, List.map fst (natural q).Parameters

        // Each parameter with all batch axes: a shorter one would gather the slopes of several distributions.
        let ofP =
            [ for parameter, rank in form.Parameters ->
                  parameter.expand (Array.append p.BatchShape (Shapes.trailing rank parameter.shape)) ]

        let inner =
            form.Parameters
            |> List.mapi (fun place (_, rank) -> Shapes.sumLast rank ((ofQ[place] - ofP[place]) * slope form ofP place))
            |> List.reduce (+)

        form.LogNormalizer ofQ - form.LogNormalizer ofP - inner
