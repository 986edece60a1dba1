// Functions of the user's own applied element by element. Gradients flow through them; speed does not come from here.
// Used in scripts for what no operation does.
namespace Functional.Tensors

module internal Mapping =

    // The index on every axis of the element at a position in row-major order.
    let private indexOf (shape: int[]) (position: int) =
        Array.scanBack (fun length position -> position / length) shape position
        |> Array.skip 1
        |> Array.mapi (fun i rest -> rest % shape[i])

    let private checkShapes (operation: string) (tensors: Tensor[]) =
        for tensor in tensors do
            Check.sameShape operation tensors[0] tensor

    /// The function's values at every index, given the elements that the tensors have there.
    let mapi (operation: string) (mapping: int[] -> Tensor[] -> Tensor) (tensors: Tensor[]) : Tensor =
        checkShapes operation tensors
        let first = tensors[0]

        if first.nelement = 0 then
            first
        else
            let rows = tensors |> Array.map (fun tensor -> (tensor.view -1).unstack())

            let value position =
                mapping (indexOf first.shape position) (rows |> Array.map (fun row -> row[position]))

            (Tensor.stack (Array.init first.nelement value)).view first.shape

[<AutoOpen>]
module MappingExtensions =

    type dsharp with

        /// The function's value at each element, a tensor without axes.
        static member map (mapping: Tensor -> Tensor) (tensor: Tensor) : Tensor =
            Mapping.mapi "map" (fun _ elements -> mapping elements[0]) [| tensor |]

        /// `map` over the elements of two tensors of one shape.
        static member map2 (mapping: Tensor -> Tensor -> Tensor) (tensor1: Tensor) (tensor2: Tensor) : Tensor =
            Mapping.mapi "map2" (fun _ elements -> mapping elements[0] elements[1]) [| tensor1; tensor2 |]

        /// `map` over the elements of three tensors of one shape.
        static member map3
            (mapping: Tensor -> Tensor -> Tensor -> Tensor)
            (tensor1: Tensor)
            (tensor2: Tensor)
            (tensor3: Tensor)
            : Tensor =
            let mapping (elements: Tensor[]) =
                mapping elements[0] elements[1] elements[2]

            Mapping.mapi "map3" (fun _ elements -> mapping elements) [| tensor1; tensor2; tensor3 |]

        /// `map` with the index of each element.
        static member mapi (mapping: int[] -> Tensor -> Tensor) (tensor: Tensor) : Tensor =
            Mapping.mapi "mapi" (fun index elements -> mapping index elements[0]) [| tensor |]

        /// `map2` with the index of each pair of elements.
        static member mapi2 (mapping: int[] -> Tensor -> Tensor -> Tensor) (tensor1: Tensor) (tensor2: Tensor) : Tensor =
            Mapping.mapi "mapi2" (fun index elements -> mapping index elements[0] elements[1]) [| tensor1; tensor2 |]

        /// `map3` with the index of each three elements.
        static member mapi3
            (mapping: int[] -> Tensor -> Tensor -> Tensor -> Tensor)
            (tensor1: Tensor)
            (tensor2: Tensor)
            (tensor3: Tensor)
            : Tensor =
            let mapping index (elements: Tensor[]) =
                mapping index elements[0] elements[1] elements[2]

            Mapping.mapi "mapi3" mapping [| tensor1; tensor2; tensor3 |]
