// Guides made from the model: a normal distribution over the coordinates of its draws, taken onto their supports.
// Variational inference where no amortized or structured guide is called for; every objective takes their programs.
namespace Functional

open Functional.Tensors

/// q(z): z = T(u) for u from a distribution over R^D, with the model's sites under their names.
[<Sealed>]
type AutoGuide
    internal
    (
        name: string,
        space: Unconstrained,
        parameters: Parameter list,
        held: Tensor list,
        posterior: unit -> Distribution,
        program: Program<unit>
    ) =

    /// Which kind of guide it is.
    member _.Name: string = name

    /// The draws of the model's sites, with log q(z).
    member _.Program: Program<unit> = program

    /// What fitting changes.
    member _.Parameters: Parameter list = parameters

    /// The model's draws as coordinates.
    member _.Space: Unconstrained = space

    /// q(u) over R^D with the parameters as they are.
    member _.Posterior: Distribution = posterior ()

    /// `count` draws of each site, along a first axis, not recorded for differentiation.
    member _.Sample(count: int) : (string * Tensor) list =
        Gradient.off (fun () -> space.Constrain((posterior ()).Sample [ count ]))

    override _.ToString() =
        $"{name} guide over R^{space.Dimension}"

    interface IHoldsTensors with
        member _.Tensors = Seq.concat [ (space :> IHoldsTensors).Tensors; parameters |> Seq.map _.Value; held ]

/// Where a guide begins.
type GuideStart =
    {
        /// Its location, of shape [D]: the median of a few draws from the prior by default.
        Location: Unconstrained -> Tensor
        /// The standard deviation of each coordinate; 0.1 by default.
        Scale: float
    }

