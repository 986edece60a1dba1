// Where a tensor lives: the processor's memory or a graphics card's.
// Whoever makes or moves a tensor names one, or leaves it to Device.Default.
using Functional.Interop;

namespace Functional.CSharp;

/// <summary>A kind of device.</summary>
public enum DeviceType
{
    /// <summary>The processor.</summary>
    Cpu = 0,

    /// <summary>A graphics card.</summary>
    Cuda = 1,
}

/// <summary>A device: the processor, or one graphics card. Two are equal when kind and index are.</summary>
public sealed record Device
{
    internal Device(Functional.Tensors.Device inner) => Inner = inner;

    internal Functional.Tensors.Device Inner { get; }

    /// <summary>The processor.</summary>
    public static Device Cpu { get; } = new(Functional.Tensors.Device.CPU);

    /// <summary>The first graphics card.</summary>
    public static Device Gpu { get; } = new(Functional.Tensors.Device.GPU);

    /// <summary>The devices of this machine: the processor first, then every graphics card that libtorch can use.</summary>
    public static IReadOnlyList<Device> All => Array.ConvertAll(TensorBridge.devices(), device => new Device(device));

    /// <summary>Where tensors are made unless told otherwise. Default: the processor. Holds for the whole process.</summary>
    /// <exception cref="InvalidOperationException">This machine has no such device.</exception>
    public static Device Default
    {
        get => new(Functional.Tensors.DeviceModule.Default);
        set => TensorBridge.setDefaultDevice(Guard.NotNull(value).Inner);
    }

    /// <summary>The kind of device.</summary>
    public DeviceType DeviceType => (DeviceType)(int)Inner.DeviceType;

    /// <summary>Which of its kind; -1 for the processor.</summary>
    public int DeviceIndex => Inner.DeviceIndex;

    /// <summary>Whether it can be used on this machine.</summary>
    public bool IsAvailable => TensorBridge.isAvailable(Inner);

    /// <summary>A graphics card.</summary>
    /// <param name="index">Which one, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static Device Cuda(int index) =>
        new(Functional.Tensors.Device.NewDevice(Functional.Tensors.DeviceType.CUDA, Guard.AtLeast(index, 0)));

    /// <summary>`cpu`, `cuda:0`, ...</summary>
    public override string ToString() => Inner.ToString();
}
