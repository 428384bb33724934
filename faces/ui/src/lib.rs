//! What the browser gets beside HTML: style sheets and scripts, bundled at build time and embedded.
//!
//! Every file has a digest in its address, so that browsers may keep it for good. Pages name files by their plain name:
//! `ui::path("public.css")`.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    /// Plain name, as in the source: `desk.js`.
    pub name: &'static str,
    /// Address with digest: `/assets/desk.1a2b….js`.
    pub path: &'static str,
    pub mime: &'static str,
    pub bytes: &'static [u8],
}

/// Address of an asset; an empty text when there is none (a test of the pages catches that).
pub fn path(name: &str) -> &'static str {
    ASSETS.iter().find(|a| a.name == name).map_or("", |a| a.path)
}

/// The asset at an address as the browser asks for it.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|a| a.path == path)
}

/// All assets, for the size tests.
pub fn all() -> &'static [Asset] {
    ASSETS
}
