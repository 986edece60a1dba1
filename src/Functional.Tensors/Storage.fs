// Values made of tensors saved and loaded whole, in the safetensors format: loading a file runs no code of it.
// Used by scripts; checkpoints of training, which hold more, are a layer above.
namespace Functional.Tensors

open System
open System.Collections
open System.Collections.Generic
open System.Globalization
open System.Runtime.CompilerServices
open Microsoft.FSharp.Reflection

/// A value as what a file can hold: named tensors, and strings for everything else.
[<NoComparison; NoEquality>]
type private Parts = { Tensors: List<string * Tensor>; Texts: List<string * string> }

module internal Storage =

    let private isOf (generic: Type) (kind: Type) =
        kind.IsGenericType && kind.GetGenericTypeDefinition() = generic

    let private isText (kind: Type) =
        kind = typeof<string> || kind.IsPrimitive

    let private writeText (value: obj) =
        match value with
        | :? float as value -> value.ToString("R", CultureInfo.InvariantCulture)
        | :? float32 as value -> value.ToString("R", CultureInfo.InvariantCulture)
        | value -> Convert.ToString(value, CultureInfo.InvariantCulture)

    let private property (value: obj) (name: string) =
        value.GetType().GetProperty(name).GetValue value

    // The parts of a value made of others, by the names they are filed under; None for what has no place in a file.
    let private members (value: obj) : (string * obj) list option =
        let kind = value.GetType()

        match value with
        | :? ITuple as tuple -> Some [ for i in 0 .. tuple.Length - 1 -> $"Item{i + 1}", tuple[i] ]
        | :? IEnumerable as map when isOf typedefof<Map<_, _>> kind ->
            Some [ for pair in Seq.cast<obj> map -> string (property pair "Key"), property pair "Value" ]
        | :? IEnumerable as items -> Some [ for i, item in Seq.indexed (Seq.cast<obj> items) -> string i, item ]
        | _ when FSharpType.IsRecord(kind, true) ->
            Some [ for field in FSharpType.GetRecordFields(kind, true) -> field.Name, field.GetValue value ]
        | _ when isOf typedefof<option<_>> kind -> Some [ "Value", property value "Value" ]
        | _ -> None

    let rec private split (parts: Parts) (path: string) (value: obj) : unit =
        match value with
        | null -> parts.Texts.Add(path, "none")
        | :? Tensor as tensor -> parts.Tensors.Add(path, tensor)
        | value when isText (value.GetType()) -> parts.Texts.Add(path, writeText value)
        | value ->
            match members value with
            | None -> raise (Errors.Storage.notStorable path (value.GetType()))
            | Some members ->
                parts.Texts.Add(path, string members.Length)
                members |> List.iter (fun (name, part) -> split parts $"{path}.{name}" part)

    /// The file that a loaded value is put together from.
    type private Source =
        { File: string
          Named: Dictionary<string, Tensor>
          Words: Dictionary<string, string> }

    let private text (source: Source) (path: string) (kind: Type) =
        match source.Words.TryGetValue path with
        | true, text -> text
        | _ -> raise (Errors.Storage.missing source.File path kind)

    let private count (source: Source) (path: string) (kind: Type) =
        match Int32.TryParse(text source path kind) with
        | true, count -> count
        | _ -> raise (Errors.Storage.missing source.File path kind)

    let private array (element: Type) (items: obj[]) =
        let array = Array.CreateInstance(element, items.Length)
        items |> Array.iteri (fun i item -> array.SetValue(item, i))
        array

    // An F# list of a type known only as the program runs: its cases are Empty and Cons.
    let private list (kind: Type) (items: obj[]) =
        let cases = FSharpType.GetUnionCases kind

        Array.foldBack
            (fun item rest -> FSharpValue.MakeUnion(cases[1], [| item; rest |]))
            items
            (FSharpValue.MakeUnion(cases[0], [||]))

    // The keys of a map are the names directly below its own.
    let private keys (source: Source) (path: string) =
        Seq.append source.Words.Keys source.Named.Keys
        |> Seq.filter _.StartsWith(path + ".")
        |> Seq.map (fun name -> name.Substring(path.Length + 1))
        |> Seq.toArray

    let rec private join (source: Source) (path: string) (kind: Type) : obj =
        if kind = typeof<Tensor> then
            match source.Named.TryGetValue path with
            | true, tensor -> tensor
            | _ -> raise (Errors.Storage.missing source.File path kind)
        elif isText kind then
            Convert.ChangeType(text source path kind, kind, CultureInfo.InvariantCulture)
        elif kind.IsArray && kind.GetArrayRank() = 1 then
            array (kind.GetElementType()) (items source path (kind.GetElementType()))
        elif isOf typedefof<list<_>> kind then
            list kind (items source path (kind.GetGenericArguments()[0]))
        elif isOf typedefof<option<_>> kind then
            option source path kind
        elif isOf typedefof<Map<_, _>> kind && kind.GetGenericArguments()[0] = typeof<string> then
            map source path kind
        elif FSharpType.IsTuple kind then
            let parts = FSharpType.GetTupleElements kind |> Array.mapi (fun i part -> join source $"{path}.Item{i + 1}" part)
            FSharpValue.MakeTuple(parts, kind)
        elif FSharpType.IsRecord(kind, true) then
            let part (field: Reflection.PropertyInfo) =
                join source $"{path}.{field.Name}" field.PropertyType

            FSharpValue.MakeRecord(kind, FSharpType.GetRecordFields(kind, true) |> Array.map part, true)
        else
            raise (Errors.Storage.notStorable path kind)

    and private items source path element : obj[] =
        Array.init (count source path element) (fun i -> join source $"{path}.{i}" element)

    and private option source path kind : obj =
        if text source path kind = "none" then
            null
        else
            let value = join source $"{path}.Value" (kind.GetGenericArguments()[0])
            FSharpValue.MakeUnion((FSharpType.GetUnionCases kind)[1], [| value |])

    and private map source path kind : obj =
        let element = kind.GetGenericArguments()[1]
        let pair = typedefof<Tuple<_, _>>.MakeGenericType(typeof<string>, element)
        let expected = count source path kind

        let pairs =
            keys source path
            |> Array.filter (fun key -> source.Words.ContainsKey $"{path}.{key}" || source.Named.ContainsKey $"{path}.{key}")
            |> Array.map (fun key -> FSharpValue.MakeTuple([| key; join source $"{path}.{key}" element |], pair))

        if pairs.Length <> expected then
            raise (Errors.Storage.missing source.File path kind)

        Activator.CreateInstance(kind, array pair pairs)

    // The name of the whole value in the file.
    let private root = "value"

    let save (file: string) (value: obj) : unit =
        let parts = { Tensors = List(); Texts = List() }
        split parts root value
        Safetensors.save file (List.ofSeq parts.Texts) parts.Tensors

    let load (file: string) (device: Device) (kind: Type) : obj =
        Check.device device
        let texts, tensors = Safetensors.load file device

        join
            { File = file
              Named = Dictionary(dict tensors)
              Words = Dictionary(dict texts) }
            root
            kind

[<AutoOpen>]
module StorageExtensions =

    type Tensor with

        /// Writes the tensor as a safetensors file, in one step: an old file stays whole until the new one is.
        member t.save(fileName: string) : unit = Storage.save fileName t

        /// The tensor of a file that `save` wrote, on that device (the default one unless given).
        /// Raises FileFormatException when the file is not what it should be, saying at which byte.
        static member load(fileName: string, ?device: Device, ?dtype: Dtype) : Tensor =
            let tensor = Storage.load fileName (defaultArg device Device.Default) typeof<Tensor> :?> Tensor
            tensor.move (?dtype = dtype)

    type dsharp with

        /// Writes a tensor, number, boolean or string, or a tuple, list, array, option, record or map (with strings for keys) of
        /// these to any depth, as a safetensors file, in one step.
        static member save(value: obj, fileName: string) : unit = Storage.save fileName value

        /// The value of a file that `save` wrote, of the type asked for: `dsharp.load<Tensor * Tensor> path`. Tensors come on
        /// the default device. Raises FileFormatException when the file is damaged, InvalidDataException when it holds
        /// something else.
        static member load<'T>(fileName: string) : 'T =
            unbox<'T>(Storage.load fileName Device.Default typeof<'T>)
