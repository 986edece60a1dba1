// Tests of distributions of grey values: tiny scales, far locations, equivalences.
// Run with the whole suite; what holds for every family is tested by the distribution laws.
module internal Functional.Tests.ImagesTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private mass (distribution: Distribution) : Tensor =
    (distribution.LogProb(distribution.EnumerateSupport())).exp().sum 0

let private sumsToOne () =
    for dtype, tolerance in [ Dtype.Float32, 1e-4; Dtype.Float64, 1e-12 ] do
        let location = (float64 [ 0.0; 0.3; -1.0; 1.0; 5.0; -7.0; 0.002; 0.5 ]).cast dtype
        let scale = (float64 [ 1e-8; 1e-4; 1e-3; 1e-6; 1e-2; 0.5; 1e4; 1.0 ]).cast dtype
        let total = mass (DiscretizedLogistic(location, scale))
        isClose tolerance "the whole mass" total (total.onesLike ())

let private pixels () =
    let grey = float64 [ for v in 0..255 -> float v / 127.5 - 1.0 ]
    let logistic = DiscretizedLogistic(float64 0.1, float64 0.05)
    isClose 1e-12 "v/127.5 - 1 for v from 0 to 255" (logistic.EnumerateSupport()) grey
    let single = DiscretizedLogistic((float64 0.1).float32(), (float64 0.05).float32())

    for values in [ grey.float32 (); (grey.float32 () + 1.0) / 2.0 * 2.0 - 1.0; (dsharp.arange 256.0 / 255.0f) * 2.0 - 1.0 ] do
        isClose 1e-3 "however they were rounded" (single.LogProb values) ((logistic.LogProb grey).float32())

    let message = messageOf<ArgumentException, _>(fun () -> logistic.LogProb(float64 0.001))
    says message [ "DiscretizedLogistic.LogProb"; "256 equally spaced numbers from -1 to 1" ]

let private oneComponent (draw: Draw) =
    let location, scale = draw.Tensor([| 3; 1 |], -1.0, 1.0), draw.Tensor([| 3; 1 |], 0.05, 0.5)
    let mixture = DiscretizedLogisticMixture(location.zerosLike (), location, scale, 17)
    let single = DiscretizedLogistic(location.squeeze 1, scale.squeeze 1, 17)
    let value = single.Sample [ 4 ]
    isClose 1e-12 "LogProb" (mixture.LogProb value) (single.LogProb value)
    isClose 1e-12 "the mean" mixture.Mean single.Mean
    isClose 1e-12 "the entropy" (mixture.Entropy()) (single.Entropy())

let private unbounded (draw: Draw) =
    let mean = draw.Float(-2.0, 2.0)
    let whole = Quantized(Normal(float64 mean, float64 1.0))
    let values = float64 [ for k in -12 .. 12 -> float k ]
    isClose 1e-12 "the whole mass" ((whole.LogProb values).exp().sum()) (float64 1.0)
    let low = Quantized(Normal(float64 mean, float64 1.0), low = 0)

    isClose
        1e-12
        "what lies below counts as the least value"
        ((low.LogProb(float64 0.0)).exp())
        ((Normal(float64 mean, float64 1.0)).Cdf(float64 0.0))

    says (messageOf<NotSupportedException, _> whole.EnumerateSupport) [ "Quantized(Normal)"; "no bounds" ]

let private differentBins (draw: Draw) =
    let location, scale = draw.Tensor([| 3 |], -1.0, 1.0), draw.Tensor([| 3 |], 0.05, 0.5)
    let shape = DiscretizedLogistic(location, scale, 2)
    // two levels are split at 0
    isClose 1e-12 "P(1)" ((shape.LogProb(location.onesLike ())).exp()) ((location / scale).sigmoid())

[<Tests>]
let tests =
    testList
        "Families of images"
        [ testCase "the mass of all grey values is one, whatever the scale" sumsToOne
          testCase "grey values are v/127.5 - 1" pixels
          holds "a mixture of one component is that component" 3 oneComponent
          holds "a quantized distribution without bounds takes every integer" 3 unbounded
          holds "a discretized logistic of two levels is a Bernoulli" 3 differentBins

          testCase "what makes no sense is refused" (fun () ->
              let one = float64 1.0
              says (messageOf<ArgumentException, _>(fun () -> DiscretizedLogistic(one, one, 1))) [ "at least two levels"; "1" ]

              says
                  (messageOf<ArgumentException, _>(fun () ->
                      DiscretizedLogisticMixture(float64 [ 1.0; 2.0 ], float64 [ 1.0 ], float64 [ 1.0 ])))
                  [ "DiscretizedLogisticMixture"; "logits has shape [2]"; "location [1]" ]

              says (messageOf<ArgumentException, _>(fun () -> Quantized(Poisson one))) [ "Quantized"; "continuous"; "Poisson" ]
              says (messageOf<ArgumentException, _>(fun () -> Quantized(Normal(one, one), 3, 3))) [ "low has to be below high" ]) ]
