// Distributions and divergences against torch.distributions: the cases of Reference/torch-distributions.json, by a family's name.
// Run with the whole suite; Reference/torch_distributions.py writes the file and says how.
module internal Functional.Tests.ReferenceLaws

open System
open System.IO
open System.Text.Json
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// A family from its parameters, in the order in which the script gives them.
let private families: (string * (Tensor list -> Distribution)) list =
    [ "Bernoulli", one (fun l -> Bernoulli.FromLogits l)
      "Beta", two (fun a b -> Beta(a, b))
      "Binomial", two (fun n l -> Binomial.FromLogits(n, l))
      "Categorical", one (fun l -> Categorical.FromLogits l)
      "Cauchy", two (fun location scale -> Cauchy(location, scale))
      "Chi2", one (fun freedom -> Chi2 freedom)
      "ContinuousBernoulli", one (fun p -> ContinuousBernoulli.FromProbabilities p)
      "Dirichlet", one (fun concentration -> Dirichlet concentration)
      "Exponential", one (fun rate -> Exponential rate)
      "Gamma", two (fun concentration rate -> Gamma(concentration, rate))
      "Geometric", one (fun l -> Geometric.FromLogits l)
      "Gumbel", two (fun location scale -> Gumbel(location, scale))
      "HalfCauchy", one (fun scale -> HalfCauchy scale)
      "HalfNormal", one (fun scale -> HalfNormal scale)
      "Kumaraswamy", two (fun a b -> Kumaraswamy(a, b))
      "Laplace", two (fun location scale -> Laplace(location, scale))
      "LKJCholesky", one (fun concentration -> LKJCholesky(3, concentration))
      "LogNormal", two (fun location scale -> LogNormal(location, scale))
      "LowRankMultivariateNormal", three (fun location factor diagonal -> LowRankMultivariateNormal(location, factor, diagonal))
      "Multinomial", two (fun (n: Tensor) l -> Multinomial.FromLogits(n, l))
      "MultivariateNormal", two (fun location l -> MultivariateNormal.FromScaleTril(location, l))
      "NegativeBinomial", two (fun (n: Tensor) l -> NegativeBinomial.FromLogits(n, l))
      "Normal", two (fun mean scale -> Normal(mean, scale))
      "OneHotCategorical", one (fun l -> OneHotCategorical.FromLogits l)
      "Pareto", two (fun scale concentration -> Pareto(scale, concentration))
      "Poisson", one (fun rate -> Poisson rate)
      "RelaxedBernoulli", two (fun (t: Tensor) l -> RelaxedBernoulli.FromLogits(t, l))
      "RelaxedOneHotCategorical", two (fun (t: Tensor) l -> RelaxedOneHotCategorical.FromLogits(t, l))
      "StudentT", three (fun freedom location scale -> StudentT(freedom, location, scale))
      "Uniform", two (fun low high -> Uniform(low, high))
      "VonMises", two (fun location concentration -> VonMises(location, concentration))
      "Weibull", two (fun scale concentration -> Weibull(scale, concentration))
      "Wishart", two (fun freedom l -> Wishart.FromScaleTril(freedom, l)) ]

let private make = Map.ofList families

/// Families of torch that are not here yet.
let private pendingFamilies: string list = [ "FisherSnedecor" ]

/// Divergences that torch has and Kl has not yet: Reference/torch-pending.txt, a list that only shrinks.
let private pendingDivergences: Lazy<(string * string) list> =
    lazy
        [ for line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "torch-pending.txt")) do
              match line.Split " || " with
              | [| p; q |] -> p, q
              | _ -> () ]

/// What torch says by another convention: labels have no mean here (it says NaN), and a variance about an undefined mean is not
/// defined (it says infinity).
let private differing: (string * string) list =
    [ "Categorical", "mean"; "Categorical", "variance"; "Cauchy", "variance"; "HalfCauchy", "variance" ]

/// Where torch is the less exact one: its Bessel functions are polynomials good to seven digits (Abramowitz and Stegun 9.8), while the
/// law that densities integrate to one holds ours to 1e-8.
let private rough: Map<string, float> = Map [ "VonMises", 1e-6 ]

