// Everything that F# Interactive needs, in one line of a script: #load "../src/Functional/bin/Release/net10.0/interactive.fsx".
// The build copies it beside the libraries; F# Interactive wants each assembly whose types a script names to be referenced.
#r "Functional.Tensors.dll"
#r "Functional.dll"
