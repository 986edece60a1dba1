// The entry point of the F# tests: `build/run test`, or this program with the options of tests/Expecto/Runner.fs.
// Run by build/test.sh.
module Functional.Tests.Program

open Expecto

[<EntryPoint>]
let main arguments =
    runTestsInAssemblyWithCLIArgs [] arguments
