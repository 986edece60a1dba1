// The cycle-consistent adversarial network: translates between two kinds of data without pairs of examples.
// Source: Zhu, Park, Isola & Efros, arXiv:1703.10593.
namespace Functional

open Functional.Tensors

/// Two generators, each turning one kind of data into the other, and a critic of each kind. Which of the maps that carry one
/// distribution to the other is learned, the data do not say: there and back has to be the identity, and the rest is up to the
/// networks' bias and the identity term.
type CycleGan =
    {
        /// x to y.
        GeneratorOfY: Net<Tensor, Tensor>
        /// y to x.
        GeneratorOfX: Net<Tensor, Tensor>
        /// x to a number for each example, without a last activation; convolutional critics may give one for each patch.
        CriticOfX: Net<Tensor, Tensor>
        /// The same for y.
        CriticOfY: Net<Tensor, Tensor>
    }

    /// Everything that training changes, under `generatorOfY.`, `generatorOfX.`, `criticOfX.` and `criticOfY.`.
    member this.Parameters: Parameter list =
        this.Generators
        @ Net.parameters [ "criticOfX", this.CriticOfX.Parameters; "criticOfY", this.CriticOfY.Parameters ]

    member internal this.Generators: Parameter list =
        Net.parameters [ "generatorOfY", this.GeneratorOfY.Parameters; "generatorOfX", this.GeneratorOfX.Parameters ]

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters []

/// Batches are an x and a y that have nothing to do with each other, of equal length: `Dataset.zip`, with `Dataset.cycle` for the smaller set.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module CycleGan =

    /// What the critic of a kind minimises, where its samples are made of the other kind: terms `adversarial`, `penalty` and `accuracy`.
    let private criticLoss
        (options: AdversarialOptions)
        (critic: Net<Tensor, Tensor>)
        (generator: Net<Tensor, Tensor>)
        real
        other
        =
        let samples = Gradient.off (fun () -> generator.Run(Mode.Train, other))
        AdversarialOptions.checkSamples "CycleGan" real samples
        AdversarialOptions.criticLoss options (Net.train critic) real samples

    let private distance (a: Tensor) (b: Tensor) : Tensor = (a - b).abs().mean()

    /// What both generators minimise: adversarial + cycle · E[|ToX(ToY(x)) - x| + |ToY(ToX(y)) - y|] +
    /// identity · E[|ToY(y) - y| + |ToX(x) - x|], absolute differences averaged over components. Terms `to y adversarial`,
    /// `to x adversarial`, `cycle`, `identity` where it has a weight, and the variance ratios. Equations 3 and 4, section 5.2.
    let generatorLoss
        (options: AdversarialOptions)
        (cycle: float)
        (identity: float)
        (gan: CycleGan)
        : Objective<Tensor * Tensor> =
        let toX, toY = Net.train gan.GeneratorOfX, Net.train gan.GeneratorOfY

        fun (x, y) ->
            let fakeX, fakeY = toX y, toY x
            AdversarialOptions.checkSamples "CycleGan" x fakeX
            AdversarialOptions.checkSamples "CycleGan" y fakeY

            let adversarial =
                (AdversarialOptions.generatorLoss options (Net.train gan.CriticOfY) y fakeY |> Loss.prefixed "to y")
                + (AdversarialOptions.generatorLoss options (Net.train gan.CriticOfX) x fakeX |> Loss.prefixed "to x")
                + cycle * Loss.term "cycle" (distance (toX fakeY) x + distance (toY fakeX) y)

            if identity = 0.0 then
                adversarial
            else
                adversarial + identity * Loss.term "identity" (distance (toX x) x + distance (toY y) y)

    /// The players `critic of x`, `critic of y` and `generators`, for Training.play. The authors' weights are 10 for the cycle and, where
    /// colours should stay, 5 for the identity, otherwise 0; their loss is least squares.
    let players (options: AdversarialOptions) (cycle: float) (identity: float) (gan: CycleGan) : Player<Tensor * Tensor> list =
        [ AdversarialOptions.critic options "critic of x" gan.CriticOfX.Parameters (fun (x, y) ->
              criticLoss options gan.CriticOfX gan.GeneratorOfX x y)
          AdversarialOptions.critic options "critic of y" gan.CriticOfY.Parameters (fun (x, y) ->
              criticLoss options gan.CriticOfY gan.GeneratorOfY y x)
          AdversarialOptions.generator options "generators" gan.Generators (generatorLoss options cycle identity gan) ]

    /// The y that each x becomes. Not recorded for differentiation.
    let toY (gan: CycleGan) (x: Tensor) : Tensor =
        Evaluation.run (fun () -> gan.GeneratorOfY.Run(Mode.Eval, x))

    /// The x that each y becomes. Not recorded for differentiation.
    let toX (gan: CycleGan) (y: Tensor) : Tensor =
        Evaluation.run (fun () -> gan.GeneratorOfX.Run(Mode.Eval, y))
