// Samples as a distribution, with weights or without.
// What a sampler returns, resampling, and data as a prior.
namespace Functional

open Functional.Tensors

/// p(x) = Σ_i w_i [x = x_i] over `samples` of shape [n; batch; event], the last `eventRank` axes being those of one event; w ∝ exp(logWeights), of shape
/// [n; batch], or 1/n; batch axes line up. Without weights samples pass gradients on to the samples picked. Entropy and Mode compare all pairs: n² operations.
/// Raises ArgumentException when there is no sample or the shapes do not fit.
[<Sealed>]
type Empirical(samples: Tensor, ?eventRank: int, ?logWeights: Tensor) =
    inherit Distribution()

    let rank = defaultArg eventRank 0

    do
        if samples.dim < rank + 1 || samples.shape[0] = 0 then
            raise (Errors.Distribution.noSamples samples.shape rank)

    let count = samples.shape[0]
    let eventShape = Shapes.trailing rank samples.shape

    let batchShape =
        let batch = Shapes.leading rank (Array.tail samples.shape)

        match logWeights with
        | None -> batch
        | Some weights ->
            let fit = weights.dim > 0 && weights.shape[0] = count

            match (if fit then Shapes.tryLineUp batch (Array.tail weights.shape) else None) with
            | Some batch -> batch
            | None -> raise (Errors.Distribution.parameters "Empirical" "samples" samples.shape "logWeights" weights.shape)

    let full = Array.append [| count |] batchShape

    do logWeights |> Option.iter (Validation.parameter "Empirical" "logWeights" Support.LogWeight)

    // The first axis stays in front of new batch axes.
    let widen (batch: Shape) (events: int) (tensor: Tensor) : Tensor =
        let event = Shapes.trailing events tensor.shape
        let missing = Array.create (1 + batch.Length + events - tensor.dim) 1
        let aligned = tensor.view (Array.concat [ [| count |]; missing; Array.tail tensor.shape ])
        aligned.expand (Array.concat [ [| count |]; batch; event ])

    let values () : Tensor = widen batchShape rank samples

    // log w, along the first axis
    let logNormalized () : Tensor =
        match logWeights with
        | Some weights -> widen batchShape 0 (weights.logsoftmax 0)
        | None -> samples.fullLike (-log(float count), full)

    let overEvents (perSample: Tensor) : Tensor =
        perSample.view (Array.append perSample.shape (Array.create rank 1))

    let average (perSample: Tensor) : Tensor =
        (overEvents ((logNormalized ()).exp()) * perSample).sum 0

    let draw (sampleShape: Shape) : Tensor =
        let shape = Array.append sampleShape batchShape

        let chosen =
            Gradient.off (fun () ->
                match logWeights with
                | None -> dsharp.randint (0, count, shape, device = samples.device, dtype = Dtype.Int64)
                | Some _ ->
                    let weights = (logNormalized ()).exp().view([ count; -1 ]).transpose(0, 1)
                    let draws = max 1 (Shape.nelement sampleShape)
                    let columns = weights.multinomial(draws, dtype = Dtype.Int64).transpose(0, 1)

                    if Shape.nelement sampleShape = 0 then columns.zerosLike shape else columns.view shape)

        // one list of samples along the axis in front of the batch, of which each draw picks one
        let flat = chosen.view (Array.concat [ [| Shape.nelement sampleShape |]; batchShape; Array.create rank 1 ])
        let index = flat.expand (Array.concat [ [| Shape.nelement sampleShape |]; batchShape; eventShape ])
        ((values ()).gather(0, index)).view(Array.append shape eventShape)

    /// The samples.
    member _.Samples = samples

    /// log w of each sample, normalized.
    member _.LogWeights: Tensor = logNormalized ()

    override _.Name = "Empirical"
    override _.BatchShape = batchShape
    override _.EventShape = eventShape
    override _.Support = Support.Points(values (), rank)

    override _.Parameters =
        [ "samples", samples
          match logWeights with
          | Some weights -> "logWeights", weights
          | None -> () ]

    override _.HasRSample = logWeights.IsNone

    override _.Draw sampleShape =
        Gradient.off (fun () -> draw sampleShape)

    override this.RDraw sampleShape =
        if logWeights.IsSome then
            raise (Errors.Distribution.notReparameterizable "Empirical with weights")

        draw sampleShape

    override _.LogDensity value =
        let more = max 0 (value.dim - batchShape.Length - rank)

        let aligned (tensor: Tensor) =
            tensor.view (Array.concat [ [| count |]; Array.create more 1; Array.tail tensor.shape ])

        let differences = ((value.unsqueeze 0).ne(aligned (values ()))).cast Dtype.Int32
        let isThere = (Shapes.sumLast rank differences).eq 0
        let terms = dsharp.where (isThere, aligned (logNormalized ()), samples.scalarLike -infinity)
        let excluded = (terms.max 0).eq -infinity
        let sum = (dsharp.where (excluded.unsqueeze 0, terms.scalarLike 0.0, terms)).logsumexp 0
        dsharp.where (excluded, sum.scalarLike -infinity, sum)

    override this.Entropy() =
        let logWeights = logNormalized ()
        let weights = logWeights.exp ()
        let terms = weights * this.LogDensity(values ())
        -(dsharp.where (weights.eq 0.0, weights.scalarLike 0.0, terms)).sum 0

    override _.Mean = average (values ())

    override _.Variance =
        let values = values ()
        average ((values - (average values).unsqueeze 0).square())

    override this.Mode =
        let best = (this.LogDensity(values ())).argmax(0).unsqueeze 0
        ((values ()).gather(0, (overEvents best).expand(Array.concat [ [| 1 |]; batchShape; eventShape ]))).squeeze 0

    override _.Cdf value =
        if rank > 0 then
            raise (Errors.Distribution.lacks "Empirical" "distribution function" "its values are arrays")

        let more = max 0 (value.dim - batchShape.Length)

        let aligned (tensor: Tensor) =
            tensor.view (Array.concat [ [| count |]; Array.create more 1; Array.tail tensor.shape ])

        (((value.unsqueeze 0).ge(aligned (values ()))).cast samples.dtype * aligned ((logNormalized ()).exp())).sum 0

    override _.EnumerateSupport() = values ()

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand this.Name batchShape shape)

        Empirical(widen shape rank samples, rank, ?logWeights = Option.map (widen shape 0) logWeights)
