// What a test expects of a value: each function raises AssertException, with both values in the message, when it does not hold.
// Used by every F# test of this repository; names and argument order (actual, expected, message) are Expecto's.
namespace Expecto

open System
open System.Collections

/// Two numbers are close when |x - y| <= absolute + relative * max(|x|, |y|).
type Accuracy = { absolute: float; relative: float }

module Accuracy =
    let areClose accuracy (x: float) y =
        abs (x - y) <= accuracy.absolute + accuracy.relative * max (abs x) (abs y)

    let low = { absolute = 1e-6; relative = 1e-3 }
    let medium = { absolute = 1e-8; relative = 1e-5 }
    let high = { absolute = 1e-10; relative = 1e-7 }
    let veryHigh = { absolute = 1e-12; relative = 1e-9 }

module Expect =
    let private show x = Describe.value (box x)
    let private fail (message: string) detail = failtest $"{message}. {detail}"

    /// `%A` cuts a long sequence short, so where two sequences part is said beside them.
    let private firstDifference (actual: obj) (expected: obj) =
        match actual, expected with
        | (:? IEnumerable as actual), (:? IEnumerable as expected) when not (box actual :? string) ->
            let actual, expected = Seq.cast<obj> actual, Seq.cast<obj> expected

            match Seq.zip actual expected |> Seq.indexed |> Seq.tryFind (fun (_, (a, e)) -> a <> e) with
            | Some(i, (a, e)) -> $"\nfirst difference at index {i}: expected {show e}, was {show a}"
            | None -> $"\nexpected {Seq.length expected} items, there are {Seq.length actual}"
        | _ -> ""

    let equal (actual: 'a) (expected: 'a) (message: string) =
        if actual <> expected then
            failtest $"{message}.\nexpected: {show expected}\n  actual: {show actual}{firstDifference actual expected}"

    let notEqual (actual: 'a) (expected: 'a) message =
        if actual = expected then
            fail message $"Expected anything but {show actual}."

    let sequenceEqual (actual: 'a seq) (expected: 'a seq) message =
        equal (Array.ofSeq actual) (Array.ofSeq expected) message

    let isTrue actual message = equal actual true message
    let isFalse actual message = equal actual false message

    let private compare holds relation a b message =
        if not (holds a b) then
            fail message $"Expected {show a} {relation} {show b}."

    let isLessThan a b message = compare (<) "<" a b message
    let isLessThanOrEqual a b message = compare (<=) "<=" a b message
    let isGreaterThan a b message = compare (>) ">" a b message
    let isGreaterThanOrEqual a b message = compare (>=) ">=" a b message

    /// An infinity is close to nothing, itself included.
    let floatClose accuracy actual expected message =
        if Double.IsInfinity actual || Double.IsInfinity expected || not (Accuracy.areClose accuracy actual expected) then
            let tolerance = $"{accuracy.absolute} plus {accuracy.relative} of the larger"
            fail message $"Expected {expected} within {tolerance}, was {actual}, {abs (actual - expected)} apart."

    let private expect predicate what actual (message: string) =
        if not (predicate actual) then
            failtest $"{message}. Expected {what}, was {show actual}."

    let isNotNaN actual =
        expect (Double.IsNaN >> not) "a number" actual

    let isSome actual = expect Option.isSome "Some" actual
    let isNone actual = expect Option.isNone "None" actual
    let isOk actual = expect Result.isOk "Ok" actual
    let isError actual = expect Result.isError "Error" actual
    let isEmpty (actual: 'a seq) = expect Seq.isEmpty "no items" actual

    let isNonEmpty (actual: 'a seq) =
        expect (Seq.isEmpty >> not) "items" actual

    let hasLength (actual: 'a seq) length message =
        if Seq.length actual <> length then
            fail message $"Expected {length} items, there are {Seq.length actual}: {show actual}"

    let contains (actual: 'a seq) element message =
        if not (Seq.contains element actual) then
            fail message $"Expected {show element} among {show actual}."

    let all (actual: 'a seq) predicate message =
        let wrong = actual |> Seq.indexed |> Seq.filter (snd >> predicate >> not) |> List.ofSeq

        if not wrong.IsEmpty then
            let examples = wrong |> List.truncate 5 |> List.map (fun (i, x) -> $"[{i}] {show x}") |> String.concat ", "
            fail message $"{wrong.Length} of {Seq.length actual} items will not do, the first are {examples}."

    let stringContains (actual: string) (substring: string) message =
        if not (actual.Contains substring) then
            fail message $"Expected \"{substring}\" within \"{actual}\"."

    let private caught f =
        try
            f ()
            None
        with e ->
            Some e

    let throws f message =
        if (caught f).IsNone then
            fail message $"Expected an exception, there was none."

    /// Passes the exception on to `next`, which checks it.
    let throwsC f next =
        match caught f with
        | Some e -> next e
        | None -> failtest "Expected an exception, there was none."

    /// The exception's type must be 'exn itself, not a type derived from it.
    [<RequiresExplicitTypeArguments>]
    let throwsT<'exn when 'exn :> exn> f message =
        match caught f with
        | Some e when e.GetType() = typeof<'exn> -> ()
        | Some e -> fail message $"Expected {typeof<'exn>.Name}, was {Describe.error e}"
        | None -> fail message $"Expected {typeof<'exn>.Name}, there was no exception."
