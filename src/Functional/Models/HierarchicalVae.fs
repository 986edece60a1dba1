// The variational autoencoder with a chain of latent variables, z_T → ... → z_1 → x, inferred from below or by a ladder.
// Source: Rezende, Mohamed & Wierstra, arXiv:1401.4082; Sønderby et al., arXiv:1602.02282 (ladder).
namespace Functional

open Functional.Tensors

/// How the latent variables are inferred; the first element of each list belongs to z_1.
[<RequireQualifiedAccess>]
type Hierarchy =
    /// q(z_1|x) q(z_2|z_1) ... q(z_T|z_{T-1}): the networks of these conditionals.
    | BottomUp of Net<Tensor, Distribution> list
    /// A deterministic way up, d_1 = f_1(x), d_t = f_t(d_{t-1}), whose features give normal densities N(μ̂_t, σ̂_t²); and a way down that multiplies
    /// them with what the generative half says: q(z_T|x) = N(μ̂_T, σ̂_T²), q(z_t|z_{t+1}, x) ∝ N(z_t; μ̂_t, σ̂_t²) p(z_t|z_{t+1}).
    /// Its parts are f_t and the head that makes N(μ̂_t, σ̂_t²) of d_t; p(z_t|z_{t+1}) has to be normal, too.
    /// Source: Sønderby et al., arXiv:1602.02282, equations 11 to 19.
    | Ladder of (Net<Tensor, Tensor> * Net<Tensor, Distribution>) list

/// p(z_T) Π_t p(z_{t-1}|z_t) p(x|z_1), of any depth T.
type HierarchicalVae =
    {
        /// q(z_1 ... z_T|x).
        Inference: Hierarchy
        /// p(x|z_1), p(z_1|z_2), ..., p(z_{T-1}|z_T).
        Decoders: Net<Tensor, Distribution> list
        /// p(z_T).
        Prior: Distribution
    }

    /// Everything that training changes, under `encoder1.` and so on (of a ladder `upward1.` and `encoder1.`), and `decoder1.` and so on.
    member this.Parameters: Parameter list =
        let numbered (name: string) (parameters: Parameter list list) =
            parameters |> List.mapi (fun i parameters -> $"{name}{i + 1}", parameters)

        let inference =
            match this.Inference with
            | Hierarchy.BottomUp encoders -> numbered "encoder" [ for encoder in encoders -> encoder.Parameters ]
            | Hierarchy.Ladder rungs ->
                numbered "upward" [ for upward, _ in rungs -> upward.Parameters ]
                @ numbered "encoder" [ for _, encoder in rungs -> encoder.Parameters ]

        Net.parameters (inference @ numbered "decoder" [ for decoder in this.Decoders -> decoder.Parameters ])

    interface IModel with
        member this.Parameters = this.Parameters
        member this.Tensors = Model.tensors this.Parameters [ this.Prior ]

