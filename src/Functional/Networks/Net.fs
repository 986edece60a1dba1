// What a network is: a function with named parameters, composed with --> and fork.
// Layers and heads make them; models are records of them.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// A tensor of a network, and the name it is stored under.
type Parameter =
    {
        /// Its path inside the network: `encoder.linear2.weight`.
        Name: string
        /// The tensor; recorded for differentiation if it is trained.
        Value: Tensor
        /// Whether optimizers change it. What a network gathers by itself, such as the statistics of batch normalisation, is not
        /// trained, but stored in weights and checkpoints all the same.
        Trained: bool
    }

/// Makes parameters.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Parameter =

    let private copyOp = Operators.find "aten::copy_" ""

    /// A parameter that training changes, at first a copy of the value.
    let trained (name: string) (value: Tensor) : Parameter =
        { Name = name
          Value = Gradient.record (Scope.keep (value.noDiff().clone()))
          Trained = true }

    /// A parameter that is stored but not trained, at first a copy of the value.
    let untrained (name: string) (value: Tensor) : Parameter =
        { Name = name; Value = Scope.keep (value.noDiff().clone()); Trained = false }

    /// Overwrites a tensor in place, not recorded for differentiation.
    let internal assign (target: Tensor) (source: Tensor) : unit =
        Gradient.off (fun () -> copyOp.Run [| Arg.tensor target.Handle; Arg.tensor source.Handle |])

    /// Runs `body` with parameters that count as constants: no gradient of what it computes reaches them.
    let internal held (parameters: Parameter list) (body: unit -> 'T) : 'T =
        let recorded = parameters |> List.map _.Value |> List.filter Gradient.isRecorded

        try
            List.iter Gradient.retire recorded
            body ()
        finally
            for tensor in recorded do
                Gradient.record tensor |> ignore

/// Whether a network runs to be trained or to be used; dropout and batch statistics differ.
[<RequireQualifiedAccess>]
type Mode =
    | Train
    | Eval

module internal Naming =

    let private head (name: string) = name.Split('.')[0]

    let private stem (segment: string) = segment.TrimEnd([| '0' .. '9' |])

    // linear, linear2, linear3, ...
    let private fresh (taken: Set<string>) (segment: string) =
        if not (taken.Contains segment) then
            segment
        else
            Seq.initInfinite (fun i -> $"{stem segment}{i + 2}") |> Seq.find (taken.Contains >> not)

    let private rename (segments: Map<string, string>) (parameter: Parameter) =
        let first = head parameter.Name

        { parameter with
            Name = segments[first] + parameter.Name.Substring first.Length }

    /// The parameters of two networks side by side: a layer whose name is taken gets the next number.
    let join (first: Parameter list) (second: Parameter list) : Parameter list =
        let taken = first |> List.map (_.Name >> head) |> Set.ofList

        let _, segments =
            second
            |> List.map (_.Name >> head)
            |> List.distinct
            |> List.fold
                (fun (taken, segments) segment ->
                    let name = fresh taken segment
                    Set.add name taken, Map.add segment name segments)
                (taken, Map.empty)

        first @ (second |> List.map (rename segments))

/// A function from 'In to 'Out with named parameters. Compose with `-->`; a network that returns a Distribution is a
/// conditional distribution. The parameters are found by composition: whatever is composed in is trained and stored.
[<Sealed>]
type Net<'In, 'Out>
    internal
    (name: string, inputs: int option, outputs: int option -> int option, parameters: Parameter list, run: Mode -> 'In -> 'Out) =

    /// What it is, for messages.
    member _.Name: string = name

    /// How many features it takes, if it is particular about that.
    member internal _.InputFeatures: int option = inputs

    /// How many features it produces from so many.
    member internal _.FeaturesFrom(features: int option) : int option = outputs features

    /// How many features its output has on the last axis, where that is known.
    member _.OutputFeatures: int option = outputs inputs

    /// Its parameters, each under the path of its layer.
    member _.Parameters: Parameter list = parameters

    /// The number of trained numbers.
    member _.ParameterCount: int = parameters |> Seq.filter _.Trained |> Seq.sumBy _.Value.nelement

    /// Applies it to an input.
    member _.Run(mode: Mode, input: 'In) : 'Out = run mode input

    /// The second network after this one. Raises ArgumentException when their numbers of features differ.
    member first.Then(second: Net<'Out, 'Next>) : Net<'In, 'Next> =
        match first.OutputFeatures, second.InputFeatures with
        | Some produced, Some wanted when produced <> wanted ->
            raise (Errors.Network.features first.Name produced second.Name wanted)
        | _ -> ()

        Net<'In, 'Next>(
            $"{first.Name} --> {second.Name}",
            first.InputFeatures,
            first.FeaturesFrom >> second.FeaturesFrom,
            Naming.join first.Parameters second.Parameters,
            fun mode input -> second.Run(mode, first.Run(mode, input))
        )

    /// The head on top of this network, sized to the features that the network produces.
    member first.Then(head: Head<'Out, 'Next>) : Net<'In, 'Next> =
        match first.OutputFeatures with
        | Some features -> first.Then(head.Attach features)
        | None -> raise (Errors.Network.unknownFeatures head.Name)

    /// The second network after the first.
    static member (-->)(first: Net<'In, 'Out>, second: Net<'Out, 'Next>) : Net<'In, 'Next> = first.Then second

    /// The head on top of the network.
    static member (-->)(first: Net<'In, 'Out>, head: Head<'Out, 'Next>) : Net<'In, 'Next> = first.Then head

    interface IHoldsTensors with
        member _.Tensors = parameters |> Seq.map _.Value

/// The last part of a network, which takes its input size from whatever it is put on: `mlp [784; 400] --> diagonalNormal 20`.
and [<Sealed>] Head<'In, 'Out> internal (name: string, attach: int -> Net<'In, 'Out>) =

    /// What it is, for messages.
    member _.Name: string = name

    /// The network that takes so many features.
    member _.Attach(features: int) : Net<'In, 'Out> = attach features

/// Networks from functions, and functions from networks.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Net =

    /// A function of one's own as a network without parameters.
    let ofFunction (f: 'In -> 'Out) : Net<'In, 'Out> =
        Net("function", None, (fun _ -> None), [], (fun _ input -> f input))

    /// The network followed by a plain function.
    let map (f: 'Out -> 'Next) (net: Net<'In, 'Out>) : Net<'In, 'Next> = net --> ofFunction f

    /// The network with its parameters under a name: `encoder.linear.weight`.
    let named (name: string) (net: Net<'In, 'Out>) : Net<'In, 'Out> =
        let parameters = net.Parameters |> List.map (fun parameter -> { parameter with Name = $"{name}.{parameter.Name}" })

        Net(name, net.InputFeatures, net.FeaturesFrom, parameters, (fun mode input -> net.Run(mode, input)))

    /// The network as a function, in training.
    let train (net: Net<'In, 'Out>) : 'In -> 'Out = fun input -> net.Run(Mode.Train, input)

    /// The network as a function, in use.
    let eval (net: Net<'In, 'Out>) : 'In -> 'Out = fun input -> net.Run(Mode.Eval, input)

    /// The network as a function, in that mode.
    let run (mode: Mode) (net: Net<'In, 'Out>) : 'In -> 'Out = fun input -> net.Run(mode, input)

    /// The parameters of several networks, each under its name.
    let parameters (nets: (string * Parameter list) list) : Parameter list =
        [ for name, parameters in nets do
              for parameter in parameters -> { parameter with Name = $"{name}.{parameter.Name}" } ]
