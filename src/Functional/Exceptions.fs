// The exceptions of this assembly that are its own.
// What else is raised is one of .NET's, with a text from the folder Errors.
namespace Functional

open System

/// Raised when a pathwise gradient is asked of a distribution whose samples are no differentiable function of its parameters.
type NotReparameterizableException(message: string) =
    inherit NotSupportedException(message)

/// Raised when a loss, or a parameter, stops being a finite number; the weights have been put back to the last good ones.
type TrainingDivergedException(message: string) =
    inherit NotFiniteNumberException(message)