/// In `Elbo.bound` a ladder has every divergence in closed form, since it draws z_T first, as the model does: KL(q(z_t|z_{t+1}, x) ‖ p(z_t|z_{t+1})).
/// From below only that of z_T has one, as z_t is drawn there before z_{t+1}, on which p(z_t|z_{t+1}) depends; the rest is `kl (Monte Carlo)`.
/// With T = 1 both are the plain Vae. Upper layers are easily given up early in training: let the divergence in over the first epochs
/// (`Elbo.weighed` with β from 0 to 1), as Sønderby et al. do, section 2.3. A ladder learns more slowly at first.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module HierarchicalVae =

    let private site (level: int) = $"z{level}"

    // p(z_t|z_{t+1}) with t, from the top down.
    let private conditionals (vae: HierarchicalVae) : (int * Net<Tensor, Distribution>) list =
        let what, count =
            match vae.Inference with
            | Hierarchy.BottomUp encoders -> "encoders", encoders.Length
            | Hierarchy.Ladder rungs -> "rungs of the ladder", rungs.Length

        if count <> vae.Decoders.Length || count = 0 then
            raise (Errors.Model.layers what count vae.Decoders.Length)

        List.indexed vae.Decoders |> List.tail |> List.rev

    // z_1 at the end of the chain that z_T begins; `answer` makes z_t of p(z_t|z_{t+1}).
    let rec private descend
        (answer: int -> Distribution -> Program<Tensor>)
        (mode: Mode)
        (conditionals: (int * Net<Tensor, Distribution>) list)
        (z: Tensor)
        : Program<Tensor> =
        match conditionals with
        | [] -> Program.result z
        | (level, decoder) :: below ->
            program {
                let! next = answer level (decoder.Run(mode, z))
                return! descend answer mode below next
            }

    let private draw (level: int) (conditional: Distribution) : Program<Tensor> = sample (site level) conditional

    // p(x|z_1), with z_T ... z_1 drawn.
    let private likelihood (mode: Mode) (vae: HierarchicalVae) : Program<Distribution> =
        let conditionals = conditionals vae

        program {
            let! top = draw vae.Decoders.Length vae.Prior
            let! z = descend draw mode conditionals top
            return vae.Decoders.Head.Run(mode, z)
        }

    /// The generative half, p(z_T) ... p(x|z_1), at some x, with sites `zT` to `z1` and `x`.
    let model (mode: Mode) (vae: HierarchicalVae) (x: Tensor) : Program<unit> =
        program {
            let! distribution = likelihood mode vae
            do! observe "x" distribution x
        }

    let rec private ascend (mode: Mode) (level: int) (encoders: Net<Tensor, Distribution> list) (below: Tensor) : Program<unit> =
        match encoders with
        | [] -> Program.result ()
        | encoder :: above ->
            program {
                let! z = draw level (encoder.Run(mode, below))
                return! ascend mode (level + 1) above z
            }

    // What x says of z_1 ... z_T.
    let private evidence
        (mode: Mode)
        (rungs: (Net<Tensor, Tensor> * Net<Tensor, Distribution>) list)
        (x: Tensor)
        : Distribution list =
        let features = rungs |> List.scan (fun below (upward, _) -> upward.Run(mode, below)) x |> List.tail
        List.map2 (fun (_, encoder: Net<Tensor, Distribution>) (features: Tensor) -> encoder.Run(mode, features)) rungs features

    // From z_T down, `answer` makes z_t of q(z_t|z_{t+1}, x).
    let private climb
        (answer: int -> Distribution -> Program<Tensor>)
        (mode: Mode)
        (vae: HierarchicalVae)
        rungs
        (x: Tensor)
        : Program<Tensor> =
        let evidence = evidence mode rungs x

        let meet (level: int) (conditional: Distribution) =
            answer level (ProductOfExperts.independents [ evidence[level - 1]; conditional ])

        let conditionals = conditionals vae

        program {
            let! top = answer rungs.Length (List.last evidence)
            return! descend meet mode conditionals top
        }

    /// The inference half, q(z_1 ... z_T|x).
    let guide (mode: Mode) (vae: HierarchicalVae) (x: Tensor) : Program<unit> =
        conditionals vae |> ignore

        match vae.Inference with
        | Hierarchy.BottomUp encoders -> ascend mode 1 encoders x
        | Hierarchy.Ladder rungs -> climb draw mode vae rungs x |> Program.map ignore

    let private depth (vae: HierarchicalVae) = max 1 vae.Prior.BatchShape.Length

    /// A bound on log p(x) for each example, in nats.
    let estimate (mode: Mode) (bound: Bound) (vae: HierarchicalVae) (x: Tensor) : Loss =
        Bound.estimateWithin (depth vae) bound (model mode vae x) (guide mode vae x)

    /// The training loss for any bound: minus its mean over the batch.
    let objective (bound: Bound) (vae: HierarchicalVae) : Objective<Tensor> =
        Bound.objective bound (model Mode.Train vae) (guide Mode.Train vae)

    /// The training loss: minus the mean ELBO of the batch.
    let loss (vae: HierarchicalVae) : Objective<Tensor> = objective (Elbo.bound 1) vae

    /// The ELBO of each example, one particle, not recorded for differentiation.
    let elbo (vae: HierarchicalVae) (x: Tensor) : Loss =
        Evaluation.run (fun () -> estimate Mode.Eval (Elbo.bound 1) vae x)

    /// log p(x) of each example, in nats, by importance sampling from the guide.
    let logEvidence (samples: int) (vae: HierarchicalVae) (x: Tensor) : Tensor =
        Evaluation.run (fun () -> LogEvidence.estimate samples (model Mode.Eval vae x) (guide Mode.Eval vae x))

    /// The mean of p(x|z_1), where z_1 is the mean of q(z_1|x), or of a ladder the mean of q(z_1|z_2, x) at that of q(z_2|z_3, x) and so on.
    let reconstruct (vae: HierarchicalVae) (x: Tensor) : Tensor =
        let mean _ (conditional: Distribution) = Program.result conditional.Mean

        Evaluation.run (fun () ->
            conditionals vae |> ignore

            let z =
                match vae.Inference with
                | Hierarchy.BottomUp encoders -> (encoders.Head.Run(Mode.Eval, x)).Mean
                | Hierarchy.Ladder rungs -> climb mean Mode.Eval vae rungs x |> Program.sample

            (vae.Decoders.Head.Run(Mode.Eval, z)).Mean)

    let private drawn (count: int) (vae: HierarchicalVae) : Distribution =
        let prior = vae.Prior.Expand(Array.append [| count |] vae.Prior.BatchShape)
        likelihood Mode.Eval { vae with Prior = prior } |> Program.sample

    /// The mean of p(x|z_1) for `count` draws of z_1 from the chain of priors.
    let generate (count: int) (vae: HierarchicalVae) : Tensor =
        Evaluation.run (fun () -> (drawn count vae).Mean)

    /// `count` draws of x: z_T from the prior, and everything below it in turn.
    let sample (count: int) (vae: HierarchicalVae) : Tensor =
        Evaluation.run (fun () -> (drawn count vae).Sample())
