// A joint distribution over all copies of a plate, read as one of the plate's elements.
// Guides that are correlated across a plate draw the plate's site from it.
namespace Functional

open Functional.Tensors

/// What Independent does, undone, although the elements depend on each other: the first event axes of `joint` become batch
/// axes. Each element is given an equal share of the joint log-density, so that their sum is right and a single one means
/// nothing.
[<Sealed>]
type internal Shared(joint: Distribution, axes: int, support: Support) =
    inherit Distribution()

    let plates = Array.truncate axes joint.EventShape
    let count = float (Shape.nelement plates)

    let share (logDensity: Tensor) =
        let shape = logDensity.shape
        (logDensity / count).view(Array.append shape (Array.create axes 1)).expand(Array.append shape plates)

    override _.Name = $"Shared({joint.Name})"
    override _.BatchShape = Array.append joint.BatchShape plates
    override _.EventShape = Array.skip axes joint.EventShape
    override _.Support = support
    override _.Parameters = joint.Parameters
    override _.Draw sampleShape = joint.Draw sampleShape
    override _.HasRSample = joint.HasRSample
    override _.RDraw sampleShape = joint.RDraw sampleShape

    override _.DrawAndLogDensity sampleShape =
        let value, logDensity = joint.DrawAndLogDensity sampleShape
        value, share logDensity

    override _.LogDensity value = share (joint.LogDensity value)
    override _.Entropy() = share (joint.Entropy())
    override _.Mean = joint.Mean
    override _.Variance = joint.Variance

    override this.Expand batchShape =
        if not (Shape.endsWith plates batchShape) then
            raise (Errors.Distribution.expand this.Name this.BatchShape batchShape)

        Shared(joint.Expand(Shapes.leading axes batchShape), axes, support)
