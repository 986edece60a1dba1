// Tests of HierarchicalVae: one layer is the Vae, exact conditionals make bounds the evidence (shared/laws.md, 4.9), ladders, shapes.
// Run with the whole suite.
module internal Functional.Tests.HierarchicalVaeTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

// ---- a chain of normals, elementwise: z_T ~ N(0, 1), z_t | z_{t+1} ~ N(a_t z_{t+1} + b_t, s_t²), x = z_0 ----

/// What is known of one element of the chain: a_t, b_t, s_t² for t = 0 ... T-1, and the mean and variance of each z_t.
type private Chain =
    { Depth: int
      Slope: Tensor list
      Shift: Tensor list
      Noise: Tensor list
      Mean: Tensor list
      Variance: Tensor list }

let private chain (draw: Draw) : Chain =
    let depth, size = draw.Int(1, 4), draw.Int(1, 3)

    let each low high =
        [ for _ in 1..depth -> draw.Tensor([| size |], low, high) ]

    let slope, shift, noise = each 0.5 1.5, each -1.0 1.0, each 0.3 1.5

    // from z_T down to x, the last of each
    let descend (mean: Tensor, variance: Tensor) (a: Tensor, b: Tensor, s: Tensor) =
        a * mean + b, a.square () * variance + s

    let moments =
        List.zip3 slope shift noise
        |> List.rev
        |> List.scan descend (slope.Head.zerosLike (), slope.Head.onesLike ())
        |> List.rev

    { Depth = depth
      Slope = slope
      Shift = shift
      Noise = noise
      Mean = List.map fst moments
      Variance = List.map snd moments }

let private normal (mean: Tensor) (variance: Tensor) : Distribution =
    Normal.diagonal mean ((variance.sqrt ()).expand mean.shape)

/// p(z | y) where z ~ N(mean, variance) and y ~ N(a z + b, s).
let private posterior (mean: Tensor) (variance: Tensor) (a: Tensor, b: Tensor, s: Tensor) (y: Tensor) : Distribution =
    let precision = 1.0 / variance + a.square () / s
    normal ((mean / variance + a * (y - b) / s) / precision) (1.0 / precision)

let private decoders (chain: Chain) =
    [ for a, b, s in List.zip3 chain.Slope chain.Shift chain.Noise -> Net.ofFunction (fun (z: Tensor) -> normal (a * z + b) s) ]

/// q(z_{t+1} | z_t) = p(z_{t+1} | z_t).
let private bottomUp (chain: Chain) =
    [ for t, link in List.indexed (List.zip3 chain.Slope chain.Shift chain.Noise) ->
          Net.ofFunction (posterior chain.Mean[t + 1] chain.Variance[t + 1] link) ]
    |> Hierarchy.BottomUp

/// x as a function of z_t is N(A z_t + B, S²), and so N((x - B)/A, S²/A²) is what it says of z_t; the top's is p(z_T|x).
let private ladder (chain: Chain) =
    let links =
        List.zip3 chain.Slope chain.Shift chain.Noise
        |> List.scan
            (fun (slope: Tensor, shift: Tensor, noise: Tensor) (a, b, s) ->
                slope * a, slope * b + shift, slope.square () * s + noise)
            (chain.Slope.Head.onesLike (), chain.Slope.Head.zerosLike (), chain.Slope.Head.zerosLike ())
        |> List.tail

    [ for t, (a, b, s) in List.indexed links ->
          let evidence (x: Tensor) =
              if t = chain.Depth - 1 then
                  posterior chain.Mean[chain.Depth] chain.Variance[chain.Depth] (a, b, s) x
              else
                  normal ((x - b) / a) (s / a.square ())

          Net.ofFunction id, Net.ofFunction evidence ]
    |> Hierarchy.Ladder

let private exactConditionals (draw: Draw) =
    let chain = chain draw
    let x = draw.Tensor([| 3; chain.Slope.Head.shape[0] |], -3.0, 3.0)
    let evidence = (normal chain.Mean.Head chain.Variance.Head).LogProb x

    for name, inference in [ "from below", bottomUp chain; "by a ladder", ladder chain ] do
        let vae =
            { Inference = inference
              Decoders = decoders chain
              Prior = TestBeds.standard x.shape[1] }

        for bound in [ Elbo.monteCarlo 1; Elbo.monteCarlo 4; Iwae.bound 3; Renyi.bound 0.5 2; Cubo.bound 2.0 2 ] do
            isClose 1e-9 $"{bound}, {chain.Depth} layers {name}" (HierarchicalVae.estimate Mode.Eval bound vae x).Value evidence

        isClose 1e-9 $"the evidence, {name}" (HierarchicalVae.logEvidence 5 vae x) evidence
        // what is drawn from the model has the moments of x
        let draws = HierarchicalVae.sample 20_000 vae
        let mean, error = meanAndError draws
        isWithin $"the mean of samples, {name}" mean error chain.Mean.Head
        let square, error = meanAndError ((draws - chain.Mean.Head).square())
        isWithin $"their variance, {name}" square error chain.Variance.Head

