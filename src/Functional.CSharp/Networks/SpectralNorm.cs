// Spectral normalisation: layers whose weight, as a matrix, has largest singular value 1.
// Critics of adversarial networks are made of them.
namespace Functional.CSharp;

/// <summary>
/// Layers of W/σ(W), σ the largest singular value of W as a matrix [outputs; everything else], by the power method, a step each run in
/// training. Miyato et al., arXiv:1802.05957.
/// </summary>
public static class SpectralNorm
{
    /// <summary>x Wᵀ/σ(W) + b on the last axis.</summary>
    /// <exception cref="ArgumentException">A size is not positive.</exception>
    public static Net<Tensor, Tensor> Linear(int inputs, int outputs) => Functional.SpectralNorm.linear(inputs, outputs).ToFacade();

    /// <summary>A convolution with W/σ(W).</summary>
    /// <exception cref="ArgumentException">A size is not positive.</exception>
    public static Net<Tensor, Tensor> Conv2d(Filter filter, int inputs, int outputs) =>
        Functional.SpectralNorm.conv2d(Guard.NotNull(filter).Inner, inputs, outputs).ToFacade();

    /// <summary>A transposed convolution with W/σ(W).</summary>
    /// <exception cref="ArgumentException">A size is not positive.</exception>
    public static Net<Tensor, Tensor> ConvTranspose2d(Filter filter, int inputs, int outputs) =>
        Functional.SpectralNorm.convTranspose2d(Guard.NotNull(filter).Inner, inputs, outputs).ToFacade();
}
