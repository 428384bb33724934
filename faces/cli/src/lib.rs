//! Commands of the program that work on files: imports, exports, benchmarks. One file per command, each with its
//! arguments and a `run`; the binary in `faces/mulin` only wires them.

pub mod import;
