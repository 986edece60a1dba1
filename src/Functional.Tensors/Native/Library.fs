// The native library: where it is found, whether it fits, and the C functions it exports (functional.h, declaration by declaration).
// Used by handles, operators, generators and devices; nothing above this assembly touches it.
namespace Functional.Tensors.Native

#nowarn "9"

open System
open System.IO
open System.Reflection
open System.Runtime.InteropServices
open Functional.Tensors

/// A tagged argument or result, laid out as functional_value.
[<Struct; StructLayout(LayoutKind.Sequential)>]
type internal Value =
    val mutable Kind: int
    val mutable Extent: int
    val mutable Bits: int64

module internal Exports =

    [<Literal>]
    let Name = "functional"

    [<DllImport(Name)>]
    extern nativeint functional_last_error()

    [<DllImport(Name)>]
    extern int functional_abi()

    [<DllImport(Name)>]
    extern nativeint functional_torch_version()

    [<DllImport(Name)>]
    extern nativeint functional_op(
        [<MarshalAs(UnmanagedType.LPUTF8Str)>] string name,
        [<MarshalAs(UnmanagedType.LPUTF8Str)>] string overload
    )

    [<DllImport(Name)>]
    extern int functional_call(nativeint op, nativeint arguments, int argumentCount, nativeint results, int capacity)

    [<DllImport(Name)>]
    extern nativeint functional_tensor_from_memory(
        nativeint data,
        nativeint shape,
        int rank,
        int scalarType,
        int deviceType,
        int deviceIndex
    )

    [<DllImport(Name)>]
    extern int functional_tensor_to_memory(nativeint tensor, nativeint data, int64 bytes)

    [<DllImport(Name)>]
    extern int functional_tensor_rank(nativeint tensor)

    [<DllImport(Name)>]
    extern void functional_tensor_shape(nativeint tensor, nativeint shape)

    [<DllImport(Name)>]
    extern int functional_tensor_scalar_type(nativeint tensor)

    [<DllImport(Name)>]
    extern int64 functional_tensor_device(nativeint tensor)

    [<DllImport(Name)>]
    extern int functional_tensor_requires_grad(nativeint tensor)

    [<DllImport(Name)>]
    extern int functional_tensor_set_requires_grad(nativeint tensor, int required)

    [<DllImport(Name)>]
    extern int functional_tensor_kibibytes(nativeint tensor)

    [<DllImport(Name)>]
    extern nativeint functional_tensor_share(nativeint tensor)

    [<DllImport(Name)>]
    extern void functional_tensor_release(nativeint tensor)

    [<DllImport(Name)>]
    extern int64 functional_live_tensors()

    [<DllImport(Name)>]
    extern int functional_grad(
        nativeint outputs,
        nativeint outputGradients,
        int outputCount,
        nativeint inputs,
        int inputCount,
        int retainGraph,
        int createGraph,
        nativeint gradients
    )

    [<DllImport(Name)>]
    extern int functional_reaches(nativeint output, nativeint leaves, int leafCount, nativeint reached)

    [<DllImport(Name)>]
    extern nativeint functional_without(nativeint output, nativeint leaves, int leafCount)

    [<DllImport(Name)>]
    extern nativeint functional_operation(
        [<MarshalAs(UnmanagedType.LPUTF8Str)>] string name,
        nativeint value,
        nativeint inputs,
        int inputCount,
        nativeint rule,
        nativeint forget,
        nativeint context
    )

    [<DllImport(Name)>]
    extern nativeint functional_history(nativeint tensor)

    [<DllImport(Name)>]
    extern int functional_set_grad_mode(int enabled)

    [<DllImport(Name)>]
    extern nativeint functional_generator_new(int deviceType, int deviceIndex, uint64 seed)

    [<DllImport(Name)>]
    extern int functional_generator_seed(nativeint generator, uint64 seed)

    [<DllImport(Name)>]
    extern nativeint functional_generator_state(nativeint generator)

    [<DllImport(Name)>]
    extern int functional_generator_set_state(nativeint generator, nativeint state)

    [<DllImport(Name)>]
    extern void functional_generator_release(nativeint generator)

    [<DllImport(Name)>]
    extern int functional_set_threads(int threads)

    [<DllImport(Name)>]
    extern int functional_threads()

    [<DllImport(Name)>]
    extern int functional_gpu_count()

    [<DllImport(Name)>]
    extern int functional_gpu_synchronize(int deviceIndex)

