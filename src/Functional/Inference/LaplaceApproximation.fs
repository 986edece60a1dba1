// Point estimates, and the normal approximation around them.
// Where a posterior is nearly normal, the cheapest there is; samplers and guides may begin with it.
namespace Functional

open System
open Functional.Tensors

/// The most probable values.
module Map =

    /// argmax_z p(z, x), by the names of the sites: the maximum of the density of z itself, without the volume of coordinates,
    /// so that it depends on the units that the model is written in. Raises ArgumentException as Unconstrained does, and when
    /// the density is not finite at the prior's median.
    let fit (model: Program<'T>) : (string * Tensor) list =
        Scope.run (fun () ->
            let space = Unconstrained.ofProgram model
            space.CheckExact "Map.fit"
            Gradient.off (fun () -> space.Constrain(ModeSearch.find space.LogJoint space.Start)))

/// N(u*, H⁻¹) over the coordinates u of a model's draws.
type LaplaceApproximation =
    {
        /// u*, of shape [D], the maximum of log p(u, x).
        Mode: Tensor
        /// H⁻¹ for the Hessian H of -log p(u, x) at the mode, of shape [D; D].
        Covariance: Tensor
        /// log p(u*, x) + (D/2) log 2π - ½ log det H, in nats: an approximation of log p(x), and no bound.
        LogEvidence: float
        /// The approximation as a guide with nothing to fit: draws by site, and the proposal of importance sampling.
        Guide: AutoGuide
    }

    /// `count` draws of each site, along a first axis.
    member this.Sample(count: int) : (string * Tensor) list = this.Guide.Sample count

/// The normal approximation around the mode.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module LaplaceApproximation =

    // H = C Cᵀ gives H⁻¹ = C⁻ᵀ C⁻¹, whose lower factor is that of the covariance.
    let private covariance (precision: Tensor) : Tensor =
        let inverse = Vectors.solveColumns false (precision.cholesky ()) (Vectors.identity precision.shape[0] precision)
        (inverse.transpose (0, 1)).matmul inverse

    /// The posterior as N(u*, H⁻¹) in unconstrained coordinates: exact where the posterior is normal in them, wrong where it is
    /// skewed or has several modes. Raises InvalidOperationException when the Hessian is not positive definite at the end of
    /// the search, ArgumentException as Unconstrained does. Source: MacKay 1998, doi:10.1023/A:1007558615313, equations 6 to 9.
    let fit (model: Program<'T>) : LaplaceApproximation =
        let search () =
            let space = Unconstrained.ofProgram model
            space.CheckExact "LaplaceApproximation.fit"
            let mode = ModeSearch.find space.LogDensity space.Start
            let value, gradient, hessian = Validation.off (fun () -> dsharp.fgradhessian space.LogDensity mode)
            let precision = Vectors.symmetric -hessian
            let eigenvalues, _ = precision.eigh ()
            let smallest = (eigenvalues.min ()).toDouble()

            if not (smallest > 0.0) then
                raise (Errors.Posterior.notAMode smallest ((gradient.abs().max()).toDouble()))

            let covariance = covariance precision
            let dimension = float space.Dimension

            let logEvidence =
                value.toDouble () + 0.5 * dimension * log (2.0 * Math.PI) - 0.5 * (eigenvalues.log().sum()).toDouble()

            { Mode = mode
              Covariance = covariance
              LogEvidence = logEvidence
              Guide = AutoGuide.fixedNormal "Laplace" space mode (covariance.cholesky ()) }

        Scope.run search
