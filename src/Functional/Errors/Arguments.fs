// What is raised about an argument, or an option of a record, that is out of its range.
// Every module that takes such uses it; those that can say more have a text of their own.
namespace Functional.Errors

open System

module internal Argument =

    let option (name: string) (requirement: string) (value: obj) =
        ArgumentException($"{name} must be {requirement}; it is {value}.", name)