/// The process's environment as native code sees it; .NET's own is a copy.
module private NativeEnvironment =

    [<DllImport("libc", EntryPoint = "setenv")>]
    extern int set(
        [<MarshalAs(UnmanagedType.LPUTF8Str)>] string name,
        [<MarshalAs(UnmanagedType.LPUTF8Str)>] string value,
        int overwrite
    )

module internal Library =

    let private abi = 4

    let private fileName = "libfunctional.so"

    let private torchFolder =
        match Environment.GetEnvironmentVariable "LIBTORCH" with
        | null
        | "" -> None
        | folder -> Some folder

    let private candidates =
        let beside = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)

        [ Path.Combine(beside, fileName)
          Path.Combine(beside, "runtimes", "linux-x64", "native", fileName)
          Path.GetFullPath(Path.Combine(beside, "..", "..", "runtimes", "linux-x64", "native", fileName)) // inside a NuGet package
          Path.Combine(AppContext.BaseDirectory, fileName) ]
        |> List.distinct

    // A libtorch of the user's is loaded first, by path: the loader then finds it already there under the names we link to.
    let private preload (folder: string) =
        for name in [ "libc10.so"; "libtorch_cpu.so"; "libc10_cuda.so"; "libtorch_cuda.so"; "libtorch.so" ] do
            NativeLibrary.TryLoad(Path.Combine(folder, "lib", name)) |> ignore

    let private tryLoad (path: string) =
        try
            Ok(NativeLibrary.Load path)
        with
        | :? DllNotFoundException as error -> Error error.Message
        | :? BadImageFormatException as error -> Error error.Message

    // OpenMP's threads spin while they wait for work. As long as by default, two programs on the same cores slow each other down
    // tenfold. Read once, when libtorch is loaded; a value that the user has set stays.
    let private spinBriefly () =
        NativeEnvironment.set ("GOMP_SPINCOUNT", "2000", 0) |> ignore

    let private load () =
        spinBriefly ()
        Option.iter preload torchFolder

        match candidates |> List.filter File.Exists with
        | [] -> raise (Errors.Native.notFound candidates "there is no such file.")
        | path :: _ ->
            match tryLoad path with
            | Ok handle -> handle
            | Error reason -> raise (Errors.Native.notFound [ path ] reason)

    /// The libtorch that the native library was compiled for.
    let torchVersion () =
        Marshal.PtrToStringUTF8(Exports.functional_torch_version ())

    // Two libtorches of different versions share no binary interface, so a folder of another version is refused by name.
    let private checkFolder (folder: string) =
        let versionFile = Path.Combine(folder, "build-version")

        if File.Exists versionFile then
            let found = File.ReadAllText(versionFile).Trim()
            let compiled = torchVersion ()

            if not (found.StartsWith compiled) then
                raise (Errors.Native.wrongVersion compiled folder found)

    let private start =
        lazy
            (let handle = load ()

             NativeLibrary.SetDllImportResolver(
                 Assembly.GetExecutingAssembly(),
                 fun name _ _ -> if name = Exports.Name then handle else 0n
             )

             let found = Exports.functional_abi ()

             if found <> abi then
                 raise (Errors.Native.wrongAbi found abi)

             Option.iter checkFolder torchFolder
             Exports.functional_set_threads Environment.ProcessorCount |> ignore)

    /// Loads and checks the native library once; everything that makes a first handle calls it.
    let ensure () = start.Force()

    let lastError () =
        Marshal.PtrToStringUTF8(Exports.functional_last_error ())
