// Tests of the catalogue: it holds every family and every transform of the assembly, and the laws are tested on each of them.
// Run with the whole suite; what is missing is added in Catalogue/Entries.fs, or in the registry of the laws.
module internal Functional.Tests.CatalogueTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// The public classes of the library that are some kind of that one.
let private classes (kind: Type) : Set<string> =
    set
        [ for candidate in kind.Assembly.GetExportedTypes() do
              if candidate.IsSealed && not candidate.IsAbstract && kind.IsAssignableFrom candidate then
                  candidate.Name ]

let private lacksNone (what: string) (expected: Set<string>) (found: Set<string>) =
    let missing = Set.toList (expected - found)
    Expect.isEmpty missing what

let private families () =
    set [ for family in Catalogue.families -> family.Name ]

let private transforms () =
    set [ for transform in Catalogue.transforms -> transform.Name ]

/// The class of a random instance of each entry of a registry.
let private classesOf (instanceOf: Draw -> 'Entry -> obj) (entries: 'Entry list) : Set<string> =
    set [ for entry in entries -> (instanceOf (Draw 1) entry).GetType().Name ]

let private lawFamilies () =
    Families.all |> classesOf (fun draw entry -> (instance entry draw [| 2 |]).Distribution)

let private lawTransforms () =
    Transforms.all |> classesOf (fun draw entry -> entry.OfParameters(entry.Parameters draw [| 2 |]))

let private asks () =
    for family in Catalogue.families do
        let example = family.Example()
        Expect.equal (example.GetType()) family.Type $"{family.Name}: the example's class"
        Expect.all (family.Examples()) (fun other -> other.GetType() = family.Type) $"{family.Name}: the class of each example"
        Expect.equal family.HasPathwiseGradient example.HasRSample $"{family.Name}: pathwise gradients"

    for transform in Catalogue.transforms do
        Expect.equal (transform.Example().GetType()) transform.Type $"{transform.Name}: the example's class"

let private find (name: string) =
    Catalogue.families |> List.find (fun family -> family.Name = name)

[<Tests>]
let tests =
    testList
        "Catalogue"
        [ testCase "it holds every family of the library" (fun () ->
              lacksNone "families that Catalogue/Entries.fs lacks" (classes typeof<Distribution>) (families ()))
          testCase "it holds every transform of the library" (fun () ->
              lacksNone "transforms that Catalogue/Entries.fs lacks" (classes typeof<Transform>) (transforms ()))
          testCase "nothing is in it twice" (fun () ->
              let names =
                  [ for family in Catalogue.families -> family.Name ]
                  @ [ for transform in Catalogue.transforms -> transform.Name ]

              Expect.equal (List.distinct names) names "the names")
          testCase "the laws are tested on every family" (fun () ->
              lacksNone "families that have no entry in Laws/Families" (families ()) (lawFamilies ()))
          testCase "the laws are tested on every transform" (fun () ->
              lacksNone "transforms that have no entry in Laws/Transforms.fs" (transforms ()) (lawTransforms ()))
          testCase "examples are of their class" asks
          testCase "what a family has is found out" (fun () ->
              let cauchy, dirichlet, poisson = find "Cauchy", find "Dirichlet", find "Poisson"
              Expect.isFalse cauchy.HasMoments "a Cauchy distribution has no mean"
              Expect.isTrue (cauchy.HasCdf && cauchy.HasIcdf && cauchy.HasEntropy) "what a Cauchy distribution has"
              Expect.isTrue (dirichlet.HasPathwiseGradient && not dirichlet.HasCdf) "vectors have no distribution function"
              Expect.isFalse (poisson.HasPathwiseGradient || poisson.HasIcdf) "counts have no pathwise gradient")
          testCase "asking changes neither the random numbers to come nor the tensors alive" (fun () ->
              let next () = (dsharp.rand 3).toArray1D<float32>()
              dsharp.seed 5
              let expected = next ()
              dsharp.seed 5
              leavesNothing (fun () -> Catalogue.table () |> ignore)
              Expect.equal (next ()) expected "the random numbers after it")
          testCase "the table shows families, transforms, divergences and bounds, whose bars are escaped" (fun () ->
              says
                  (Catalogue.table ())
                  [ "| Uniform | `low`, `high` ∈ ℝ | [low, high] | ✓ | ✓ | ✓ | ✓ | ✓ |"
                    "| TanhTransform |  | ℝ | [-1, 1] |"
                    "| Normal | Gumbel, Laplace, Normal |"
                    "| E_q[log p(x\\|z)] - β \\|KL(q(z) ‖ p(z)) - C\\| |" ]) ]
