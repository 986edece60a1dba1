// A normal distribution over R^D drawn site by site: each site of a model from its conditional, given the sites before it.
// The program that comes of it draws the model's sites and nothing else, and knows log q at every value, not at its own alone.
namespace Functional

open Functional.Tensors

/// N(m, Σ) by blocks. 'State is what the blocks so far say about those to come; it has one leading axis for each of the runs'
/// axes.
type internal Conditionals<'State> =
    {
        /// Before the first block.
        Initial: unit -> 'State
        /// N of a block of coordinates given the state; the function places its location's leading axes.
        Block: 'State -> UnconstrainedSite -> (Tensor -> Tensor) -> Distribution
        /// The state after a block had those values, of shape [runs; Length].
        After: 'State -> UnconstrainedSite -> Tensor -> 'State
    }

module internal Conditionals =

    let private block (site: UnconstrainedSite) (axis: int) (value: Tensor) =
        if site.Offset = 0 && site.Length = value.shape[axis] then
            value
        else
            View.slice axis site.Offset (site.Offset + site.Length - 1) value

    let private before (site: UnconstrainedSite) (axis: int) (value: Tensor) =
        View.slice axis 0 (site.Offset - 1) value

    let private transposed (matrix: Tensor) = matrix.transpose (0, 1)

    let private extended (earlier: Tensor option) (later: Tensor) (join: Tensor -> Tensor -> Tensor) =
        Some(
            match earlier with
            | None -> later
            | Some earlier -> join earlier later
        )

    /// Σ = L Lᵀ. With ε = L⁻¹ (u - m), block j is N(m_j + L_j,<j ε_<j, L_jj L_jjᵀ).
    let ofScaleTril (parameters: unit -> Tensor * Tensor) : Conditionals<Tensor * Tensor * Tensor option> =
        let location (mean: Tensor, factor: Tensor, noise: Tensor option) (site: UnconstrainedSite) : Tensor =
            match noise with
            | None -> block site 0 mean
            | Some noise -> block site 0 mean + noise.matmul (transposed (factor |> block site 0 |> before site 1))

        let own (factor: Tensor) (site: UnconstrainedSite) = factor |> block site 0 |> block site 1

        { Initial =
            fun () ->
                let mean, factor = parameters ()
                mean, factor, None
          Block =
            fun (_, factor, _ as state) site place ->
                MultivariateNormal.FromScaleTril(place (location state site), own factor site)
          After =
            fun (mean, factor, noise as state) site value ->
                let white = Vectors.solve (own factor site) (value - location state site)
                mean, factor, extended noise white (fun earlier white -> Tensor.cat ([ earlier; white ], -1)) }

    /// Σ = W Wᵀ + diag D: u = m + W ε + D^½ η. Given the blocks so far, ε is N(P h, P) with P⁻¹ = I + Σ_i W_iᵀ D_i⁻¹ W_i and
    /// h = Σ_i W_iᵀ D_i⁻¹ (u_i - m_i), so block j is N(m_j + W_j P h, W_j P W_jᵀ + diag D_j).
    let ofLowRank (parameters: unit -> Tensor * Tensor * Tensor) =
        { Initial =
            fun () ->
                let mean, factor, diagonal = parameters ()
                (mean, factor, diagonal), Vectors.identity factor.shape[1] factor, None
          Block =
            fun ((mean, factor, diagonal), precision: Tensor, information: Tensor option) site place ->
                let mean, factor, diagonal = block site 0 mean, block site 0 factor, block site 0 diagonal

                match information with
                | None -> LowRankMultivariateNormal(place mean, factor, diagonal)
                | Some information ->
                    // W P = W C⁻ᵀ C⁻¹ with P⁻¹ = C Cᵀ
                    let root = precision.cholesky ()
                    let half = root.triangularSolve (transposed factor)
                    let shift = (Vectors.solve root information).matmul half
                    LowRankMultivariateNormal(place (mean + shift), transposed half, diagonal)
          After =
            fun ((mean, factor, diagonal), precision, information) site value ->
                let weighted = block site 0 factor / (block site 0 diagonal).unsqueeze 1
                let added = (value - block site 0 mean).matmul weighted
                let precision = precision + (transposed (block site 0 factor)).matmul weighted
                (mean, factor, diagonal), precision, extended information added (+) }

    // A program in plates, the innermost of them first.
    let inside (plates: Plate list) (body: Program<Tensor>) : Program<Tensor> =
        (body, plates) ||> List.fold (fun body outer -> plate outer.Name outer.Size (fun _ -> body))

    // A distribution over vectors as one over the site's values.
    let private shaped (site: UnconstrainedSite) (vector: Distribution) : Distribution =
        let plates = site.Plates.Length
        let isVector = plates = 0 && site.SourceShape.Length = 1

        let transforms =
            [ if not isVector then
                  ReshapeTransform([ site.Length ], site.SourceShape) :> Transform
              if not site.IsPlain then
                  site.Transform |> Transform.independent plates ]

        let joint: Distribution = if transforms.IsEmpty then vector else Transformed(vector, Transform.compose transforms)
        if plates = 0 then joint else Shared(joint, plates, site.Support)

    // Leading axes are those of runs, and axes of length 1 as far as the model's plates go.
    let private runs (vectors: Tensor) : Shape =
        let lead = Shapes.leading 1 vectors.shape
        let ones = lead |> Array.rev |> Array.takeWhile ((=) 1) |> Array.length
        Shapes.leading ones lead

    /// The program that draws each site from its conditional.
    let program (conditionals: Conditionals<'State>) (sites: UnconstrainedSite list) : Program<unit> =
        let draw (handler: Handler) (state: 'State) (site: UnconstrainedSite) (place: Tensor -> Tensor) : Tensor =
            let distribution = shaped site (conditionals.Block state site place)
            (inside site.Plates (sample site.Name distribution)).Run handler

        // `axes` counts the batch axes of all sites, once a site has shown that there are runs.
        let rec next (handler: Handler) (state: 'State) (axes: int) (lead: Shape) (sites: UnconstrainedSite list) =
            match sites with
            | [] -> ()
            | site :: rest ->
                let place (location: Tensor) =
                    if lead.Length = 0 then
                        location
                    else
                        let ones = Array.create (axes - site.Plates.Length - lead.Length) 1
                        location.view (Array.concat [ lead; ones; [| site.Length |] ])

                let value = draw handler state site place

                if not rest.IsEmpty then
                    let vectors = site.Inverse value
                    let lead = runs vectors
                    let state = conditionals.After state site (vectors.view (Array.append lead [| site.Length |]))
                    next handler state (vectors.dim - 1 + site.Plates.Length) lead rest

        Program(fun handler -> next handler (conditionals.Initial()) 0 [||] sites)
