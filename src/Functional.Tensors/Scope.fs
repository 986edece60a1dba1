// Scopes: every tensor made inside one is freed at its end, except those in its result.
// Loops of the library open one per step; users open one where they want memory back sooner than the collector gives it.
namespace Functional.Tensors

open System
open System.Collections
open System.Collections.Concurrent
open System.Collections.Generic
open System.Runtime.CompilerServices
open System.Threading.Tasks
open Microsoft.FSharp.Reflection
open Functional.Tensors.Native

module private Held =

    let private readers = ConcurrentDictionary<Type, (obj -> obj[]) option>()

    // Records and unions are read field by field; the reader is made once a type.
    let private makeReader (kind: Type) =
        if FSharpType.IsRecord kind then
            Some(FSharpValue.PreComputeRecordReader kind)
        elif FSharpType.IsUnion kind then
            Some(fun value -> FSharpValue.GetUnionFields(value, kind) |> snd)
        else
            None

    /// The tensors inside a value: in tuples, collections, records and unions of them to any depth, and in IHoldsTensors.
    let rec tensors (value: obj) : seq<Tensor> =
        match value with
        | null -> Seq.empty
        | :? Tensor as tensor -> Seq.singleton tensor
        | :? IHoldsTensors as holder -> holder.Tensors
        | :? string -> Seq.empty
        | :? ITuple as tuple -> seq { for i in 0 .. tuple.Length - 1 -> tuple[i] } |> Seq.collect tensors
        | :? ICollection as items when not (items.GetType().IsArray && items.GetType().GetElementType().IsPrimitive) ->
            items |> Seq.cast<obj> |> Seq.collect tensors
        | :? DictionaryEntry as entry -> Seq.append (tensors entry.Key) (tensors entry.Value)
        | value when value.GetType().IsPrimitive || value.GetType().IsEnum -> Seq.empty
        | value ->
            match readers.GetOrAdd(value.GetType(), makeReader) with
            | Some read -> read value |> Seq.collect tensors
            | None ->
                match value with
                | :? IEnumerable as items -> items |> Seq.cast<obj> |> Seq.collect tensors
                | _ -> Seq.empty

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