// ---- one layer ----

let private oneLayer (draw: Draw) =
    let encoder, decoder = mlp [ 6; 5 ] --> diagonalNormal 2, mlp [ 2; 5 ] --> bernoulli 6
    let vae: Vae = { Encoder = encoder; Decoder = decoder; Prior = Normal.standard [ 2 ] }
    let x = (dsharp.rand [ draw.Int(1, 5); 6 ]).round()
    let seeded f = Random.withSeed draw.Seed f
    let upward, head = Net.ofFunction id, encoder

    for name, inference in [ "from below", Hierarchy.BottomUp [ encoder ]; "by a ladder", Hierarchy.Ladder [ upward, head ] ] do
        let chain = { Inference = inference; Decoders = [ decoder ]; Prior = vae.Prior }

        for bound in
            [ Elbo.bound 1
              Elbo.bound 3
              Elbo.withEntropy 1
              Elbo.monteCarlo 2
              Iwae.bound 4
              Renyi.bound 0.5 3
              Cubo.bound 2.0 3 ] do
            let one = seeded (fun () -> HierarchicalVae.objective bound chain x)
            let other = seeded (fun () -> Vae.objective bound vae x)
            isClose 0.0 $"{bound} {name}" one.Value other.Value
            Expect.equal [ for term in one.Terms -> term.Name ] [ for term in other.Terms -> term.Name ] "the same terms"

        isClose 0.0 name (seeded (fun () -> HierarchicalVae.logEvidence 5 chain x)) (seeded (fun () -> Vae.logEvidence 5 vae x))
        isClose 0.0 name (HierarchicalVae.reconstruct chain x) (Vae.reconstruct vae x)
        isClose 0.0 name (seeded (fun () -> HierarchicalVae.generate 5 chain)) (seeded (fun () -> Vae.generate 5 vae))
        isClose 0.0 name (seeded (fun () -> HierarchicalVae.sample 5 chain)) (seeded (fun () -> Vae.sample 5 vae))

// ---- networks ----

let private sizes = [ 3; 2; 4 ]

let private fromBelow (depth: int) : HierarchicalVae =
    let layers = 6 :: List.truncate depth sizes |> List.pairwise

    { Inference = Hierarchy.BottomUp [ for below, above in layers -> mlp [ below; 5 ] --> diagonalNormal above ]
      Decoders =
        [ for i, (below, above) in List.indexed layers ->
              mlp [ above; 5 ] --> (if i = 0 then bernoulli below else diagonalNormal below) ]
      Prior = Normal.standard [ sizes[depth - 1] ] }

let private byLadder (depth: int) : HierarchicalVae =
    let layers = List.truncate depth sizes

    { fromBelow depth with
        Inference =
            Hierarchy.Ladder
                [ for i, size in List.indexed layers -> mlp [ (if i = 0 then 6 else 5); 5 ], linear 5 7 --> diagonalNormal size ] }

let private images (batch: int) = (dsharp.rand [ batch; 6 ]).round()

let private termNames (vae: HierarchicalVae) =
    [ for term in (HierarchicalVae.elbo vae (images 3)).Terms -> term.Name ]

let private closedForms (_: Draw) =
    Expect.equal (termNames (byLadder 3)) [ "reconstruction"; "kl" ] "a ladder's divergences have closed forms"
    Expect.equal (termNames (fromBelow 3)) [ "reconstruction"; "kl"; "kl (Monte Carlo)" ] "from below only the top's"

/// The forms of the ELBO differ in what they know in closed form, not in expectation.
let private formsAgree (draw: Draw) =
    let depth = draw.Int(2, 3)

    for name, vae in inFloat64 (fun () -> [ "from below", fromBelow depth; "by a ladder", byLadder depth ]) do
        let x = (draw.Tensor([| 1; 6 |], 0.0, 1.0)).round().expand [ 6_000; 6 ]

        let estimate (bound: Bound) =
            meanAndError (HierarchicalVae.estimate Mode.Eval bound vae x).Value

        let wanted, wantedError = estimate (Elbo.monteCarlo 1)

        for bound in [ Elbo.bound 1; Elbo.withEntropy 1 ] do
            let found, error = estimate bound
            isWithin $"{bound} {name}" found ((error.square () + wantedError.square ()).sqrt()) wanted

