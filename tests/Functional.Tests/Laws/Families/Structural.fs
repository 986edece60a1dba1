// Distributions made of others: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.StructuralFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private last (size: int) (next: Draw -> Shape -> Tensor) (draw: Draw) (batch: Shape) =
    next draw (Array.append batch [| size |])

/// Parameters of K components along the last axis; K is chosen once for instances that belong together.
let private components (parameters: (Draw -> Shape -> Tensor) list) (sizes: Draw) =
    let count = sizes.Int(1, 3)
    fun (draw: Draw) (batch: Shape) -> [ for parameter in parameters -> last count parameter draw batch ]

let private weights = between -1.5 1.5

let private mixtureOfNormals =
    family
        "Mixture of Normals"
        (components [ weights; between -2.0 2.0; positiveBetween 0.5 1.5 ])
        (three (fun logits mean scale -> Mixture(Categorical.FromLogits logits, Normal(mean, scale))))
    |> withExtremes (fun () ->
        [ [ float64 [ [ 100.0; -100.0 ]; [ 0.0; 0.0 ]; [ -100.0; 100.0 ] ]
            float64 [ [ 0.0; 1e4 ]; [ -1e4; 1e4 ]; [ 0.0; 1e4 ] ]
            float64 [ [ 1.0; 2.0 ]; [ 0.5; 1024.0 ]; [ 1.0; 4.0 ] ] ],
          float64 [ 1e4; 0.0; 1e4 ] ])

let private mixtureOfUniforms =
    family
        "Mixture of Uniforms"
        (components [ weights; between -2.0 0.0; between 0.2 2.0 ])
        (three (fun logits low high -> Mixture(Categorical.FromLogits logits, Uniform(low, high))))
    |> withBreaks (fun distribution ->
        match (distribution :?> Mixture).Components with
        | [ :? Uniform as uniform ] -> [ yield! uniform.Low.unstack -1; yield! uniform.High.unstack -1 ]
        | _ -> [])

let private mixtureOfVectors =
    family
        "Mixture of independent Normals"
        (fun sizes ->
            let count, length = sizes.Int(1, 3), sizes.Int(1, 2)

            fun draw batch ->
                [ last count weights draw batch
                  between -1.5 1.5 draw (Array.concat [ batch; [| count; length |] ])
                  positiveBetween 0.5 1.5 draw (Array.concat [ batch; [| count; length |] ]) ])
        (three (fun logits mean scale -> Mixture(Categorical.FromLogits logits, Independent(Normal(mean, scale), 1))))

let private mixtureOfFamilies =
    family
        "Mixture of a Normal and a Uniform"
        (fun _ draw batch ->
            [ last 2 weights draw batch
              between -2.0 2.0 draw batch
              positiveBetween 0.5 1.5 draw batch
              between 1.0 2.0 draw batch ])
        (fun parameters ->
            let normal, uniform = Normal(parameters[1], parameters[2]), Uniform(-parameters[3], parameters[3])
            Mixture.Of(Categorical.FromLogits parameters[0], [ normal; uniform ]))
    |> withBreaks (fun distribution ->
        match (distribution :?> Mixture).Components with
        | [ _; :? Uniform as uniform ] -> [ uniform.Low; uniform.High ]
        | _ -> [])
    |> withConstants [ 3 ] // quadrature over fixed points misses that a jump inside the support moves

let private mixtureOfBernoullis =
    family
        "Mixture of Bernoullis"
        (components [ weights; weights ])
        (two (fun logits odds -> Mixture(Categorical.FromLogits logits, Bernoulli.FromLogits odds)))

let private truncatedNormal =
    family
        "Truncated Normal"
        (elementwise [ between -1.0 1.0; positiveBetween 0.5 1.5; between -2.0 -0.5; between 0.0 2.0 ])
        (fun parameters -> Truncated(Normal(parameters[0], parameters[1]), low = parameters[2], high = parameters[3]))

let private normalAbove =
    family
        "Truncated Normal without an upper bound"
        (elementwise [ between -1.0 1.0; positiveBetween 0.5 1.5; between -2.0 0.5 ])
        (fun parameters -> Truncated(Normal(parameters[0], parameters[1]), low = parameters[2]))

let private maskedNormal =
    family
        "Masked Normal, all of it counting"
        (elementwise [ between -3.0 3.0; positiveBetween 0.5 2.0 ])
        (two (fun mean scale -> Masked(Normal(mean, scale), dsharp.ones ([], dtype = Dtype.Bool))))

let private expandedNormal =
    family
        "Expanded Normal"
        (elementwise [ between -3.0 3.0; positiveBetween 0.5 2.0 ])
        (two (fun mean scale ->
            let normal = Normal(mean, scale)
            Expanded(normal, normal.BatchShape)))

let private transformedNormal =
    family
        "Transformed Normal"
        (elementwise [ between -1.0 1.0; positiveBetween 0.5 1.0 ])
        (two (fun mean scale -> Transformed(Normal(mean, scale), SigmoidTransform())))

let private transformedVector =
    family
        "Transformed vector of Normals"
        (fun sizes ->
            let length = sizes.Int(1, 2)
            fun draw batch -> [ last length (between -1.0 1.0) draw batch; last length (positiveBetween 0.5 1.0) draw batch ])
        (two (fun mean scale -> Transformed(Normal(mean, scale), StickBreakingTransform())))

let private delta (rank: int) =
    family
        $"Delta of {rank} event axes"
        (fun sizes ->
            let event = Array.init rank (fun _ -> sizes.Int(1, 3))
            fun draw batch -> [ between -3.0 3.0 draw (Array.append batch event) ])
        (one (fun value -> Delta(value, rank)))
    |> withoutLaw "gradients of the log-density" "moving the point away from the value is a jump"
    |> withoutLaw "the same seed" "all samples are the value"

let private firstAxis (tensor: Tensor) (place: int) =
    tensor.permute
        [ yield place
          for axis in 0 .. tensor.dim - 1 do
              if axis <> place then
                  yield axis ]

let private empirical =
    family
        "Empirical"
        (fun sizes -> let count = sizes.Int(2, 4) in fun draw batch -> [ last count (between -3.0 3.0) draw batch ])
        (one (fun samples -> Empirical(firstAxis samples (samples.dim - 1))))
    |> withoutLaw "gradients of the log-density" "moving a point away from the value is a jump"

let private weightedEmpirical =
    family
        "Empirical of vectors with weights"
        (fun sizes ->
            let count = sizes.Int(2, 4)

            fun draw batch -> [ between -3.0 3.0 draw (Array.concat [ batch; [| count; 2 |] ]); last count weights draw batch ])
        (two (fun samples logWeights ->
            Empirical(firstAxis samples (samples.dim - 2), 1, firstAxis logWeights (logWeights.dim - 1))))
    |> withConstants [ 0 ] // moving a point away from the value is a jump

let private joint =
    family
        "Joint of a Normal and a Uniform"
        (elementwise [ between -3.0 3.0; positiveBetween 0.5 2.0; between -1.0 0.0; between 0.5 1.5 ])
        (fun parameters -> Joint [ Normal(parameters[0], parameters[1]); Uniform(parameters[2], parameters[3]) ])

let all: FamilyEntry list =
    [ mixtureOfNormals
      mixtureOfUniforms
      mixtureOfVectors
      mixtureOfFamilies
      mixtureOfBernoullis
      truncatedNormal
      normalAbove
      maskedNormal
      expandedNormal
      transformedNormal
      transformedVector
      delta 0
      delta 1
      empirical
      weightedEmpirical
      joint ]
