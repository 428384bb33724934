//! Comes with the network.
fn main() {}