let private real (value: JsonElement) =
    if value.ValueKind = JsonValueKind.String then
        Double.Parse(value.GetString(), Globalization.CultureInfo.InvariantCulture)
    else
        value.GetDouble()

let private tensorOf (json: JsonElement) : Tensor =
    let shape = [| for length in json.GetProperty("shape").EnumerateArray() -> length.GetInt32() |]
    (float64 [| for value in json.GetProperty("values").EnumerateArray() -> real value |]).view shape

let private tensors (json: JsonElement) : Tensor list =
    [ for tensor in json.EnumerateArray() -> tensorOf tensor ]

let private document =
    lazy (JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "torch-distributions.json"))).RootElement)

let private text (name: string) (json: JsonElement) = json.GetProperty(name).GetString()

let private cases (name: string) : JsonElement list =
    List.ofSeq (document.Value.GetProperty(name).EnumerateArray())

/// |actual - expected| ≤ tolerance · (1 + |expected|); NaN is NaN.
let private same (tolerance: float) (message: string) (actual: Tensor) (expected: Tensor) =
    let marked (tensor: Tensor) =
        dsharp.where (tensor.isnan (), float64 -1.2345e300, tensor.float64 ())

    isClose tolerance message (marked actual) (marked expected)

let private members: (string * (Distribution -> Tensor -> Tensor -> Tensor)) list =
    [ "log_prob", (fun d value _ -> d.LogProb value)
      "entropy", (fun d _ _ -> d.Entropy())
      "mean", (fun d _ _ -> d.Mean)
      "variance", (fun d _ _ -> d.Variance)
      "cdf", (fun d value _ -> d.Cdf value)
      "icdf", (fun d _ share -> d.Icdf share) ]

let private agrees (case: JsonElement) =
    let name = text "family" case
    let distribution = make[name](tensors (case.GetProperty "parameters"))
    let value, share = tensorOf (case.GetProperty "value"), tensorOf (case.GetProperty "share")

    for what, ask in members do
        match case.TryGetProperty what with
        | true, expected when not (List.contains (name, what) differing) ->
            let tolerance = Map.tryFind name rough |> Option.defaultValue 1e-10
            same tolerance $"{name}, {what}" (ask distribution value share) (tensorOf expected)
        | _ -> ()

let private pair (case: JsonElement) : (Distribution * Distribution) option =
    match make.TryFind(text "p" case), make.TryFind(text "q" case) with
    | Some p, Some q -> Some(p (tensors (case.GetProperty "pParameters")), q (tensors (case.GetProperty "qParameters")))
    | _ -> None

[<Tests>]
let tests =
    testList
        "Reference laws"
        [ for name, _ in families do
              testCase $"{name} agrees with torch.distributions" (fun () ->
                  for case in cases "families" do
                      if text "family" case = name then
                          agrees case)

          for (p, q), cases in cases "divergences" |> List.groupBy (fun case -> text "p" case, text "q" case) do
              if make.ContainsKey p && make.ContainsKey q && not (List.contains (p, q) pendingDivergences.Value) then
                  testCase $"KL({p} || {q}) agrees with torch.distributions" (fun () ->
                      for case in cases do
                          let p, q = (pair case).Value
                          same 1e-10 "KL" (Kl.divergence p q) (tensorOf (case.GetProperty "kl")))

          testCase "every family of torch.distributions is compared, or pending" (fun () ->
              let absent = cases "families" |> List.map (text "family") |> List.distinct |> List.filter (make.ContainsKey >> not)
              Expect.equal absent pendingFamilies "the families")

          testCase "a pending divergence is one that cannot be computed yet" (fun () ->
              for case in cases "divergences" do
                  if List.contains (text "p" case, text "q" case) pendingDivergences.Value then
                      let isComputed =
                          try
                              let p, q = (pair case).Value
                              Kl.divergence p q |> ignore
                              true
                          with _ ->
                              false

                      Expect.isFalse isComputed $"""KL({text "p" case} || {text "q" case}) is there: take it off the list""") ]
