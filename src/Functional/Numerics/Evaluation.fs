// Computing with what has been trained: nothing is recorded for differentiation, and nothing but the result is kept.
// Models sample, encode and reconstruct inside it.
namespace Functional

open Functional.Tensors

module internal Evaluation =

    /// Runs `body` unrecorded and frees every tensor made in it, except those in its result.
    let run (body: unit -> 'T) : 'T = Scope.run (fun () -> Gradient.off body)
