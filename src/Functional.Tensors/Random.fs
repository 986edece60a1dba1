// Random numbers: one ambient generator a device, seeded by dsharp.seed, overridden for a stretch of code by Random.withSeed.
// Every operation that draws asks here for its generator; nothing draws from anything else.
namespace Functional.Tensors

open System
open System.Collections.Concurrent
open System.Runtime.InteropServices
open System.Threading
open Functional.Tensors.Native

[<Sealed>]
type internal GeneratorHandle(pointer: nativeint) =
    inherit SafeHandle(0n, true)
    do base.SetHandle pointer

    override this.IsInvalid = this.handle = 0n

    override this.ReleaseHandle() =
        Exports.functional_generator_release this.handle
        true

/// The generators of one stretch of code, made from its seed as devices are first drawn on.
[<Sealed>]
type internal Generators(seed: uint64) =
    let mutable seed = seed
    let made = ConcurrentDictionary<Device, GeneratorHandle>()

    let make (device: Device) =
        Library.ensure ()

        match Exports.functional_generator_new (int device.DeviceType, device.DeviceIndex, seed) with
        | 0n -> raise (Errors.Native.unknownOperator (Library.lastError ()))
        | pointer -> new GeneratorHandle(pointer)

    member _.For(device: Device) = made.GetOrAdd(device, make)

    member _.Reseed(newSeed: uint64) =
        seed <- newSeed

        for handle in made.Values do
            if Exports.functional_generator_seed (handle.DangerousGetHandle(), newSeed) < 0 then
                raise (Errors.Native.unknownOperator (Library.lastError ()))

            GC.KeepAlive handle

/// Random numbers for a stretch of code, and the state that a resumed run needs.
module Random =

    let private ambient = Generators(BitConverter.ToUInt64(Security.Cryptography.RandomNumberGenerator.GetBytes 8))

    let private local = AsyncLocal<Generators>()

    let private current () =
        match box local.Value with
        | null -> ambient
        | _ -> local.Value

    let internal generator (device: Device) = (current ()).For device

    let internal argument (device: Device) = Arg.generator (generator device)

    /// Seeds the generators of this stretch of code: the ambient ones outside withSeed.
    let seed (seed: int) =
        (current ()).Reseed(uint64 (int64 seed))

    /// Runs `body` with generators of its own, so that it draws the same numbers whatever runs before it or beside it.
    let withSeed (seed: int) (body: unit -> 'T) : 'T =
        let outer = local.Value
        local.Value <- Generators(uint64 (int64 seed))

        try
            body ()
        finally
            local.Value <- outer

    /// The bytes from which `restore` continues a device's numbers exactly here.
    let state (device: Device) : byte[] =
        let handle = generator device

        match Exports.functional_generator_state (handle.DangerousGetHandle()) with
        | 0n -> raise (Errors.Native.unknownOperator (Library.lastError ()))
        | pointer ->
            let state = TensorHandle(pointer, 0)
            GC.KeepAlive handle

            try
                Memory.toArray<byte> state
            finally
                state.Dispose()

    /// Continues a device's random numbers from a state that `state` returned.
    let restore (device: Device) (state: byte[]) : unit =
        let handle = generator device
        let tensor = Memory.ofBytes (ReadOnlySpan state) [| state.Length |] Dtype.Byte Device.CPU

        let result =
            Memory.using "restore" tensor (fun pointer ->
                Exports.functional_generator_set_state (handle.DangerousGetHandle(), pointer))

        tensor.Dispose()

        if result < 0 then
            raise (ArgumentException($"These {state.Length} bytes are no generator state: {Library.lastError ()}", nameof state))

        GC.KeepAlive handle
