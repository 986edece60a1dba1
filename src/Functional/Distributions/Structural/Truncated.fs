// A distribution of numbers cut off at bounds.
// Quantities known to lie in an interval; TruncatedNormal is better far out in the tails.
namespace Functional

open Functional.Tensors

/// p(x) = p_base(x) / (F(high) - F(low)) for low ≤ x ≤ high, 0 elsewhere; at least one bound is given, and they are constants or differentiable
/// parameters. The base is continuous and has Cdf and Icdf. Draws are F⁻¹ of uniform numbers between F(low) and F(high), with implicit
/// pathwise gradients (Figurnov, Mohamed, Mnih, arXiv:1805.08498) where the base has them. Wrong where the mass between the bounds is below the
/// precision of F, some 1e-7 in float32: ArgumentException when it is not positive.
[<Sealed>]
type Truncated(baseDistribution: Distribution, ?low: Tensor, ?high: Tensor) =
    inherit Distribution()

    let name = $"Truncated({baseDistribution.Name})"

    do
        if baseDistribution.EventShape.Length > 0 || baseDistribution.Support.IsDiscrete then
            raise (Errors.Distribution.numbersNeeded "Truncated" baseDistribution.Name)

    let like =
        match low, high with
        | Some bound, _
        | None, Some bound -> bound
        | None, None -> raise (Errors.Distribution.noBounds name)

    let bounds =
        [ for name, bound in [ "low", low; "high", high ] do
              match bound with
              | Some bound -> name, bound
              | None -> () ]

    let batchShape =
        (baseDistribution.BatchShape, bounds)
        ||> List.fold (fun batch (bound, value) ->
            match Shapes.tryLineUp batch value.shape with
            | Some batch -> batch
            | None -> raise (Errors.Distribution.parameters name "the base" batch bound value.shape))

    // F(low) and F(high) - F(low)
    let shares () : Tensor * Tensor =
        match Option.map baseDistribution.Cdf low, Option.map baseDistribution.Cdf high with
        | Some below, Some upTo -> below, upTo - below
        | Some below, None -> below, 1.0 - below
        | None, Some upTo -> upTo.zerosLike (), upTo
        | None, None -> like.zeroLike (), like.oneLike ()

    let clipped (value: Tensor) : Tensor =
        let value = low |> Option.fold (fun (value: Tensor) low -> value.max low) value
        high |> Option.fold (fun (value: Tensor) high -> value.min high) value

    do
        if Validation.isOn () then
            Scope.run (fun () ->
                Gradient.off (fun () ->
                    Validation.parameter name "the mass between the bounds" Support.Positive (snd (shares ()))))

    /// Between two numbers.
    new(baseDistribution: Distribution, low: float, high: float) =
        Truncated(baseDistribution, dsharp.scalar low, dsharp.scalar high)

    /// The distribution that is cut off.
    member _.Base = baseDistribution

    /// The lower bound, if there is one.
    member _.Low = low

    /// The upper bound, if there is one.
    member _.High = high

    override _.Name = name
    override _.BatchShape = batchShape
    override _.EventShape = [||]

    override _.Support = Hull.between low high baseDistribution.Support like |> Option.defaultValue baseDistribution.Support

    override _.Parameters = baseDistribution.Parameters @ bounds
    override _.HasRSample = baseDistribution.HasRSample

    override _.Draw sampleShape =
        Gradient.off (fun () ->
            let below, mass = shares ()
            let tiny, almostOne = if mass.dtype = Dtype.Float64 then 1e-300, 1.0 - 1e-16 else 1e-37, 1.0 - 6e-8
            let share = below + mass * mass.randLike (Array.append sampleShape batchShape)
            clipped (baseDistribution.Icdf(share.clamp (low = tiny, high = almostOne))))

    override this.RDraw sampleShape =
        if not this.HasRSample then
            raise (Errors.Distribution.notReparameterizable name)

        let x = this.Draw sampleShape
        let below, mass = shares ()
        Implicit.ofNumber x ((baseDistribution.Cdf x - below) / mass) ((baseDistribution.LogDensity x).exp() / mass)

    override this.LogDensity value =
        Density.inside this.Support value (fun value -> baseDistribution.LogDensity value - (snd (shares ())).log())

    override _.Cdf value =
        let below, mass = shares ()
        ((baseDistribution.Cdf(clipped value) - below) / mass).clamp(low = 0.0, high = 1.0)

    override _.Icdf probability =
        let below, mass = shares ()
        clipped (baseDistribution.Icdf(below + mass * probability))

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand name batchShape shape)

        let missing = Shapes.leading baseDistribution.BatchShape.Length shape
        let wide = baseDistribution.Expand(Array.append missing baseDistribution.BatchShape)
        Validation.off (fun () -> Truncated(wide, ?low = low, ?high = high))
