// Every public name of DiffSharp's tensors is here, with its parameters: Reference/diffsharp-names.txt against the assembly.
// Run with the whole suite.
module internal Functional.Tests.ApiTests

open System
open System.IO
open System.Reflection
open Expecto
open Functional.Tensors

let private linesOf (file: string) =
    File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, file))
    |> Seq.map _.Trim()
    |> Seq.filter (fun line -> line <> "" && not (line.StartsWith '#'))
    |> Seq.toList

/// A member: `Type.name`, and the names of its parameters, or None where only the name counts.
type private Member = { Name: string; Parameters: string list option }

/// `Type.name(first, ?second)`: what may be left out has a question mark.
let private parse (line: string) =
    match line.Split('(', 2) with
    | [| name; parameters |] ->
        let names = parameters.TrimEnd(')').Split(',', StringSplitOptions.RemoveEmptyEntries)

        { Name = name
          Parameters = Some [ for parameter in names -> parameter.Trim() ] }
    | _ -> { Name = line; Parameters = None }

let private everything = BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.Instance

let private withoutGetter (name: string) =
    if name.StartsWith "get_" then name.Substring 4 else name

let private isOptional (parameter: ParameterInfo) =
    parameter.IsDefined(typeof<OptionalArgumentAttribute>, false)

// The compiler names an extension `Type.member`, or `Type.member.Static`; the first parameter of the former is the object.
let private ofMethod (owner: string -> string) (method: MethodInfo) : Member =
    let parameters = method.GetParameters() |> Array.toList
    let written = [ for p in parameters -> if isOptional p then "?" + p.Name else p.Name ]

    match List.ofArray (method.Name.Split '.') with
    | [ kind; name ] ->
        { Name = $"{owner kind}.{withoutGetter name}"
          Parameters = Some(List.tail written) }
    | [ kind; name; _ ] -> { Name = $"{owner kind}.{withoutGetter name}"; Parameters = Some written }
    | _ ->
        { Name = $"{owner method.DeclaringType.Name}.{withoutGetter method.Name}"
          Parameters = Some written }

let private membersOf (owner: string -> string) (kind: Type) : Member seq =
    Seq.append
        (kind.GetMethods everything |> Seq.map (ofMethod owner))
        (kind.GetMembers everything
         |> Seq.map (fun found ->
             let name = if found.Name = ".ctor" then "new" else found.Name
             { Name = $"{owner kind.Name}.{name}"; Parameters = None }))

let private assemblyMembers =
    lazy
        (let assembly = typeof<Tensor>.Assembly
         let modules = assembly.GetExportedTypes() |> Array.filter (fun kind -> kind.IsAbstract && kind.IsSealed)
         let opened = modules |> Array.filter (fun kind -> kind.IsDefined(typeof<AutoOpenAttribute>, false))

         let named names =
             modules |> Array.filter (fun kind -> List.contains kind.Name names)

         [ Seq.collect (membersOf id) [ typeof<Tensor>; typeof<Dtype>; typeof<Device> ]
           Seq.collect (membersOf id) (Array.append opened (named [ "DtypeModule"; "Shorten"; "Numerical" ]))
           Seq.collect (membersOf (fun _ -> "Compose")) (named [ "Compose" ])
           Seq.collect (membersOf (fun _ -> "Distributions.Normal")) [ typeof<Distributions.Normal> ] ]
         |> Seq.concat
         |> Seq.groupBy _.Name
         |> Seq.map (fun (name, members) -> name, members |> Seq.choose _.Parameters |> Seq.toList)
         |> Map)

/// Whether the first list is what is left of the second when some are struck out: arguments then keep their order.
let rec private isWithin (wanted: string list) (found: string list) =
    match wanted, found with
    | [], rest -> rest |> List.forall _.StartsWith('?')
    | _, [] -> false
    // What may be left out may be given, too.
    | first :: others, candidate :: rest when candidate = first || candidate = "?" + first -> isWithin others rest
    | _, candidate :: rest -> candidate.StartsWith '?' && isWithin wanted rest

let private isHere (wanted: Member) =
    match assemblyMembers.Value.TryFind wanted.Name, wanted.Parameters with
    | None, _ -> false
    | Some _, None -> true
    | Some overloads, Some parameters -> overloads |> List.exists (isWithin parameters)

[<Tests>]
let tests =
    testList
        "Api"
        [ testCase "every member of DiffSharp's tensors is here with its parameters" (fun () ->
              let missing = linesOf "diffsharp-names.txt" |> List.filter (parse >> isHere >> not)
              Expect.equal (String.concat "\n" missing) "" "what a DiffSharp script could not use") ]
