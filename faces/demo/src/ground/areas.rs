//! Who governs which piece: cells are gathered into towns, committees and police areas, each in one piece without holes;
//! grid cells nest in committees, committees in towns and in police areas.

#![expect(clippy::indexing_slicing, reason = "indices are made by this module from vectors it filled itself")]

use super::Town;
use super::group::partition;
use super::mesh::Mesh;
use super::warp::{LonLat, Warp, distance};
use crate::names::Names;
use crate::rng::{Rng, noise};

/// Level of an area; police areas stand beside the other levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AreaKind {
    District,
    Town,
    Community,
    Police,
    Grid,
}

/// An area with its outline.
#[derive(Debug, Clone)]
pub struct Area {
    pub kind: AreaKind,
    /// 12 digits in the manner of the statistical code, under a prefix nobody uses; grid cells add two.
    pub code: String,
    pub name: String,
    /// Index of the area above: town → district, community → town, grid → community, police → town.
    pub parent: Option<usize>,
    /// A village committee's land rather than a neighbourhood's.
    pub village: bool,
    /// Counter-clockwise, closed (the first point repeated).
    pub ring: Vec<LonLat>,
    /// A place inside, for labels and as the default pin.
    pub centre: LonLat,
}

/// All areas, and for each cell of the mesh where it belongs (indices into `all`).
#[derive(Debug)]
pub struct Areas {
    pub all: Vec<Area>,
    pub town: Vec<usize>,
    pub community: Vec<usize>,
    pub police: Vec<usize>,
    pub grid: Vec<usize>,
}

impl Areas {
    /// All areas of a kind, town by town, in each from the centre outwards.
    pub fn outwards(&self, kind: AreaKind) -> Vec<usize> {
        let far = |a: &Area| a.parent.map_or(0.0, |p| distance(a.centre, self.all[p].centre));
        let mut out: Vec<usize> = (0..self.all.len()).filter(|&a| self.all[a].kind == kind).collect();
        out.sort_by(|&a, &b| {
            let (x, y) = (&self.all[a], &self.all[b]);
            if kind == AreaKind::Town {
                a.cmp(&b)
            } else {
                x.parent.cmp(&y.parent).then(far(x).total_cmp(&far(y))).then(a.cmp(&b))
            }
        });
        out
    }
}

pub const DISTRICT_NAME: &str = "和邻区";
/// Province, city and county digits that the statistical code leaves unused.
const PREFIX: &str = "390126";
const COMMUNITIES: usize = 352;
pub const POLICE_AREAS: usize = 40;

