// Reading .NET values (numbers, arrays of any rank, nested sequences and tuples) into flat arrays with a shape.
// Used where tensors are made of values, and where they are read back.
namespace Functional.Tensors

open System
open System.Collections
open System.Runtime.CompilerServices

module internal Nested =

    /// A value's elements in row-major order, and their shape.
    type Flat = { Elements: Array; Shape: int[] }

    let private isNumber (kind: Type) =
        kind.IsPrimitive && kind <> typeof<char>

    let private kindOf (values: Array) = values.GetType().GetElementType()

    // Rows of one kind keep it; mixed ones become the widest integers, or floats where one is real.
    let private commonKind (rows: Array list) =
        match rows |> List.map kindOf |> List.distinct with
        | [ kind ] -> kind
        | kinds when kinds |> List.exists (fun kind -> kind = typeof<float> || kind = typeof<float32>) -> typeof<float>
        | _ -> typeof<int64>

    let private convert (kind: Type) (row: Array) : Array =
        if kindOf row = kind then
            row
        else
            let converted = Array.CreateInstance(kind, row.Length)

            row |> Seq.cast<obj> |> Seq.iteri (fun i value -> converted.SetValue(Convert.ChangeType(value, kind), i))

            converted

    let private concat (rows: Array list) : Array =
        let kind = commonKind rows
        let rows = rows |> List.map (convert kind)
        let whole = Array.CreateInstance(kind, rows |> List.sumBy _.Length)

        rows
        |> List.fold
            (fun position row ->
                Buffer.BlockCopy(row, 0, whole, position, Buffer.ByteLength row)
                position + Buffer.ByteLength row)
            0
        |> ignore

        whole

    /// The members of a sequence or a tuple.
    let (|Items|_|) (value: obj) : obj list option =
        match value with
        | :? string -> None
        | :? ITuple as tuple -> Some [ for i in 0 .. tuple.Length - 1 -> tuple[i] ]
        | :? IEnumerable as items -> items |> Seq.cast<obj> |> Seq.toList |> Some
        | _ -> None

    /// The value with every sequence in it run through once: a lazy one may not give the same a second time.
    let rec settled (value: obj) : obj =
        match value with
        | :? Tensor -> value
        | :? Array as values when isNumber (values.GetType().GetElementType()) -> value
        | Items items -> List.map settled items
        | _ -> value

    /// The first tensor inside a settled value.
    let rec tryTensor (value: obj) : Tensor option =
        match value with
        | :? Tensor as tensor -> Some tensor
        | :? (obj list) as items -> List.tryPick tryTensor items
        | _ -> None

    let rec ofValue (path: string) (value: obj) : Flat =
        match value with
        | :? Tensor as tensor -> { Elements = tensor.Elements; Shape = tensor.shape }
        | :? Array as values when isNumber (values.GetType().GetElementType()) ->
            { Elements = values; Shape = Array.init values.Rank values.GetLength }
        | Items items -> ofRows path items
        | :? decimal as value -> ofValue path (float value)
        | null -> raise (Errors.Value.notANumber value)
        | value when isNumber (value.GetType()) ->
            let one = Array.CreateInstance(value.GetType(), 1)
            one.SetValue(value, 0)
            { Elements = one; Shape = [||] }
        | _ -> raise (Errors.Value.notANumber value)

    and private ofRows (path: string) (items: obj list) : Flat =
        match items |> List.mapi (fun i item -> ofValue $"{path}[{i}]" item) with
        | [] -> { Elements = Array.empty<float>; Shape = [| 0 |] }
        | first :: _ as rows ->
            rows
            |> List.iteri (fun i row ->
                if row.Shape <> first.Shape then
                    raise (Errors.Value.ragged $"{path}[{i}]" first.Shape row.Shape))

            { Elements = concat (rows |> List.map _.Elements)
              Shape = Array.append [| rows.Length |] first.Shape }

    let private layouts =
        dict
            [ typeof<bool>, Dtype.Bool
              typeof<byte>, Dtype.Byte
              typeof<sbyte>, Dtype.Int8
              typeof<int16>, Dtype.Int16
              typeof<int>, Dtype.Int32
              typeof<int64>, Dtype.Int64
              typeof<float32>, Dtype.Float32
              typeof<float>, Dtype.Float64 ]

    /// The dtype that .NET numbers of that type are laid out in.
    let layout (kind: Type) : Dtype =
        match layouts.TryGetValue kind with
        | true, dtype -> dtype
        | _ -> raise (Errors.Value.notATensorElement kind)

    /// The dtype a tensor takes from its values: real numbers the default one, integers and booleans their own.
    let natural (layout: Dtype) =
        if layout.IsFloatingPoint then Dtype.Default else layout
