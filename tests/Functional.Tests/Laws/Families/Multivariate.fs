// Families of vectors and matrices: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.MultivariateFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private dirichlet =
    let start (sizes: Draw) =
        let count = sizes.Int(2, 3)
        fun (draw: Draw) (batch: Shape) -> [ positiveBetween 1.2 5.0 draw (Array.append batch [| count |]) ]

    family "Dirichlet" start (one (fun concentration -> Dirichlet concentration))
    |> withExtremes (fun () ->
            let small, tiny = float 1e-3f, float 1e-30f

            [ [ float64 [ [ small; small; small ]; [ 1e6; 1e6; 2e6 ]; [ 1e6; 1e6; 2e6 ]; [ small; 1e6; 1e6 ]; [ 1.0; 2.0; 3.0 ] ] ],
              float64
                  [ [ tiny; 0.5; 0.5 ]
                    [ 0.25; 0.25; 0.5 ]
                    [ 0.25; 0.2509765625; 0.4990234375 ]
                    [ tiny; 0.5; 0.5 ]
                    [ 0.25; 0.25; 0.5 ] ] ])

let all: FamilyEntry list = [ dirichlet ]
