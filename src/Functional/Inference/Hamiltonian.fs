// Hamiltonian Monte Carlo along a path of densities, many chains at once.
// The transitions of annealed importance sampling.
namespace Functional

open Functional.Tensors

/// f_β(z) = p(z) r(z)^β, from a distribution p and a log-ratio log r: p itself at β = 0, p r at β = 1.
type internal AnnealedPath = { Start: Distribution; LogRatio: Tensor -> Tensor }

/// A place, and what the path's densities are there.
type internal AnnealedPlace =
    { Value: Tensor
      LogStart: Tensor
      LogRatio: Tensor
      StartGradient: Tensor
      RatioGradient: Tensor }

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module internal AnnealedPlace =

    let private evaluate (f: Tensor -> Tensor) (value: Tensor) : Tensor * Tensor =
        Gradient.off (fun () -> Score.evaluate f value)

    let at (path: AnnealedPath) (value: Tensor) : AnnealedPlace =
        let logStart, startGradient = evaluate path.Start.LogProb value
        let logRatio, ratioGradient = evaluate path.LogRatio value

        if logRatio.shape <> logStart.shape then
            raise (Errors.Annealing.weights logRatio.shape logStart.shape)

        { Value = value
          LogStart = logStart
          LogRatio = logRatio
          StartGradient = startGradient
          RatioGradient = ratioGradient }

    let logDensity (beta: float) (place: AnnealedPlace) : Tensor = place.LogStart + place.LogRatio * beta

    let gradient (beta: float) (place: AnnealedPlace) : Tensor =
        place.StartGradient + place.RatioGradient * beta

    /// The first where the condition, one for each chain, holds; else the second.
    let choose (condition: Tensor) (events: Tensor) (a: AnnealedPlace) (b: AnnealedPlace) : AnnealedPlace =
        { Value = dsharp.where (events, a.Value, b.Value)
          LogStart = dsharp.where (condition, a.LogStart, b.LogStart)
          LogRatio = dsharp.where (condition, a.LogRatio, b.LogRatio)
          StartGradient = dsharp.where (events, a.StartGradient, b.StartGradient)
          RatioGradient = dsharp.where (events, a.RatioGradient, b.RatioGradient) }

/// A Markov transition that leaves f_β invariant. Source: Neal, arXiv:1206.1901, figure 2.
module internal Hamiltonian =

    let private overEvents (rank: int) (perChain: Tensor) : Tensor =
        perChain.view (Array.append perChain.shape (Array.create rank 1))

    /// One proposal of so many leapfrog steps, with a step size for each chain; the place after it, and the chance of acceptance.
    let transition
        (path: AnnealedPath)
        (beta: float)
        (leapfrog: int)
        (stepSize: Tensor)
        (place: AnnealedPlace)
        : AnnealedPlace * Tensor =
        let rank = path.Start.EventShape.Length
        let step = overEvents rank stepSize

        let kinetic (momentum: Tensor) =
            Shapes.sumLast rank (momentum.square ()) * 0.5

        let energy (place: AnnealedPlace) (momentum: Tensor) =
            kinetic momentum - AnnealedPlace.logDensity beta place

        let momentum = place.Value.randnLike ()

        let advance (momentum: Tensor, current: AnnealedPlace) (_: int) =
            Scope.run (fun () ->
                let half = momentum + step * AnnealedPlace.gradient beta current * 0.5
                let next = AnnealedPlace.at path (current.Value + step * half)
                half + step * AnnealedPlace.gradient beta next * 0.5, next)

        let final, proposal = Seq.fold advance (momentum, place) (seq { 1..leapfrog })
        // A trajectory that left the numbers has the chance zero.
        let logChance = (energy place momentum - energy proposal final).clamp(high = 0.0)
        let chance = (dsharp.where (logChance.isnan (), logChance.scalarLike -infinity, logChance)).exp()
        let isAccepted = (chance.randLike ()).lt chance
        AnnealedPlace.choose isAccepted (overEvents rank isAccepted) proposal place, chance