/// Town of each cell: the nearest centre by weight, with a ragged line between them.
fn towns_of(seed: u64, mesh: &Mesh, towns: &[Town]) -> Vec<usize> {
    let nearest = |cell: usize| {
        let (u, v) = mesh.cells[cell].centre();
        let (u, v) = (
            u + 900.0 * noise(seed ^ 0x1f, u / 2_300.0, v / 2_300.0),
            v + 900.0 * noise(seed ^ 0x20, u / 2_300.0, v / 2_300.0),
        );
        let cost = |t: &Town| ((u - t.u as f64).hypot(v - t.v as f64)) / t.weight;
        (0..towns.len()).min_by(|&a, &b| cost(&towns[a]).total_cmp(&cost(&towns[b]))).unwrap_or(0)
    };
    let mut label: Vec<usize> = (0..mesh.cells.len()).map(nearest).collect();
    let neighbours = mesh.neighbours();
    // Only what hangs together with the town's centre stays; the rest goes to a neighbour that does.
    let mut fixed = vec![false; label.len()];
    for (t, town) in towns.iter().enumerate() {
        let apart = |c: &usize| {
            let (u, v) = mesh.cells[*c].centre();
            (u - town.u as f64).hypot(v - town.v as f64)
        };
        let Some(start) = (0..label.len()).filter(|&c| label[c] == t).min_by(|a, b| apart(a).total_cmp(&apart(b)))
        else {
            continue;
        };
        let mut stack = vec![start];
        fixed[start] = true;
        while let Some(cell) = stack.pop() {
            for &next in &neighbours[cell] {
                if !fixed[next] && label[next] == t {
                    fixed[next] = true;
                    stack.push(next);
                }
            }
        }
    }
    while fixed.contains(&false) {
        let mut moved = false;
        for cell in 0..label.len() {
            if !fixed[cell]
                && let Some(&friend) = neighbours[cell].iter().find(|n| fixed[**n])
            {
                label[cell] = label[friend];
                fixed[cell] = true;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    label
}

/// Gives land enclosed by one label to that label, so that no area has a hole.
fn heal(mesh: &Mesh, neighbours: &[Vec<usize>], label: &mut [usize], labels: usize) {
    let mut rim = vec![false; label.len()];
    for edge in &mesh.edges {
        if let (Some(cell), None) | (None, Some(cell)) = (edge.left, edge.right) {
            rim[cell] = true;
        }
    }
    for want in 0..labels {
        if mesh.outlines(label, want).len() < 2 {
            continue;
        }
        let mut open: Vec<bool> = (0..label.len()).map(|c| rim[c] && label[c] != want).collect();
        let mut stack: Vec<usize> = (0..label.len()).filter(|&c| open[c]).collect();
        while let Some(cell) = stack.pop() {
            for &next in &neighbours[cell] {
                if !open[next] && label[next] != want {
                    open[next] = true;
                    stack.push(next);
                }
            }
        }
        for cell in 0..label.len() {
            if !open[cell] {
                label[cell] = want;
            }
        }
    }
}

/// Shares `total` among the weights: at least two each, largest remainders first.
fn share(weights: &[usize], total: usize) -> Vec<usize> {
    let sum: usize = weights.iter().sum::<usize>().max(1);
    let mut out: Vec<usize> = weights.iter().map(|w| (w * total / sum).max(2)).collect();
    while out.iter().sum::<usize>() < total {
        let rest = |i: usize| weights[i] as f64 / (out[i] as f64 + 0.5);
        let Some(i) = (0..out.len()).max_by(|&a, &b| rest(a).total_cmp(&rest(b))) else { break };
        out[i] += 1;
    }
    while out.iter().sum::<usize>() > total {
        let Some(i) = (0..out.len()).filter(|&i| out[i] > 2).min_by_key(|&i| weights[i] * 100 / out[i]) else { break };
        out[i] -= 1;
    }
    out
}

/// Numbers labels densely in order of first appearance.
fn dense(label: &mut [usize]) -> usize {
    let mut seen = std::collections::HashMap::new();
    for l in label.iter_mut() {
        let next = seen.len();
        *l = *seen.entry(*l).or_insert(next);
    }
    seen.len()
}

struct Labels {
    town: Vec<usize>,
    community: Vec<usize>,
    police: Vec<usize>,
    communities: usize,
}

fn label(seed: u64, mesh: &Mesh, towns: &[Town], warp: &Warp) -> Labels {
    let neighbours = mesh.neighbours();
    let place: Vec<(f64, f64)> = mesh.cells.iter().map(|r| warp.metres(r.centre().0, r.centre().1)).collect();
    let mut town = towns_of(seed, mesh, towns);
    heal(mesh, &neighbours, &mut town, towns.len());
    let members: Vec<Vec<usize>> =
        (0..towns.len()).map(|t| (0..town.len()).filter(|&c| town[c] == t).collect()).collect();
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let mut rng = Rng::new(seed, "communities");
    let mut community = vec![0; town.len()];
    let mut base = 0;
    for (cells, k) in members.iter().zip(share(&sizes, COMMUNITIES)) {
        for (cell, group) in cells.iter().zip(partition(cells, &neighbours, &place, k, &mut rng)) {
            community[*cell] = base + group;
        }
        base += k;
    }
    heal(mesh, &neighbours, &mut community, base);
    let communities = dense(&mut community);

    // Police areas: whole committees of one town.
    let mut first = vec![0; communities];
    let mut middle = vec![(0.0, 0.0, 0.0); communities];
    for (cell, &c) in community.iter().enumerate() {
        first[c] = cell;
        let sum = &mut middle[c];
        *sum = (sum.0 + place[cell].0, sum.1 + place[cell].1, sum.2 + 1.0);
    }
    let middle: Vec<(f64, f64)> = middle.iter().map(|m| (m.0 / m.2, m.1 / m.2)).collect();
    let mut beside = vec![std::collections::BTreeSet::new(); communities];
    for (cell, list) in neighbours.iter().enumerate() {
        beside[community[cell]].extend(list.iter().map(|n| community[*n]).filter(|c| *c != community[cell]));
    }
    let beside: Vec<Vec<usize>> = beside.into_iter().map(|set| set.into_iter().collect()).collect();
    let members: Vec<Vec<usize>> =
        (0..towns.len()).map(|t| (0..communities).filter(|&c| town[first[c]] == t).collect()).collect();
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let mut rng = Rng::new(seed, "police");
    let mut of = vec![0; communities];
    let mut base = 0;
    for (list, k) in members.iter().zip(share(&sizes, POLICE_AREAS)) {
        for (c, group) in list.iter().zip(partition(list, &beside, &middle, k, &mut rng)) {
            of[*c] = base + group;
        }
        base += k;
    }
    let mut police: Vec<usize> = community.iter().map(|c| of[*c]).collect();
    heal(mesh, &neighbours, &mut police, base);
    dense(&mut police);
    Labels { town, community, police, communities }
}

/// Points between the corners of each edge, from the lower corner to the higher.
pub fn shapes(mesh: &Mesh, warp: &Warp) -> Vec<Vec<LonLat>> {
    let shape = |e: &super::mesh::Edge| {
        let ((u0, v0), (u1, v1)) = (mesh.vertices[e.a], mesh.vertices[e.b]);
        let length = (u1 - u0).abs() + (v1 - v0).abs();
        let n = (length / 60).max(1);
        let at = |k: i64| {
            let t = k as f64 / n as f64;
            warp.lonlat(u0 as f64 + (u1 - u0) as f64 * t, v0 as f64 + (v1 - v0) as f64 * t)
        };
        let all: Vec<LonLat> = (0..=n).map(at).collect();
        let mut kept = Vec::new();
        thin(&all, &mut kept);
        kept
    };
    mesh.edges.iter().map(shape).collect()
}

/// Inner points that matter by more than 1.5 m (Douglas–Peucker).
fn thin(points: &[LonLat], out: &mut Vec<LonLat>) {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    let far = |p: &LonLat| {
        let base = distance(*first, *last).max(1e-6);
        let along = (distance(*first, *p).powi(2) - distance(*last, *p).powi(2) + base * base) / (2.0 * base);
        (distance(*first, *p).powi(2) - along * along).max(0.0).sqrt()
    };
    let inner = 1..points.len().saturating_sub(1);
    if let Some(k) = inner.max_by(|&a, &b| far(&points[a]).total_cmp(&far(&points[b])))
        && far(&points[k]) > 1.5
    {
        thin(&points[..=k], out);
        out.push(points[k]);
        thin(&points[k..], out);
    }
}

/// Builds all areas of a seed.
pub fn areas(seed: u64, mesh: &Mesh, towns: &[Town], warp: &Warp, names: &mut Names) -> Areas {
    let labels = label(seed, mesh, towns, warp);
    let shapes = shapes(mesh, warp);
    let corner: Vec<LonLat> = mesh.vertices.iter().map(|&(u, v)| warp.lonlat(u as f64, v as f64)).collect();
    let draw = |ring: &[usize]| {
        let mut points = Vec::new();
        for (k, &a) in ring.iter().enumerate() {
            let b = ring[(k + 1) % ring.len()];
            points.push(corner[a]);
            if let Some(edge) = mesh.edge_between(a, b) {
                let between = &shapes[edge];
                if a < b { points.extend(between) } else { points.extend(between.iter().rev()) }
            }
        }
        points.extend(points.first().copied());
        points
    };
    let outline =
        |label: &[usize], want: usize| draw(mesh.outlines(label, want).first().map_or(&[][..], Vec::as_slice));
    let inside = |label: &[usize], want: usize| {
        let own: Vec<usize> = (0..label.len()).filter(|&c| label[c] == want).collect();
        let n = own.len().max(1) as f64;
        let m = own
            .iter()
            .fold((0.0, 0.0), |s, &c| (s.0 + mesh.cells[c].centre().0 / n, s.1 + mesh.cells[c].centre().1 / n));
        let gap = |c: usize| (mesh.cells[c].centre().0 - m.0).hypot(mesh.cells[c].centre().1 - m.1);
        let best = own.iter().copied().min_by(|&a, &b| gap(a).total_cmp(&gap(b))).unwrap_or(0);
        warp.lonlat(mesh.cells[best].centre().0, mesh.cells[best].centre().1)
    };

    let cells = mesh.cells.len();
    let whole = vec![0; cells];
    let mut all = vec![Area {
        kind: AreaKind::District,
        code: format!("{PREFIX}000000"),
        name: DISTRICT_NAME.to_owned(),
        parent: None,
        village: false,
        ring: outline(&whole, 0),
        centre: warp.lonlat(towns[0].u as f64, towns[0].v as f64),
    }];
    let mut code = [0u32, 100];
    for (t, town) in towns.iter().enumerate() {
        let name = names.town(t);
        let n = &mut code[usize::from(name.ends_with('镇'))];
        *n += 1;
        let (code, ring) = (format!("{PREFIX}{n:03}000"), outline(&labels.town, t));
        all.push(Area {
            kind: AreaKind::Town,
            code,
            name,
            parent: Some(0),
            village: false,
            ring,
            centre: warp.lonlat(town.u as f64, town.v as f64),
        });
    }
    let town: Vec<usize> = labels.town.iter().map(|t| t + 1).collect();

    let base = all.len();
    let mut counts = vec![[0u32, 200]; towns.len()];
    for c in 0..labels.communities {
        let own: Vec<usize> = (0..cells).filter(|&x| labels.community[x] == c).collect();
        let built: f64 =
            own.iter().map(|&x| warp.built(mesh.cells[x].centre().0, mesh.cells[x].centre().1)).sum::<f64>()
                / own.len() as f64;
        let village = built < 0.62;
        let t = labels.town[own[0]];
        let n = &mut counts[t][usize::from(village)];
        *n += 1;
        all.push(Area {
            kind: AreaKind::Community,
            code: format!("{}{n:03}", &all[t + 1].code[..9]),
            name: if village { names.village() } else { names.neighbourhood() },
            parent: Some(t + 1),
            village,
            ring: outline(&labels.community, c),
            centre: inside(&labels.community, c),
        });
    }
    let community: Vec<usize> = labels.community.iter().map(|c| c + base).collect();

    let base = all.len();
    let mut counts = vec![0usize; towns.len()];
    for p in 0..labels.police.iter().max().map_or(0, |m| m + 1) {
        let t = (0..cells).find(|&c| labels.police[c] == p).map_or(0, |c| labels.town[c]);
        counts[t] += 1;
        let town = all[t + 1].name.trim_end_matches("街道").trim_end_matches('镇').to_owned();
        all.push(Area {
            kind: AreaKind::Police,
            code: format!("{PREFIX}8{:05}", p + 1),
            name: format!("{town}第{}警务区", counts[t]),
            parent: Some(t + 1),
            village: false,
            ring: outline(&labels.police, p),
            centre: inside(&labels.police, p),
        });
    }
    let police: Vec<usize> = labels.police.iter().map(|p| p + base).collect();

    let base = all.len();
    let mut counts = vec![0u32; all.len()];
    let single: Vec<usize> = (0..cells).collect();
    for (cell, &above) in community.iter().enumerate() {
        counts[above] += 1;
        let n = counts[above];
        all.push(Area {
            kind: AreaKind::Grid,
            code: format!("{}{n:02}", all[above].code),
            name: format!("{}第{n}网格", all[above].name),
            parent: Some(above),
            village: all[above].village,
            ring: draw(&mesh.rings[cell]),
            centre: inside(&single, cell),
        });
    }
    let grid = (base..base + cells).collect();
    Areas { all, town, community, police, grid }
}
