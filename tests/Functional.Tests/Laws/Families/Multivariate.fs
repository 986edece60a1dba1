// Families of vectors and matrices: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.MultivariateFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

let all: FamilyEntry list = []
