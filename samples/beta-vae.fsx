// data: mnist
// A VAE whose KL is weighed by β: the larger β, the less a code says of its digit, and with fewer numbers (Higgins et al. 2017).
// It prints reconstruction and KL for each β and draws traversals of the codes and curves into artifacts/beta-vae/.
// Run it with `build/run sample beta-vae [--epochs N] [--batch N] [--seed N] [--examples N] [--images N] [--data DIR]`.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Digits.fsx"
#load "support/Plot.fsx"

open System.IO
open Functional
open Functional.Tensors

let betas = [ 1.0; 2.0; 4.0; 10.0 ]
let size = 10

let network () : Vae =
    { Encoder = mlp [ 784; 400 ] --> diagonalNormal size
      Decoder = mlp [ size; 400 ] --> bernoulli 784
      Prior = Normal.standard [ size ] }

/// KL(q(z_j|x) ‖ p(z_j)) of each number of the code, for each example: ½ (σ² + μ² - 1 - log σ²).
let klOfEach (vae: Vae) (x: Tensor) : Tensor =
    let q = vae.Encoder.Run(Mode.Eval, x)
    (q.Variance + q.Mean.square () - 1.0 - q.Variance.log ()) * 0.5

/// The digits that the codes of a digit stand for as one number of the code moves from -3 to 3: a row for each number, in the
/// order given.
let traversals (vae: Vae) (order: int list) (x: Tensor) : Tensor =
    Gradient.off (fun () ->
        let code = (vae.Encoder.Run(Mode.Eval, x.unsqueeze 0)).Mean
        let steps = (dsharp.linspace (-3.0, 3.0, 11)).unsqueeze 1

        let row (number: int) =
            let isMoved = (dsharp.arange(size).eq(float number)).unsqueeze 0
            dsharp.where (isMoved.expand [ 11; size ], steps.expand [ 11; size ], code.expand [ 11; size ])

        (vae.Decoder.Run(Mode.Eval, dsharp.cat [ for number in order -> row number ])).Mean)

let sample () =
    let arguments = Arguments.Arguments Digits.options
    let seed = arguments.Int("seed", 1)
    let folder = Arguments.artifacts "beta-vae"
    dsharp.seed seed
    let train, test = Digits.load arguments

    let options =
        { Training.defaults with
            Epochs = arguments.Int("epochs", 5)
            BatchSize = arguments.Int("batch", 128) }

    let fit (beta: float) =
        dsharp.seed seed
        let vae = network ()

        let bound = Elbo.weighed beta 1

        let testLoss () =
            -(test |> Dataset.mean 1_000 (fun x -> (Vae.estimate Mode.Eval bound vae x).Value))

        Digits.train $"beta {beta}" options vae.Parameters (Vae.objective bound vae) train testLoss |> ignore

        let part name =
            test |> Dataset.mean 1_000 (fun x -> (Vae.elbo vae x)[name])

        let kls =
            [ for number in 0 .. size - 1 -> test |> Dataset.mean 1_000 (fun x -> (klOfEach vae x)[*, number]), number ]
            |> List.sortDescending

        let first = Dataset.head 1 test
        Digits.picture folder $"traversals-{beta}.png" 11 (traversals vae (List.map snd kls) first[0])
        beta, part "reconstruction", part "kl", List.map fst kls

    let fits = List.map fit betas

    let line name (figure: float * float * float * float list -> float) =
        Plot.Line(name, [| for fit in fits -> (let beta, _, _, _ = fit in beta), figure fit |])

    let largest = List.max [ for _, reconstruction, _, _ in fits -> -reconstruction ]
    let mostUsed = List.max [ for _, _, _, kls in fits -> kls.Head ]

    Plot.save
        (Path.Combine(folder, "beta.svg"))
        2
        [ { Title = "nats by β"
            X = 0.0, List.max betas
            Y = 0.0, largest * 1.3
            Marks =
              [ line "- reconstruction" (fun (_, reconstruction, _, _) -> -reconstruction)
                line "kl" (fun (_, _, kl, _) -> kl) ] }
          { Title = "kl of each number of the code (nats)"
            X = 1.0, float size
            Y = 0.0, mostUsed * 1.3
            Marks =
              [ for beta, _, _, kls in fits ->
                    let points = [| for i, kl in List.indexed kls -> float (i + 1), kl |]
                    Plot.Line($"beta {beta}", points) ] } ]

    printfn $"pictures: {folder}"

    for beta, reconstruction, kl, kls in fits do
        printfn $"beta {beta}, reconstruction: %.2f{reconstruction} nats"
        printfn $"beta {beta}, kl: %.2f{kl} nats"
        let used = kls |> List.filter (fun kl -> kl > 0.1) |> List.length
        printfn $"beta {beta}, numbers of the code in use (above 0.1 nats): {used} of {size}"

Arguments.run sample
