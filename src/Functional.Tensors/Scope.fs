// Scopes: every tensor made inside one is freed at its end, except those in its result.
// Loops of the library open one per step; users open one where they want memory back sooner than the collector gives it.
namespace Functional.Tensors

open System
open System.Collections
open System.Collections.Concurrent
open System.Collections.Generic
open System.Reflection
open System.Runtime.CompilerServices
open System.Text
open System.Threading.Tasks
open Microsoft.FSharp.Reflection
open Functional.Tensors.Native

module internal Held =

    let private readers = ConcurrentDictionary<Type, (obj -> obj[]) option>()

    // The compiler gives this method to the records of C#, and nothing else has it.
    let private isCSharpRecord (kind: Type) =
        kind.GetMethod("PrintMembers", BindingFlags.Instance ||| BindingFlags.NonPublic, [| typeof<StringBuilder> |])
        |> isNull
        |> not

    // Records and unions are read field by field, private ones too, and the pairs of a map; the reader is made once a type.
    let private makeReader (kind: Type) =
        if FSharpType.IsRecord(kind, true) then
            Some(FSharpValue.PreComputeRecordReader(kind, true))
        elif FSharpType.IsUnion(kind, true) then
            Some(fun value -> FSharpValue.GetUnionFields(value, kind, true) |> snd)
        elif kind.IsGenericType && kind.GetGenericTypeDefinition() = typedefof<KeyValuePair<_, _>> then
            let key, value = kind.GetProperty "Key", kind.GetProperty "Value"
            Some(fun pair -> [| key.GetValue pair; value.GetValue pair |])
        elif isCSharpRecord kind then
            let properties = kind.GetProperties() |> Array.filter (fun property -> property.GetIndexParameters().Length = 0)
            Some(fun value -> properties |> Array.map (fun property -> property.GetValue value))
        else
            None

    /// The tensors inside a value: in tuples, collections, records and unions of them to any depth, and in IHoldsTensors.
    /// Each value is first replaced by what `unwrap` makes of it, which lets the C# facade's wrappers be seen through.
    let rec tensorsThrough (unwrap: obj -> obj) (value: obj) : seq<Tensor> =
        let tensors = tensorsThrough unwrap

        match unwrap value with
        | null -> Seq.empty
        | :? Tensor as tensor -> Seq.singleton tensor
        | :? IHoldsTensors as holder -> holder.Tensors
        | :? string -> Seq.empty
        | :? ITuple as tuple -> seq { for i in 0 .. tuple.Length - 1 -> tuple[i] } |> Seq.collect tensors
        | :? Array as numbers when numbers.GetType().GetElementType().IsPrimitive -> Seq.empty
        // Before unions, because a list read as one would nest as deep as it is long.
        | :? IEnumerable as items -> items |> Seq.cast<obj> |> Seq.collect tensors
        | :? DictionaryEntry as entry -> Seq.append (tensors entry.Key) (tensors entry.Value)
        | value when value.GetType().IsPrimitive || value.GetType().IsEnum -> Seq.empty
        | value ->
            match readers.GetOrAdd(value.GetType(), makeReader) with
            | Some read -> read value |> Seq.collect tensors
            | None -> Seq.empty

    /// The tensors inside a value.
    let tensors (value: obj) : seq<Tensor> = tensorsThrough id value

/// Frees tensors in bulk, at a place in the code that the reader can see.
module Scope =

    // What the body returned, and the handles that leave the scope with it.
    let private handles (result: 'T) =
        HashSet(Held.tensors (box result) |> Seq.map _.Handle)

    let private enter () =
        let outer = Ownership.frame ()
        let frame = ScopeFrame outer
        Ownership.enter frame
        frame

    let private leave (frame: ScopeFrame) (result: HashSet<TensorHandle>) =
        Ownership.enter frame.Parent
        frame.Close result

    /// Runs `body` and frees every tensor made in it, on any thread it starts, except those in its result:
    /// a tensor, a tuple, list, array, option or record of tensors, or an IHoldsTensors. Scopes nest.
    let run (body: unit -> 'T) : 'T =
        let frame = enter ()
        let mutable kept = HashSet()

        try
            let result = body ()
            kept <- handles result
            result
        finally
            leave frame kept

    /// `run` for work that returns a task: the scope closes when the task has completed.
    let runTask (body: unit -> Task<'T>) : Task<'T> =
        task {
            let frame = enter ()
            let mutable kept = HashSet()

            try
                let! result = body ()
                kept <- handles result
                return result
            finally
                leave frame kept
        }

    /// Takes a value's tensors out of every scope: they live until disposed or unreachable.
    let keep (value: 'T) : 'T =
        for tensor in Held.tensors (box value) do
            Ownership.detach (Ownership.frame ()) tensor.Handle

        value

    /// How many native tensors are alive in this process.
    let liveTensors () : int64 =
        Library.ensure ()
        Exports.functional_live_tensors ()
