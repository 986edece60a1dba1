// Exponential families: p(x) = h(x) exp(Σ_i ⟨η_i, t_i(x)⟩ - A(η)), with natural parameters η, log-normalizer A and base measure h.
// A family that says its natural form has a closed-form divergence (Kl) between any two members of equal base measure.
namespace Functional

open Functional.Tensors

/// A distribution's natural parameters, and the log-normalizer of its family as a function of them.
type NaturalForm =
    {
        /// η: each tensor has the batch axes, then so many axes of its own.
        Parameters: (Tensor * int) list
        /// A(η), one number for each distribution.
        LogNormalizer: Tensor list -> Tensor
    }

/// What a member of an exponential family tells beyond Distribution.
type IExponentialFamily =

    /// Its natural form. Members of one class share h(x) and A, except for what BaseMeasure holds.
    abstract NaturalForm: NaturalForm

    /// What h(x) depends on beside the value, such as the number of trials; two members compare only where these are equal.
    abstract BaseMeasure: Tensor list
