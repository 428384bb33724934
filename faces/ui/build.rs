//! Bundles css and js with esbuild and writes a table of what was made, with a digest in every name.
//!
//! `MULIN_UI_DIST` names a folder with the bundles ready made: then Node.js is not needed. Nothing is written into the
//! source tree: npm works on copies under `OUT_DIR`.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What esbuild makes: entry under `js/` or `css/` → name of the bundle.
const BUNDLES: [(&str, &str); 18] = [
    ("css/public.css", "public.css"),
    ("css/elder.css", "elder.css"),
    ("css/desk.css", "desk.css"),
    ("css/map.css", "map.css"),
    ("css/area-editor.css", "area-editor.css"),
    ("js/desk.js", "desk.js"),
    ("js/report.js", "report.js"),
    ("js/map.js", "map.js"),
    ("js/search.js", "search.js"),
    ("js/rounds.js", "rounds.js"),
    ("js/area-editor.js", "area-editor.js"),
    ("js/area-border.js", "area-border.js"),
    ("js/push-worker.js", "push-worker.js"),
    ("css/field.css", "field.css"),
    ("js/field.js", "field.js"),
    ("js/visits.js", "visits.js"),
    ("js/visits-leave.js", "visits-leave.js"),
    ("js/field-worker.js", "field-worker.js"),
];
/// Copied as it is out of the MapLibre package: it starts it as a worker by address.
const WORKER: &str = "maplibre-gl-worker.mjs";

fn main() {
    for path in ["css", "js", "static", "package.json", "package-lock.json", "build.rs"] {
        println!("cargo:rerun-if-changed={path}");
    }
    println!("cargo:rerun-if-env-changed=MULIN_UI_DIST");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let dist = match env::var_os("MULIN_UI_DIST") {
        Some(ready) => {
            println!("cargo:rerun-if-changed={}", Path::new(&ready).display());
            PathBuf::from(ready)
        }
        None => bundle(&out),
    };
    write_table(&dist, &out);
}

/// Runs npm and esbuild in a copy under `out`; returns the folder with the bundles.
fn bundle(out: &Path) -> PathBuf {
    let work = out.join("npm");
    for folder in ["css", "js"] {
        let _ = fs::remove_dir_all(work.join(folder));
        copy_folder(Path::new(folder), &work.join(folder));
    }
    let stamp = work.join("installed");
    let wanted = [read("package.json"), read("package-lock.json")].concat();
    if fs::read(&stamp).ok().as_ref() != Some(&wanted) {
        for name in ["package.json", "package-lock.json"] {
            fs::copy(name, work.join(name)).unwrap_or_else(|e| panic!("copy {name}: {e}"));
        }
        run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&work));
        fs::write(&stamp, wanted).expect("write stamp");
    }
    let dist = out.join("dist");
    let _ = fs::remove_dir_all(&dist);
    fs::create_dir_all(&dist).expect("create dist");
    let mut esbuild = Command::new(work.join("node_modules/.bin/esbuild"));
    esbuild.current_dir(&work).args(BUNDLES.map(|(entry, _)| entry)).args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--charset=utf8",
        "--legal-comments=eof",
        "--log-level=warning",
        "--target=chrome100,safari16,firefox115",
        "--entry-names=[name]",
    ]);
    esbuild.arg(format!("--outdir={}", dist.display()));
    run(&mut esbuild);
    copy(&work.join("node_modules/maplibre-gl/dist").join(WORKER), &dist.join(WORKER));
    dist
}

/// Writes `assets.rs`: (name, name with digest, media type, bytes).
fn write_table(dist: &Path, out: &Path) {
    let names = BUNDLES
        .iter()
        .map(|(_, name)| (dist.join(name), *name))
        .chain([(dist.join(WORKER), WORKER), (PathBuf::from("static/mark.svg"), "mark.svg")]);
    let mut table = String::from("pub(crate) static ASSETS: &[Asset] = &[\n");
    for (path, name) in names {
        let path = fs::canonicalize(&path).unwrap_or_else(|e| panic!("{} is missing: {e}", path.display()));
        let bytes = fs::read(&path).expect("read bundle");
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let (stem, ext) = name.rsplit_once('.').expect("name with extension");
        let hashed = format!("{stem}.{:016x}.{ext}", hasher.finish());
        let mime = match ext {
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        table.push_str(&format!(
            "Asset {{ name: {name:?}, path: \"/assets/{hashed}\", mime: {mime:?}, bytes: include_bytes!({path:?}) }},\n"
        ));
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table).expect("write assets.rs");
}

fn run(command: &mut Command) {
    let told = format!("{command:?}");
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("{told} ended with {status}; with bundles ready made set MULIN_UI_DIST"),
        Err(e) => {
            panic!("{told}: {e}; install Node.js 20 or later with npm, or set MULIN_UI_DIST to ready-made bundles")
        }
    }
}

fn read(path: &str) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|e| panic!("read {path}: {e}"))
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap_or_else(|e| panic!("copy {}: {e}", from.display()));
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("create folder");
    for entry in fs::read_dir(from).expect("read folder") {
        let entry = entry.expect("read folder").path();
        if entry.is_file() {
            copy(&entry, &to.join(entry.file_name().expect("file name")));
        }
    }
}
