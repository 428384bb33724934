//! Texts are embedded from `locales/`: a new or changed file must rebuild this crate.

fn main() {
    println!("cargo:rerun-if-changed=../../locales");
    println!("cargo:rerun-if-changed=build.rs");
}
