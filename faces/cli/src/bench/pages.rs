//! `mulin bench pages`: every page of the desk that can be reached by links, asked for by people of several roles, and how long
//! each took. This part knows nothing of pages but that they are asked for and lead to others; the program itself serves them.

use super::machine;
use super::measure::Measured;
use clap::Args;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub struct PagesArgs {
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
    /// People of the register; a fiftieth are volunteers, 6 of 100 are in care, 1 of 200 has a locator, and there is a matter for
    /// every fifth
    #[arg(long, default_value_t = 1_000_000)]
    pub residents: usize,
    /// An empty database, or one that an earlier run filled (sqlite:FILE or postgres://…)
    #[arg(long)]
    pub database: Option<String>,
    /// Folder in which keys and database stay for the next run; without it a folder is made and removed
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Times each page is asked for
    #[arg(long, default_value_t = 10)]
    pub repeat: usize,
    /// Addresses of one kind that are asked for, such as records of different people
    #[arg(long, default_value_t = 3)]
    pub alike: usize,
    /// Only pages whose address contains this
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub only: String,
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub is_html: bool,
    /// Where it leads on to, when it does.
    pub location: String,
    pub body: String,
}

/// Whoever is signed in, and what they are served.
pub trait Site {
    /// # Errors
    /// When nothing came back at all.
    fn get(&self, path: &str) -> anyhow::Result<Reply>;
}

/// Somebody who asks.
pub struct Visitor<'a> {
    pub name: String,
    pub site: Box<dyn Site + 'a>,
}

/// One kind of page, for one role.
#[derive(Debug, Serialize)]
pub struct Page {
    pub role: String,
    pub page: String,
    /// One of its addresses, the slowest.
    pub path: String,
    pub clock: Measured,
    pub kilobytes: usize,
}

#[derive(Debug, Serialize)]
pub struct PagesReport {
    pub database: &'static str,
    pub residents: usize,
    pub machine: String,
    pub fill_s: f64,
    pub pages: Vec<Page>,
    /// Pages that could not be shown, with their status.
    pub broken: Vec<(u16, String)>,
}

/// The goal.
const GOAL_MS: f64 = 50.0;
/// Where everybody begins; what a role may not see is left out.
const STARTS: &[&str] = &[
    "/desk",
    "/desk?queue=open",
    "/desk/points.geojson",
    "/desk/posts.geojson",
    "/desk/areas.geojson",
    "/desk/search?q=%E7%8E%8B%E5%BB%BA%E5%9B%BD",
    "/desk/search?q=%E6%BC%8F%E6%B0%B4",
    "/desk/staff?q=%E7%8E%8B",
    "/desk/new",
    "/desk/care?name=%E7%8E%8B%E5%BB%BA%E5%9B%BD",
    "/desk/visits?filter=all",
    "/desk/admin",
    "/desk/help",
    "/desk/volunteers?show=all",
    "/field",
    "/field/day",
];

/// Whether a link leads to a page of ours that only shows: no file, nothing that signs out.
fn is_page(path: &str) -> bool {
    let ours = path.starts_with("/desk") || path.starts_with("/field");
    ours && !path.contains("as=") && !path.contains("export.") && !path.contains("/logout") && !path.contains("/events")
}

/// Ids, numbers and typed words become one sign, so that alike pages are one kind.
fn shape(path: &str) -> String {
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let plain =
        |part: &str| part.len() <= 24 && part.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_' | '.'));
    let page: Vec<&str> = page.split('/').map(|part| if plain(part) { part } else { "…" }).collect();
    let mut parts: Vec<String> = Vec::new();
    for part in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        parts.push(if plain(value) { format!("{name}={value}") } else { format!("{name}=…") });
    }
    let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
    format!("{}{query}", page.join("/"))
}

fn links(body: &str) -> impl Iterator<Item = String> + '_ {
    body.split("href=\"").skip(1).filter_map(|rest| {
        let (link, _) = rest.split_once('"')?;
        let link = link.replace("&#38;", "&").replace("&amp;", "&");
        Some(link.split('#').next().unwrap_or_default().to_owned())
    })
}

