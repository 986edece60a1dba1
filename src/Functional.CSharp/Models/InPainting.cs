// In-painting with any mask: a conditional VAE whose context is the visible part of an image and where it is.
// One network answers for every mask; for a fixed part of the image take a plain ConditionalVae.
namespace Functional.CSharp;

/// <summary>
/// The functions take batches of pairs (x, visible): images and masks of their shape, 1 where a pixel is visible and 0 where it
/// is hidden; and a <see cref="ConditionalVae"/> whose context is twice as long as an image, <see cref="Context"/>. The encoder
/// is given all of x, the others never see what is hidden: hidden pixels of x count where log p(hidden|visible) is asked for, and
/// may be anything where they are filled in. Chosen over resampling the draws of a plain <see cref="Vae"/> by how well they match
/// the visible pixels, which needs no training with masks but fails where few of its draws match: with many visible pixels.
/// Ivanov, Figurnov &amp; Vetrov, arXiv:1806.02382.
/// </summary>
public static class InPainting
{
    /// <summary>
    /// What is known of an image, side by side on the last axis: the visible pixels, 0 elsewhere, and the mask. Of shape
    /// [...; 2 · pixels].
    /// </summary>
    /// <exception cref="ArgumentException">The mask does not have the shape of the images.</exception>
    public static Tensor Context((Tensor X, Tensor Visible) batch) =>
        new(Functional.InPainting.context(Guard.Inner(batch.X), Guard.Inner(batch.Visible)));

    /// <summary>p(z|visible) p(hidden|z, visible), at the hidden pixels of some x: the sites `z` and `x`.</summary>
    /// <exception cref="ArgumentException">
    /// The mask does not have the shape of the images. When the program runs: the likelihood has no density for each pixel.
    /// </exception>
    public static Program<ValueTuple> Model(Mode mode, ConditionalVae vae, (Tensor X, Tensor Visible) batch) =>
        Functional.InPainting.model(
            mode.ToInner(), Guard.NotNull(vae).Inner, Guard.Inner(batch.X), Guard.Inner(batch.Visible)).ToFacade();

    /// <summary>q(z|x, visible): the site `z`.</summary>
    /// <exception cref="ArgumentException">The mask does not have the shape of the images.</exception>
    public static Program<Tensor> Guide(Mode mode, ConditionalVae vae, (Tensor X, Tensor Visible) batch) =>
        Functional.InPainting.guide(
            mode.ToInner(), Guard.NotNull(vae).Inner, Guard.Inner(batch.X), Guard.Inner(batch.Visible)).ToFacade();

    /// <summary>A bound on log p(hidden|visible) for each image, in nats.</summary>
    /// <exception cref="ArgumentException">
    /// The mask does not have the shape of the images, or the likelihood has no density for each pixel.
    /// </exception>
    public static Loss Estimate(Mode mode, Bound bound, ConditionalVae vae, (Tensor X, Tensor Visible) batch) =>
        new(Functional.InPainting.estimate(
            mode.ToInner(), Guard.NotNull(bound).Inner, Guard.NotNull(vae).Inner,
            Guard.Inner(batch.X), Guard.Inner(batch.Visible)));

    /// <summary>
    /// The training loss for any bound: minus its mean over the batch. Give it to <see cref="Training.FitAsync{TBatch}"/>, and
    /// draw the masks anew for each batch: <c>images.Map(x => (x, Masks.Pixels(0.5, x)))</c>. (The FitAsync of a
    /// <see cref="ConditionalVae"/> trains it for contexts that are ready made.)
    /// </summary>
    public static Func<(Tensor X, Tensor Visible), Loss> Objective(Bound bound, ConditionalVae vae)
    {
        var objective = Functional.InPainting.objective(Guard.NotNull(bound).Inner, Guard.NotNull(vae).Inner);
        return batch => new(objective.Invoke(new(Guard.Inner(batch.X), Guard.Inner(batch.Visible))));
    }

    /// <summary>log p(hidden|visible) of each image, in nats, by importance sampling from the encoder.</summary>
    /// <param name="vae">The networks.</param>
    /// <param name="batch">The images and their masks.</param>
    /// <param name="samples">Draws for each image, at least 1. Default: 100.</param>
    /// <exception cref="ArgumentException">
    /// The mask does not have the shape of the images, or the likelihood has no density for each pixel.
    /// </exception>
    public static Tensor LogEvidence(ConditionalVae vae, (Tensor X, Tensor Visible) batch, int samples = 100) =>
        new(Functional.InPainting.logEvidence(
            Guard.AtLeast(samples, 1), Guard.NotNull(vae).Inner, Guard.Inner(batch.X), Guard.Inner(batch.Visible)));

    /// <summary>
    /// <paramref name="count"/> draws of the hidden pixels of each image beside its visible ones: [count; batch; pixels].
    /// </summary>
    /// <exception cref="ArgumentException">The mask does not have the shape of the images.</exception>
    public static Tensor Sample(int count, ConditionalVae vae, (Tensor X, Tensor Visible) batch) =>
        new(Functional.InPainting.sample(
            Guard.AtLeast(count, 1), Guard.NotNull(vae).Inner, Guard.Inner(batch.X), Guard.Inner(batch.Visible)));

    /// <summary>
    /// <see cref="Sample"/> with the means of p(hidden|z, visible) in the place of draws from it, which look smoother.
    /// </summary>
    /// <exception cref="ArgumentException">The mask does not have the shape of the images.</exception>
    public static Tensor Generate(int count, ConditionalVae vae, (Tensor X, Tensor Visible) batch) =>
        new(Functional.InPainting.generate(
            Guard.AtLeast(count, 1), Guard.NotNull(vae).Inner, Guard.Inner(batch.X), Guard.Inner(batch.Visible)));
}