/// Makes guides from models. They run the model a few times, and raise ArgumentException as Unconstrained does.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module AutoGuide =

    /// At the median of the prior, with scale 0.1.
    let start: GuideStart = { Location = _.Start; Scale = 0.1 }

    let private check (start: GuideStart) =
        if not (start.Scale > 0.0) then
            raise (Errors.Argument.option "Scale" "positive" start.Scale)

    let private location (start: GuideStart) (space: Unconstrained) : Parameter =
        let value = start.Location space

        if value.shape <> [| space.Dimension |] then
            raise (Errors.Posterior.dimension value.shape space.Dimension)

        Parameter.trained "location" value

    let private logScale (start: GuideStart) (space: Unconstrained) : Parameter =
        Parameter.trained "logScale" (space.Start.fullLike (log start.Scale))

    let private pieces (space: Unconstrained) (vector: Tensor) : Tensor list =
        match space.Sites with
        | [ _ ] -> [ vector ]
        | sites -> vector.split ([ for site in sites -> site.Length ], 0) |> List.ofSeq

    let private shaped (shape: Shape) (piece: Tensor) : Tensor =
        if piece.shape = shape then piece else piece.view shape

    // The sites one after the other, each from a distribution made of its stretch of the parameters.
    let private siteWise
        (space: Unconstrained)
        (vectors: Tensor list)
        (distribution: UnconstrainedSite -> Tensor list -> Distribution)
        : Program<unit> =
        Program(fun handler ->
            let columns = vectors |> List.map (pieces space) |> List.transpose

            for site, pieces in List.zip space.Sites columns do
                let drawn = sample site.Name (distribution site [ for piece in pieces -> shaped site.SourceShape piece ])
                (Conditionals.inside site.Plates drawn).Run handler |> ignore)

    let private independent (axes: int) (distribution: Distribution) : Distribution =
        if axes = 0 then distribution else Independent(distribution, axes)

    /// `meanField` from a start of one's own.
    let meanFieldFrom (start: GuideStart) (model: Program<'T>) : AutoGuide =
        check start
        let space = Unconstrained.ofProgram model
        let location, logScale = location start space, logScale start space

        let site (site: UnconstrainedSite) (parameters: Tensor list) : Distribution =
            let events = site.SourceShape.Length - site.Plates.Length
            let normal = Normal.OfLogScale(parameters[0], parameters[1]) |> independent events
            if site.IsPlain then normal else Transformed(normal, site.Transform)

        AutoGuide(
            "mean-field",
            space,
            [ location; logScale ],
            [],
            (fun () -> Independent(Normal.OfLogScale(location.Value, logScale.Value), 1)),
            siteWise space [ location.Value; logScale.Value ] site
        )

    /// q(u) = Π_j N(u_j; m_j, σ_j²): every coordinate by itself. Its sites are diagonal normals taken onto their supports, so
    /// that the Kullback-Leibler divergence from a normal prior is in closed form. Too narrow where the posterior is
    /// correlated: of a normal posterior with precision Λ it finds the mean, and 1/Λ_jj for variances. Source: Kucukelbir et
    /// al., arXiv:1603.00788, equation 5.
    let meanField (model: Program<'T>) : AutoGuide = meanFieldFrom start model

    // diag(σ) (I + A), A strictly lower triangular
    let private scaleTril (logScale: Tensor) (lower: Tensor) : Tensor =
        logScale.exp().unsqueeze 1 * (Triangle.below lower + Vectors.identity lower.shape[0] lower)

    let private unchecked (make: unit -> #Distribution) : Distribution =
        Validation.off (fun () -> make () :> Distribution)

    /// `fullRank` from a start of one's own.
    let fullRankFrom (start: GuideStart) (model: Program<'T>) : AutoGuide =
        check start
        let space = Unconstrained.ofProgram model
        let location, logScale = location start space, logScale start space
        let lower = Parameter.trained "lower" (space.Start.zerosLike [ space.Dimension; space.Dimension ])

        let factors () =
            location.Value, scaleTril logScale.Value lower.Value

        AutoGuide(
            "full-rank",
            space,
            [ location; logScale; lower ],
            [],
            (fun () -> unchecked (fun () -> MultivariateNormal.FromScaleTril(factors ()))),
            Conditionals.program (Conditionals.ofScaleTril factors) space.Sites
        )

    /// q(u) = N(u; m, L Lᵀ) with L = diag(σ)(I + A), A strictly lower triangular: D(D + 3)/2 numbers. Each site is drawn from
    /// its conditional, given those before it. For up to a few hundred coordinates; beyond, lowRank. Source: Kucukelbir et al.,
    /// arXiv:1603.00788, section 2.5.
    let fullRank (model: Program<'T>) : AutoGuide = fullRankFrom start model

    /// `lowRank` from a start of one's own.
    let lowRankFrom (start: GuideStart) (rank: int) (model: Program<'T>) : AutoGuide =
        check start
        let space = Unconstrained.ofProgram model

        if rank < 1 || rank > space.Dimension then
            raise (Errors.Argument.option "rank" $"from 1 to the {space.Dimension} coordinates" rank)

        let location, logScale = location start space, logScale start space
        // not zero, where the columns would stay alike; small beside the diagonal
        let columns = Random.withSeed 0 (fun () -> space.Start.randnLike [ space.Dimension; rank ] * 0.1)
        let factor = Parameter.trained "factor" columns

        let parameters () =
            let scale = logScale.Value.exp ()
            location.Value, factor.Value * scale.unsqueeze 1, scale.square ()

        AutoGuide(
            "low-rank",
            space,
            [ location; logScale; factor ],
            [],
            (fun () -> unchecked (fun () -> LowRankMultivariateNormal(parameters ()))),
            Conditionals.program (Conditionals.ofLowRank parameters) space.Sites
        )

    /// q(u) = N(u; m, diag(σ)(I + V Vᵀ) diag(σ)) with V of shape [D; rank]. Each site is drawn from its conditional, given
    /// those before it. Source: Ong, Nott & Smith 2018, arXiv:1701.03208, equation 3.
    let lowRank (rank: int) (model: Program<'T>) : AutoGuide = lowRankFrom start rank model

    /// `delta` from a start of one's own.
    let deltaFrom (start: GuideStart) (model: Program<'T>) : AutoGuide =
        let space = Unconstrained.ofProgram model
        let location = location start space

        let site (site: UnconstrainedSite) (parameters: Tensor list) : Distribution =
            Delta(fst (site.Forward parameters.Head), site.EventShape.Length)

        AutoGuide("delta", space, [ location ], [], (fun () -> Delta(location.Value, 1)), siteWise space [ location.Value ] site)

    /// All mass at one point, with log q = 0: maximising a bound with it maximises log p(z, x) over z, which is the maximum a
    /// posteriori. What comes out is that number and no bound on the evidence: a density at a point depends on the units of z,
    /// and cannot be compared with the bounds of other guides. Map.fit finds the same without a learning rate.
    let delta (model: Program<'T>) : AutoGuide = deltaFrom start model

    /// A guide that stays as it is: N(u; location, scaleTril scaleTrilᵀ).
    let internal fixedNormal (name: string) (space: Unconstrained) (location: Tensor) (scaleTril: Tensor) : AutoGuide =
        let factors () = location, scaleTril

        AutoGuide(
            name,
            space,
            [],
            [ location; scaleTril ],
            (fun () -> unchecked (fun () -> MultivariateNormal.FromScaleTril(factors ()))),
            Conditionals.program (Conditionals.ofScaleTril factors) space.Sites
        )
