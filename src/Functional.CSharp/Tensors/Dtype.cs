// The type of a tensor's elements.
// Whoever makes or converts a tensor names one, or leaves it to Dtype.Default.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>The type of a tensor's elements.</summary>
public enum Dtype
{
    // The numbers are libtorch's.

    /// <summary>8-bit integers without sign.</summary>
    Byte = 0,

    /// <summary>8-bit integers.</summary>
    Int8 = 1,

    /// <summary>16-bit integers.</summary>
    Int16 = 2,

    /// <summary>32-bit integers.</summary>
    Int32 = 3,

    /// <summary>64-bit integers.</summary>
    Int64 = 4,

    /// <summary>16-bit real numbers.</summary>
    Float16 = 5,

    /// <summary>32-bit real numbers.</summary>
    Float32 = 6,

    /// <summary>64-bit real numbers.</summary>
    Float64 = 7,

    /// <summary>True and false.</summary>
    Bool = 11,

    /// <summary>16-bit real numbers with the range of 32-bit ones.</summary>
    BFloat16 = 15,
}

/// <summary>The dtype that tensors get unless told otherwise.</summary>
public static class DtypeExtensions
{
    extension(Dtype)
    {
        /// <summary>
        /// What a tensor of real numbers is made of unless told otherwise. Default: Float32. Holds for the whole process.
        /// </summary>
        /// <exception cref="ArgumentException">The dtype holds no real numbers.</exception>
        public static Dtype Default
        {
            get => (Dtype)TensorBridge.defaultDtype();
            set => TensorBridge.setDefaultDtype((int)value);
        }
    }
}
