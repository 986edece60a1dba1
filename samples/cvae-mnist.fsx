// data: mnist
// In-painting: three quarters of a digit from the fourth, by a conditional VAE and by a network that guesses each pixel by itself
// (Sohn, Lee & Yan, NeurIPS 2015). It prints what each says of hidden pixels and draws completions into artifacts/cvae-mnist/.
// Run it with `build/run sample cvae-mnist [--samples N] [--epochs N] [--batch N] [--seed N] [--examples N] [--images N]
// [--data DIR]`.
#load "../src/Functional/bin/Release/net10.0/interactive.fsx"
#load "support/Arguments.fsx"
#load "support/Digits.fsx"

open Functional
open Functional.Tensors

let sample () =
    let arguments = Arguments.Arguments("samples" :: Digits.options)
    let samples = arguments.Int("samples", 100)
    let folder = Arguments.artifacts "cvae-mnist"
    dsharp.seed (arguments.Int("seed", 1))
    let quadrants = Quadrants(28, 28, [ Quadrant.LowerLeft ])
    let visible, hidden = quadrants.VisibleCount, quadrants.HiddenCount
    let digits, testDigits = Digits.load arguments

    // Pairs of x, what is hidden, and c, what is seen.
    let train, test = Dataset.map quadrants.Split digits, Dataset.map quadrants.Split testDigits

    let options =
        { Training.defaults with
            Epochs = arguments.Int("epochs", 15)
            BatchSize = arguments.Int("batch", 128) }

    // ---- every pixel by itself ----

    let guess = mlp [ visible; 500; 500 ] --> bernoulli hidden

    let guessNll (mode: Mode) (x: Tensor, c: Tensor) = -(guess.Run(mode, c)).LogProb x

    let baseline =
        Digits.train
            "baseline"
            options
            guess.Parameters
            (fun batch -> Loss.term "nll" ((guessNll Mode.Train batch).mean()))
            train
            (fun () -> test |> Dataset.mean 1_000 (guessNll Mode.Eval))

    // ---- all hidden pixels together ----

    let vae: ConditionalVae =
        { Prior = mlp [ visible; 400; 400 ] --> diagonalNormal 50
          Encoder = join --> mlp [ hidden + visible; 400; 400 ] --> diagonalNormal 50
          Decoder = join --> mlp [ 50 + visible; 400; 400 ] --> bernoulli hidden }

    Digits.train "cvae" options vae.Parameters (ConditionalVae.loss vae) train (fun () ->
        -(test |> Dataset.mean 1_000 (fun batch -> (ConditionalVae.elbo vae batch).Value)))
    |> ignore

    let nll = -(test |> Dataset.mean 100 (ConditionalVae.logEvidence samples vae))

    // Rows: the digit, what is seen of it, the baseline's guess, and some completions.
    let shown = Dataset.head (min 16 testDigits.Length) testDigits
    let x, c = quadrants.Split shown
    let guessed = Gradient.off (fun () -> (guess.Run(Mode.Eval, c)).Mean)
    let completed = quadrants.Join(ConditionalVae.generate 6 vae c, c)
    let rows = [ shown; quadrants.Join(x.fullLike 0.5, c); quadrants.Join(guessed, c) ] @ List.ofArray (completed.unstack ())
    Digits.picture folder "completions.png" shown.shape[0] (dsharp.cat rows)

    printfn $"pictures: {folder}"
    // the best epoch is the baseline's, so that it does not lose by overfitting
    let best = List.min baseline
    printfn $"baseline nll of the hidden pixels: %.2f{best} nats ({test.Length} images)"
    printfn $"cvae nll of the hidden pixels: %.2f{nll} nats ({samples} importance samples, {test.Length} images)"
    printfn $"gain: %.1f{100.0 * (1.0 - nll / best)} %%"

Arguments.run sample
