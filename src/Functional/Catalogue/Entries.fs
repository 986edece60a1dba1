// Every family, transform, bound and estimator of the library, each with an example.
// Whoever adds one adds its line here; a test finds what is missing.
namespace Functional

open Functional.Tensors

module internal CatalogueEntries =

    let private numbers (values: float list) : Tensor = dsharp.tensor values
    let private identity () = dsharp.eye 2
    let private normal () = Normal(0.0, 1.0)

    // A family given by its parameters, in one way or several.
    let private family<'T when 'T :> Distribution> (examples: (unit -> 'T) list) (group: string) =
        FamilyInfo(group, typeof<'T>, "", [ for example in examples -> fun () -> example () :> Distribution ])

    // A family given by other distributions.
    let private wrapper<'T when 'T :> Distribution> (given: string) (example: unit -> 'T) (group: string) =
        FamilyInfo(group, typeof<'T>, given, [ fun () -> example () :> Distribution ])

    let private continuous =
        [ family [ fun () -> Normal(0.0, 1.0) ]
          family [ fun () -> LogNormal(0.0, 1.0) ]
          family [ fun () -> LogitNormal(0.0, 1.0) ]
          family [ fun () -> HalfNormal 1.0 ]
          family [ fun () -> TruncatedNormal(0.0, 1.0, -1.0, 2.0) ]
          family [ fun () -> Laplace(0.0, 1.0) ]
          family [ fun () -> Logistic(0.0, 1.0) ]
          family [ fun () -> Gumbel(0.0, 1.0) ]
          family [ fun () -> Cauchy(0.0, 1.0) ]
          family [ fun () -> HalfCauchy 1.0 ]
          family [ fun () -> StudentT(5.0, 0.0, 1.0) ]
          family [ fun () -> Exponential 1.0 ]
          family [ fun () -> Gamma(2.0, 1.0) ]
          family [ fun () -> InverseGamma(5.0, 1.0) ]
          family [ fun () -> Chi2 3.0 ]
          family [ fun () -> Weibull(1.0, 2.0) ]
          family [ fun () -> Pareto(1.0, 5.0) ]
          family [ fun () -> Uniform(0.0, 1.0) ]
          family [ fun () -> Beta(2.0, 3.0) ]
          family [ fun () -> Kumaraswamy(2.0, 3.0) ]
          family
              [ fun () -> ContinuousBernoulli.FromLogits(dsharp.scalar 0.5)
                fun () -> ContinuousBernoulli.FromProbabilities(dsharp.scalar 0.6) ]
          family [ fun () -> VonMises(0.0, 1.0) ] ]

    let private multivariate =
        [ family [ fun () -> Dirichlet(numbers [ 1.0; 2.0; 3.0 ]) ]
          family
              [ fun () -> MultivariateNormal.FromScaleTril(dsharp.zeros 2, identity ())
                fun () -> MultivariateNormal.FromCovariance(dsharp.zeros 2, identity ())
                fun () -> MultivariateNormal.FromPrecision(dsharp.zeros 2, identity ()) ]
          family [ fun () -> LowRankMultivariateNormal(dsharp.zeros 2, dsharp.ones [ 2; 1 ], dsharp.ones 2) ]
          family [ fun () -> MultivariateStudentT(dsharp.scalar 5.0, dsharp.zeros 2, identity ()) ]
          family
              [ fun () -> Wishart.FromScaleTril(dsharp.scalar 4.0, identity ())
                fun () -> Wishart.FromCovariance(dsharp.scalar 4.0, identity ())
                fun () -> Wishart.FromPrecision(dsharp.scalar 4.0, identity ()) ]
          family [ fun () -> LKJCholesky(2, dsharp.scalar 1.5) ] ]

    let private odds (make: Tensor -> 'T) (fromProbabilities: Tensor -> 'T) =
        family [ (fun () -> make (dsharp.scalar 0.5)); (fun () -> fromProbabilities (dsharp.scalar 0.6)) ]

    let private weights (make: Tensor -> 'T) (fromProbabilities: Tensor -> 'T) =
        family [ (fun () -> make (numbers [ 0.0; 1.0; -1.0 ])); (fun () -> fromProbabilities (numbers [ 0.5; 0.25; 0.25 ])) ]

    let private discrete =
        [ odds Bernoulli.FromLogits Bernoulli.FromProbabilities
          weights Categorical.FromLogits Categorical.FromProbabilities
          weights OneHotCategorical.FromLogits OneHotCategorical.FromProbabilities
          odds (fun logits -> Binomial.FromLogits(5, logits)) (fun p -> Binomial.FromProbabilities(5, p))
          family [ fun () -> BetaBinomial(5, dsharp.scalar 2.0, dsharp.scalar 3.0) ]
          weights (fun logits -> Multinomial.FromLogits(5, logits)) (fun p -> Multinomial.FromProbabilities(5, p))
          family [ fun () -> Poisson 2.0 ]
          odds Geometric.FromLogits Geometric.FromProbabilities
          odds (fun logits -> NegativeBinomial.FromLogits(2.5, logits)) (fun p -> NegativeBinomial.FromProbabilities(2.5, p))
          wrapper "a distribution of counts and a gate; here a Poisson" (fun () ->
              ZeroInflated.FromLogits(dsharp.scalar 0.5, Poisson 2.0)) ]

    let private relaxed =
        [ odds (fun logits -> RelaxedBernoulli.FromLogits(0.5, logits)) (fun p -> RelaxedBernoulli.FromProbabilities(0.5, p))
          weights (fun logits -> RelaxedOneHotCategorical.FromLogits(0.5, logits)) (fun p ->
              RelaxedOneHotCategorical.FromProbabilities(0.5, p))
          odds (fun logits -> StraightThroughBernoulli.FromLogits(0.5, logits)) (fun p ->
              StraightThroughBernoulli.FromProbabilities(0.5, p))
          weights (fun logits -> StraightThroughOneHotCategorical.FromLogits(0.5, logits)) (fun p ->
              StraightThroughOneHotCategorical.FromProbabilities(0.5, p)) ]

    let private images =
        [ family [ fun () -> DiscretizedLogistic(dsharp.scalar 0.0, dsharp.scalar 0.1) ]
          family [ fun () -> DiscretizedLogisticMixture(dsharp.zeros 2, numbers [ -0.5; 0.5 ], numbers [ 0.1; 0.2 ]) ]
          wrapper "a distribution, bounds; here a Normal from -3 to 3" (fun () -> Quantized(normal (), -3, 3)) ]

    let private structural =
        [ wrapper "a distribution, a number of axes; here Normals, 1" (fun () ->
              Independent(Normal(dsharp.zeros 2, dsharp.ones 2), 1))
          wrapper "a distribution, a transform; here exp of a Normal" (fun () -> Transformed(normal (), ExpTransform()))
          wrapper "a distribution, bounds; here a Normal from -1 to 2" (fun () -> Truncated(normal (), -1.0, 2.0))
          wrapper "weights, distributions; here Normals" (fun () ->
              Mixture(Categorical.FromLogits(dsharp.zeros 2), Normal(numbers [ -1.0; 1.0 ], dsharp.ones 2)))
          wrapper "distributions; here a Normal and a Uniform" (fun () -> Joint [ normal (); Uniform(0.0, 1.0) ])
          wrapper "a distribution, a mask; here of Normals" (fun () ->
              Masked(Normal(dsharp.zeros 2, dsharp.ones 2), numbers([ 1.0; 0.0 ]).bool()))
          wrapper "a distribution, a batch shape; here a Normal" (fun () -> Expanded(normal (), [ 3 ]))
          wrapper "a value; here a number" (fun () -> Delta(dsharp.scalar 1.0))
          wrapper "samples, weights; here numbers" (fun () -> Empirical(numbers [ 1.0; 2.0; 4.0 ])) ]

    let families: FamilyInfo list =
        [ "Continuous", continuous
          "Multivariate", multivariate
          "Discrete", discrete
          "Relaxed", relaxed
          "Images", images
          "Structural", structural ]
        |> List.collect (fun (group, members) -> [ for inGroup in members -> inGroup group ])

    let private made<'T when 'T :> Transform> (given: string) (example: unit -> 'T) =
        TransformInfo(typeof<'T>, given, (fun () -> example () :> Transform))

    let transforms: TransformInfo list =
        [ made "" (fun () -> AffineTransform(0.0, 2.0))
          made "" (fun () -> ExpTransform())
          made "" (fun () -> LogTransform())
          made "" (fun () -> PowerTransform 2.0)
          made "" (fun () -> SigmoidTransform())
          made "" (fun () -> IntervalTransform(0.0, 2.0))
          made "" (fun () -> TanhTransform())
          made "" (fun () -> SoftplusTransform())
          made "" (fun () -> SoftmaxTransform())
          made "" (fun () -> StickBreakingTransform())
          made "" (fun () -> OrderedTransform())
          made "" (fun () -> CumulativeSumTransform())
          made "" (fun () -> LowerCholeskyTransform())
          made "" (fun () -> CholeskyProductTransform())
          made "" (fun () -> CorrelationCholeskyTransform())
          made "an order" (fun () -> PermuteTransform [ 1; 0 ])
          made "two shapes" (fun () -> ReshapeTransform([ 4 ], [ 2; 2 ]))
          made "a support; here ℝ" (fun () -> IdentityTransform())
          made "a transform, a number of axes; here exp, 1" (fun () -> IndependentTransform(ExpTransform(), 1))
          made "transforms one after the other; here exp, affine" (fun () ->
              ComposeTransform [ ExpTransform(); AffineTransform(1.0, 2.0) ])
          made "transforms of pieces of a vector; here exp, identity" (fun () ->
              BlockTransform [ ExpTransform() :> Transform, 2; IdentityTransform(), 1 ])
          made "transforms of slices; here exp, identity" (fun () ->
              StackTransform [ ExpTransform() :> Transform; IdentityTransform() ]) ]

    let bounds: BoundInfo list =
        [ BoundInfo("Elbo.bound", "E_q[log p(x|z)] - KL(q(z) ‖ p(z))", "Kingma & Welling, arXiv:1312.6114", Elbo.bound)
          BoundInfo("Elbo.withEntropy", "E_q[log p(x, z)] + H[q(z)]", "Kingma & Welling, arXiv:1312.6114", Elbo.withEntropy)
          BoundInfo("Elbo.monteCarlo", "E_q[log p(x, z) - log q(z)]", "Kingma & Welling, arXiv:1312.6114", Elbo.monteCarlo)
          BoundInfo("Elbo.weighed β", "E_q[log p(x|z)] - β KL(q(z) ‖ p(z))", "Higgins et al. 2017", Elbo.weighed 4.0)
          BoundInfo(
              "Elbo.capacity β C",
              "E_q[log p(x|z)] - β |KL(q(z) ‖ p(z)) - C|",
              "Burgess et al., arXiv:1804.03599",
              Elbo.capacity 4.0 (fun () -> 0.5)
          )
          BoundInfo("Iwae.bound", "E[log 1/K Σ w_k]", "Burda et al., arXiv:1509.00519", Iwae.bound)
          BoundInfo("Renyi.bound α", "E[log (1/K Σ w_k^(1-α)) / (1-α)]", "Li & Turner, arXiv:1602.02311", Renyi.bound 0.5)
          BoundInfo("Cubo.bound n", "log (E_q[wⁿ]) / n", "Dieng et al., arXiv:1611.00328", Cubo.bound 2.0)
          BoundInfo("ForwardKl.bound", "log p(x) + KL(p(z|x) ‖ q(z))", "Bornschein & Bengio, arXiv:1406.2751", ForwardKl.bound)
          BoundInfo(
              "WakeSleep.wake",
              "E[log 1/K Σ w_k]; the guide goes down the forward KL",
              "Bornschein & Bengio, arXiv:1406.2751",
              WakeSleep.wake
          )
          BoundInfo(
              "BetaTcVae.bound α β γ",
              "E_q[log p(x|z)] - α I(x; z) - β total correlation - γ Σ_j KL(q(z_j) ‖ p(z_j))",
              "Chen et al., arXiv:1802.04942",
              true,
              fun _ -> BetaTcVae.bound AggregateSampling.WholeSet 1.0 4.0 1.0
          )
          BoundInfo(
              "InfoVae.bound kernel α λ",
              "E_q[log p(x|z)] - (1-α) KL(q(z|x) ‖ p(z)) - (α+λ-1) MMD²(q(z), p(z))",
              "Zhao et al., arXiv:1706.02262",
              true,
              fun _ -> InfoVae.bound (Kernel.Gaussian 1.0) 0.5 10.0
          )
          BoundInfo(
              "Wae.bound kernel λ",
              "E_q[log p(x|z)] - λ MMD²(q(z), p(z))",
              "Tolstikhin et al., arXiv:1711.01558",
              true,
              fun _ -> Wae.bound (Kernel.Gaussian 1.0) 10.0
          ) ]

    let estimators: EstimatorInfo list =
        [ EstimatorInfo("Estimator.standard", "any: pathwise or score function", "", "", (fun () -> Estimator.standard))
          EstimatorInfo("Estimator.pathwise", "pathwise", "", "Kingma & Welling, arXiv:1312.6114", (fun () -> Estimator.pathwise))
          EstimatorInfo(
              "Estimator.scoreFunction Baseline.Zero",
              "any",
              "",
              "Williams 1992, doi:10.1007/BF00992696",
              (fun () -> Estimator.scoreFunction Baseline.Zero)
          )
          EstimatorInfo(
              "Estimator.scoreFunction (Baseline.Running mean)",
              "any",
              "",
              "Mnih & Gregor, arXiv:1402.0030",
              (fun () -> Estimator.scoreFunction (Baseline.Running(RunningMean 0.9)))
          )
          EstimatorInfo(
              "Estimator.vimco",
              "any, several particles",
              "",
              "Mnih & Rezende, arXiv:1602.06725",
              (fun () -> Estimator.vimco)
          )
          EstimatorInfo(
              "Estimator.stickingTheLanding",
              "pathwise or score function",
              "",
              "Roeder et al., arXiv:1703.09194",
              (fun () -> Estimator.stickingTheLanding)
          )
          EstimatorInfo(
              "Estimator.doublyReparameterized",
              "pathwise",
              "",
              "Tucker et al., arXiv:1810.04152",
              (fun () -> Estimator.doublyReparameterized)
          )
          EstimatorInfo(
              "Estimator.gumbelSoftmax λ",
              "one-hot, binary",
              "the relaxed model's bound",
              "Maddison et al., arXiv:1611.00712; Jang et al., arXiv:1611.01144",
              (fun () -> Estimator.gumbelSoftmax 0.5)
          )
          EstimatorInfo(
              "Estimator.straightThrough λ",
              "one-hot, binary",
              "biased",
              "Jang et al., arXiv:1611.01144; Bengio et al., arXiv:1308.3432",
              (fun () -> Estimator.straightThrough 0.5)
          ) ]
