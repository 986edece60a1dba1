// What every model of this folder is: parameters that training changes, and tensors that outlive a scope with it.
// The records after it say so, and the C# facade takes any of them at their word.
namespace Functional

open Functional.Tensors

/// A record of networks and distributions.
type internal IModel =
    inherit IHoldsTensors

    /// Everything that training changes.
    abstract Parameters: Parameter list

module internal Model =

    /// Its parameters' tensors, and those of what it holds beside them.
    let tensors (parameters: Parameter list) (others: IHoldsTensors list) : seq<Tensor> =
        Seq.append (parameters |> Seq.map _.Value) (others |> Seq.collect _.Tensors)
