// The switch for the checks of parameters and values.
// Hot loops of one's own turn them off; training does so by itself after each epoch's first batch.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>
/// Whether parameters and values of distributions are checked: on, unless code runs inside <see cref="Off{T}"/>.
/// </summary>
public static class Validation
{
    /// <summary>Whether checks run here.</summary>
    public static bool IsOn => Functional.Validation.isOn();

    /// <summary>
    /// Runs <paramref name="body"/> without checks: no waiting for the device, and no errors for invalid parameters.
    /// </summary>
    public static T Off<T>(Func<T> body) => ScopeBridge.validationOff(Guard.NotNull(body));
}