/// All kinds of pages that somebody reaches, with some addresses of each, and what could not be shown.
fn reached(
    visitor: &Visitor<'_>,
    alike: usize,
    broken: &mut Vec<(u16, String)>,
) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut next: VecDeque<String> = STARTS.iter().map(|s| (*s).to_owned()).collect();
    while let Some(path) = next.pop_front() {
        let kind = shape(&path);
        if !seen.insert(path.clone()) || asked.get(&kind).is_some_and(|n| *n >= alike) {
            continue;
        }
        *asked.entry(kind.clone()).or_default() += 1;
        let reply = visitor.site.get(&path)?;
        if reply.status >= 500 {
            broken.push((reply.status, format!("{} {path}", visitor.name)));
        }
        // Words in an address lead to the page by an address that has them sealed; that page is what counts.
        if reply.status == 303 && is_page(&reply.location) {
            next.push_back(reply.location);
            continue;
        }
        if reply.status != 200 {
            continue;
        }
        if reply.is_html {
            next.extend(links(&reply.body).filter(|link| is_page(link) && !seen.contains(link)));
        }
        kinds.entry(kind).or_default().push(path);
    }
    Ok(kinds)
}

/// Asks for everything that these people reach.
///
/// # Errors
/// When a page gives no answer.
pub fn measure(
    args: &PagesArgs,
    visitors: &[Visitor<'_>],
    told: &mut dyn FnMut(&str),
) -> anyhow::Result<(Vec<Page>, Vec<(u16, String)>)> {
    let (mut pages, mut broken) = (Vec::new(), Vec::new());
    for visitor in visitors {
        let kinds = reached(visitor, args.alike.max(1), &mut broken)?;
        told(&format!("{}: {} kinds of pages", visitor.name, kinds.len()));
        let kinds: Vec<_> = kinds.into_iter().filter(|(kind, _)| kind.contains(&args.only)).collect();
        let mut times: Vec<Vec<Duration>> = vec![Vec::new(); kinds.len()];
        let mut slowest: Vec<(Duration, &str, usize)> = vec![(Duration::ZERO, "", 0); kinds.len()];
        for round in 0..args.repeat.max(1) {
            for (((_, paths), times), slowest) in kinds.iter().zip(&mut times).zip(&mut slowest) {
                let Some(path) = paths.get(round % paths.len().max(1)) else { continue };
                let begin = Instant::now();
                let reply = visitor.site.get(path)?;
                let took = begin.elapsed();
                times.push(took);
                if took >= slowest.0 {
                    *slowest = (took, path, reply.body.len() / 1_000);
                }
            }
        }
        for (((kind, _), times), (_, path, kilobytes)) in kinds.iter().zip(times).zip(slowest) {
            let clock = Measured::of("page", times);
            pages.push(Page {
                role: visitor.name.clone(),
                page: kind.clone(),
                path: path.to_owned(),
                clock,
                kilobytes,
            });
        }
    }
    pages.sort_by(|a, b| b.clock.p50.total_cmp(&a.clock.p50));
    Ok((pages, broken))
}

impl PagesReport {
    #[must_use]
    pub fn new(
        database: &'static str,
        residents: usize,
        fill_s: f64,
        (pages, broken): (Vec<Page>, Vec<(u16, String)>),
    ) -> Self {
        Self { database, residents, machine: machine(), fill_s, pages, broken }
    }

    /// The slowest first; those above the goal are marked.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
        if json {
            serde_json::to_writer_pretty(&mut *out, self)?;
            return Ok(writeln!(out)?);
        }
        writeln!(
            out,
            "{} residents on {} ({}); filled in {:.0} s",
            self.residents, self.database, self.machine, self.fill_s
        )?;
        writeln!(
            out,
            "  {:>8} {:>8} {:>8} {:>6}   milliseconds, * above {GOAL_MS} at the median",
            "p50", "p95", "worst", "kB"
        )?;
        for p in &self.pages {
            let mark = if p.clock.p50 > GOAL_MS { '*' } else { ' ' };
            let (c, role) = (&p.clock, &p.role);
            writeln!(
                out,
                "{mark} {:8.1} {:8.1} {:8.1} {:6}   {role:16} {}",
                c.p50, c.p95, c.worst, p.kilobytes, p.page
            )?;
        }
        let above = self.pages.iter().filter(|p| p.clock.p50 > GOAL_MS).count();
        writeln!(out, "{} kinds of pages, {above} above {GOAL_MS} ms", self.pages.len())?;
        for (status, path) in &self.broken {
            writeln!(out, "not shown: {status} {path}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_pages_are_one_kind() {
        assert_eq!(shape("/desk/visits/0197-AB"), "/desk/visits/…");
        assert_eq!(shape("/desk?queue=place&after=12"), "/desk?queue=place&after=…");
        assert!(is_page("/desk/care?q=x") && !is_page("/desk/care?as=csv") && !is_page("/report"));
        let body = "<a href=\"/desk?x=1&amp;y=2#top\">";
        assert_eq!(links(body).collect::<Vec<_>>(), ["/desk?x=1&y=2"]);
    }
}