let private shapes (draw: Draw) =
    let depth, batch = draw.Int(1, 3), draw.Int(1, 4)
    let x = images batch

    for vae in [ fromBelow depth; byLadder depth ] do
        for bound in
            [ Elbo.bound 1
              Elbo.bound 3
              Elbo.withEntropy 1
              Elbo.monteCarlo 2
              Iwae.bound 4
              Renyi.bound 0.5 3
              Cubo.bound 2.0 3 ] do
            Expect.equal (HierarchicalVae.estimate Mode.Eval bound vae x).Value.shape [| batch |] $"estimate of {bound}"
            let loss = (HierarchicalVae.objective bound vae x).Value

            for parameter, gradient in Seq.zip vae.Parameters (Gradient.ofLoss loss [| for p in vae.Parameters -> p.Value |]) do
                Expect.isTrue (gradient.abs().sum().toDouble() > 0.0) $"{bound} trains {parameter.Name}"

        Expect.equal (HierarchicalVae.loss vae x).Value.shape [||] "loss"
        Expect.equal (HierarchicalVae.logEvidence 5 vae x).shape [| batch |] "logEvidence"
        Expect.equal (HierarchicalVae.reconstruct vae x).shape x.shape "reconstruct"
        Expect.equal (HierarchicalVae.generate 4 vae).shape [| 4; 6 |] "generate"
        Expect.equal (HierarchicalVae.sample 4 vae).shape [| 4; 6 |] "sample"

        for result in [ HierarchicalVae.reconstruct vae x; HierarchicalVae.generate 2 vae; (HierarchicalVae.elbo vae x).Value ] do
            Expect.isFalse (Gradient.isRecorded result) "evaluation is not recorded"

let private refuses (_: Draw) =
    let vae = fromBelow 2
    let x = images 2

    let message vae =
        messageOf<ArgumentException, _>(fun () -> HierarchicalVae.loss vae x)

    says (message { vae with Decoders = [ vae.Decoders.Head ] }) [ "1 decoders and 2 encoders" ]
    says (message { vae with Inference = Hierarchy.BottomUp [] }) [ "2 decoders and 0 encoders" ]
    says (message { vae with Inference = Hierarchy.Ladder []; Decoders = [] }) [ "0 decoders"; "at least one layer" ]
    says (message { vae with Prior = Normal.standard [ 3 ] }) [ "linear 2 5"; "[3]" ]

    let binary =
        { byLadder 2 with
            Decoders = [ vae.Decoders.Head; mlp [ 2; 5 ] --> bernoulli 3 ] }

    says (messageOf<exn, _>(fun () -> HierarchicalVae.loss binary x)) [ "Bernoulli" ]

[<Tests>]
let tests =
    testList
        "HierarchicalVae"
        [ holds "with exact conditionals every draw of every bound is the evidence" 8 exactConditionals
          holds "one layer is the Vae, number for number" 3 oneLayer
          holds "the forms of the ELBO have one expectation" 3 formsAgree
          holds "a ladder has every divergence in closed form" 1 closedForms
          holds "every function has the shape it says, and every bound trains everything" 4 shapes
          holds "what does not fit is refused" 1 refuses

          testCase "parameters are numbered from the data up" (fun () ->
              let names (vae: HierarchicalVae) =
                  vae.Parameters |> List.map (fun parameter -> parameter.Name.Split('.')[0]) |> List.distinct

              Expect.equal (names (fromBelow 2)) [ "encoder1"; "encoder2"; "decoder1"; "decoder2" ] "from below"

              Expect.equal
                  (names (byLadder 2))
                  [ "upward1"; "upward2"; "encoder1"; "encoder2"; "decoder1"; "decoder2" ]
                  "of a ladder")

          testCase "a step leaves no tensors behind" (fun () ->
              for vae in [ fromBelow 2; byLadder 2 ] do
                  let tensors = [| for parameter in vae.Parameters -> parameter.Value |]
                  let objective = HierarchicalVae.loss vae
                  let x = images 4

                  let step () =
                      Scope.run (fun () -> Gradient.ofLoss (objective x).Value tensors |> ignore)

                  step ()

                  leavesNothing (fun () ->
                      for _ in 1..3 do
                          step ())) ]
