// Relaxations of discrete families, and distributions of images: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.RelaxedFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

let all: FamilyEntry list = []
