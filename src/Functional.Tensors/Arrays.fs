// A tensor's elements as .NET arrays of as many dimensions as it has axes.
// Used to read results; making tensors of arrays is in Creation.
namespace Functional.Tensors

open System

module internal Arrays =

    /// The elements in row-major order as the .NET type asked for.
    let flat<'T> (t: Tensor) : 'T[] =
        match t.Elements with
        | :? ('T[]) as elements -> elements
        | _ -> unbox<'T[]> (t.cast (Nested.layout typeof<'T>)).Elements

    /// Elements in row-major order as an array of that shape.
    let shaped (shape: int[]) (values: Array) : Array =
        let whole = Array.CreateInstance(values.GetType().GetElementType(), shape)
        Buffer.BlockCopy(values, 0, whole, 0, Buffer.ByteLength values)
        whole

    let ofRank<'T> (rank: int) (t: Tensor) : Array =
        if t.dim <> rank then
            raise (Errors.Value.rank rank t.shape)

        shaped t.shape (flat<'T> t)

[<AutoOpen>]
module ArrayExtensions =

    type Tensor with

        /// The elements as an array of as many dimensions as there are axes; a scalar as the number itself in an array of one.
        member t.toArray() : Array =
            if t.dim <= 1 then t.Elements else Arrays.shaped t.shape t.Elements

        /// The elements in row-major order.
        member t.toArray1D<'T>() : 'T[] = Arrays.flat<'T> t

        /// The elements of a matrix.
        member t.toArray2D<'T>() : 'T[,] = unbox (Arrays.ofRank<'T> 2 t)

        member t.toArray3D<'T>() : 'T[,,] = unbox (Arrays.ofRank<'T> 3 t)
        member t.toArray4D<'T>() : 'T[,,,] = unbox (Arrays.ofRank<'T> 4 t)
        member t.toArray5D<'T>() : Array = Arrays.ofRank<'T> 5 t
        member t.toArray6D<'T>() : Array = Arrays.ofRank<'T> 6 t
