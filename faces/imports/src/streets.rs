//! `mulin import streets`: the streets of the district out of OpenStreetMap: the map people see, the network they walk on, and
//! the names by which places are found.
//!
//! Several files count as one: what has the same id in two of them is taken from the later one. The new streets replace the old
//! ones in one transaction; what is broken in the file is passed over and told.

use crate::progress::Bar;
use crate::words::{counted, thousands};
use crate::{Env, districts, file_name};
use anyhow::Context as _;
use clap::Args;
use places::Outline;
use places::app::snapshot;
use places::streets::{Brought, Prepared, Step, bring, prepare};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use streets::osm::{Limits, Osm};

/// Imports streets out of OpenStreetMap: .osm.pbf, .osm or .osm.gz.
#[derive(Debug, Clone, Args)]
pub struct StreetsArgs {
    /// .osm.pbf, .osm or .osm.gz; several files of one place count as one. Geofabrik and others offer extracts, `osmium extract`
    /// cuts one to the district
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Code of the district, when there is more than one
    #[arg(long)]
    pub district: Option<String>,
    /// Only say what would come in; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// A file with more nodes is refused before memory is taken for it
    #[arg(long, value_name = "N", default_value_t = Limits::default().nodes)]
    pub max_nodes: usize,
}

/// What was done, or would be.
#[derive(Debug, Clone)]
pub struct Summary {
    pub prepared: Prepared,
    /// None for a dry run.
    pub brought: Option<Brought>,
}

/// Runs the command; the answer is told on `env.out`.
pub fn run(env: &mut Env<'_>, args: &StreetsArgs) -> anyhow::Result<Summary> {
    let target = districts::existing(env, args.district.as_deref())?;
    let osm = read(&args.files, &Limits { nodes: args.max_nodes, ..Limits::default() })?;
    let name = args.files.iter().map(|f| file_name(f)).collect::<Vec<_>>().join(" + ");
    let bar = Bar::new(0, "drawing");
    let prepared = prepare(&osm, |step| {
        if let Step::Tiles { made } = step {
            bar.set(made as u64);
        }
    });
    bar.done();
    drop(osm);
    let prepared = prepared.with_context(|| name.clone())?;
    write!(env.out, "{}", told(&name, &prepared))?;
    let [west, south, east, north] = prepared.bounds;
    let ground = env.rt.read_now(target.who(), snapshot)?;
    let drawn = ground.district().and_then(|d| d.outline.clone());
    if let (Some(district), Ok(streets)) = (drawn, Outline::rectangle(west, south, east, north))
        && !district.touches(&streets)
    {
        writeln!(env.out, "note: the streets lie wholly outside of the district: is it the right file?")?;
    }
    if args.dry_run {
        writeln!(env.out, "dry run, nothing was written")?;
        return Ok(Summary { prepared, brought: None });
    }
    let (to_write, file) = (prepared.clone(), name.clone());
    let brought = env.rt.write_now(target.who(), move |cx| bring(cx, &to_write, &file))?;
    match (brought.import, brought.previous) {
        (None, _) => writeln!(env.out, "nothing to change: these streets are here already")?,
        (Some(n), Some(_)) => {
            writeln!(
                env.out,
                "this is import {n}, in place of the streets before; mulin import undo {n} puts those back"
            )?;
        }
        (Some(n), None) => writeln!(env.out, "this is import {n}; mulin import undo {n} takes the streets away again")?,
    }
    Ok(Summary { prepared, brought: Some(brought) })
}

/// Reads the files one after the other, each within the limits.
pub fn read(files: &[PathBuf], limits: &Limits) -> anyhow::Result<Osm> {
    let mut all = Osm::default();
    for path in files {
        let one = read_one(path, limits).with_context(|| path.display().to_string())?;
        all = all.merge(one);
    }
    anyhow::ensure!(
        all.node_count() <= limits.nodes,
        "together the files hold more than {} nodes: cut them to the district first (osmium extract), or raise --max-nodes",
        thousands(limits.nodes)
    );
    Ok(all)
}

fn read_one(path: &Path, limits: &Limits) -> anyhow::Result<Osm> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    anyhow::ensure!(bytes > 0, "the file is empty: fetch or cut the extract again");
    let bar = Bar::new(bytes, "reading");
    let counted = Counted { from: BufReader::new(file), read: Cell::new(0), bar: bar.clone() };
    let osm = Osm::read(counted, limits);
    bar.done();
    Ok(osm?)
}

/// Tells a bar how far a file is read.
struct Counted<R> {
    from: R,
    read: Cell<u64>,
    bar: Bar,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(to)?;
        self.read.set(self.read.get() + n as u64);
        self.bar.set(self.read.get());
        Ok(n)
    }
}

/// What the files hold, in words.
fn told(name: &str, p: &Prepared) -> String {
    let n = thousands;
    let layer = |key: &str| n(p.layers.by_layer.get(key).copied().unwrap_or_default());
    let named = if p.layers.road_km > 0.0 { p.layers.named_km / p.layers.road_km * 100.0 } else { 0.0 };
    let mut text = format!(
        "{name}: {}, {}\nroads and paths: {:.1} km, {named:.0} % of it with a name\n\
         buildings {}, waters {}, greens {}, places {}, points {}; {} for the search\n",
        counted(p.nodes, "node", "nodes"),
        counted(p.ways, "way", "ways"),
        p.layers.road_km,
        layer("building"),
        layer("water"),
        layer("green"),
        layer("place"),
        layer("poi"),
        counted(p.named.len(), "name", "names"),
    );
    let classes: Vec<String> =
        p.layers.by_class.iter().map(|(class, count)| format!("{class} {}", n(*count))).collect();
    if !classes.is_empty() {
        text += &format!("of these: {}\n", classes.join(", "));
    }
    let w = &p.walked;
    text += &match w.parts {
        0 => "on foot: no way that can be walked\n".to_owned(),
        parts => {
            let together = match parts - 1 {
                0 => "all of it hangs together".to_owned(),
                rest => {
                    let rest = counted(rest, "part", "parts");
                    format!("{:.1} % of it hangs together, the rest in {rest}", w.largest * 100.0)
                }
            };
            let (junctions, stretches) =
                (counted(w.junctions, "junction", "junctions"), counted(w.edges, "stretch", "stretches"));
            format!("on foot: {:.1} km, {junctions}, {stretches}; {together}\n", w.km)
        }
    };
    let tiles = counted(p.tiles.len(), "tile", "tiles");
    text += &format!("map: {tiles}, {} kB\n", n(p.tile_bytes().div_ceil(1000)));
    let lacking = [
        (p.missing_nodes, "reference", "references", "to nodes that the file does not hold"),
        (p.layers.cut_ways, "road or water", "roads or waters", "cut where nodes are missing"),
        (p.layers.broken_areas, "area", "areas", "whose outline does not close"),
        (p.layers.parted_relations, "area", "areas", "of which parts lie outside of the file"),
    ];
    for (count, one, many, why) in lacking.into_iter().filter(|(count, ..)| *count > 0) {
        text += &format!("passed over: {} {why}\n", counted(count, one, many));
    }
    text
}
