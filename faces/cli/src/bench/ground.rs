//! The district of a benchmark: 12 towns, 360 communities, 1,440 grid cells, 40 police areas with a post each, and the
//! 480 people who answer there. Rectangles on a lattice: the shape costs nothing here, the number does.

use super::chance::Chance;
use crate::districts::operator;
use kernel::geo::Point;
use kernel::ids::{AccountId, AreaId, DistrictId};
use kernel::{Lang, Role};
use people::app::{Init, NewAccount, PersonRow};
use people::model::OrgKind;
use places::app::{AreaChanges, PostRef, SaveArea, SavePost};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};
use store::{Cx, Runtime};

const WEST: f64 = 121.30;
const SOUTH: f64 = 30.80;
const WIDE: f64 = 0.36;
const HIGH: f64 = 0.30;

/// Who lists and reads in the measurements.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub district: DistrictId,
    /// Sees the whole district.
    pub coordinator: AccountId,
    pub officers: Vec<AccountId>,
    pub committee: Vec<AccountId>,
    pub heads: Vec<AccountId>,
    pub communities: Vec<AreaId>,
}

/// Anywhere in the district, a little inside its border.
pub(super) fn somewhere(chance: &mut Chance) -> Option<Point> {
    Point::new(WEST + WIDE * (0.001 + 0.998 * chance.unit()), SOUTH + HIGH * (0.001 + 0.998 * chance.unit())).ok()
}

/// A window of about `share` of the district's width: west, south, east, north.
pub(super) fn window(chance: &mut Chance, share: f64) -> [f64; 4] {
    let (w, s) = (WEST + WIDE * chance.unit() * (1.0 - share), SOUTH + HIGH * chance.unit() * (1.0 - share));
    [w, s, w + WIDE * share, s + HIGH * share]
}

fn cell(columns: usize, rows: usize, i: usize) -> anyhow::Result<Outline> {
    let (x, y) = ((i % columns) as f64, (i / columns) as f64);
    let (w, h) = (WIDE / columns as f64, HIGH / rows as f64);
    Ok(Outline::rectangle(WEST + x * w, SOUTH + y * h, WEST + (x + 1.0) * w, SOUTH + (y + 1.0) * h)?)
}

/// Makes the district; the same again finds it.
pub(super) fn prepare(rt: &Runtime) -> anyhow::Result<Ground> {
    let nobody = store::Who::system(DistrictId(uuid::Uuid::nil()), people::policy::jobs::CLI);
    let there = rt.read_now(nobody, people::app::all_districts)?.into_iter().find(|d| d.code == "bench");
    let district = there.as_ref().map_or_else(|| DistrictId(rt.ids().uuid(rt.now())), |d| d.id);
    if there.is_none() {
        rt.write_now(operator(district), make)?;
    }
    rt.read_now(operator(district), move |cx| read(cx, district))
}

fn make(cx: &mut Cx<'_>) -> anyhow::Result<()> {
    let account = |login: &str| NewAccount {
        login: login.to_owned(),
        display_name: login.to_owned(),
        phone_ext: None,
        email: None,
        lang: Lang::default(),
        password: None,
        must_change_password: false,
    };
    people::app::init(
        cx,
        &Init {
            district_code: "bench".into(),
            district_name: "Bench".into(),
            system: account("system"),
            security: account("security"),
            audit: account("audit"),
            coordinator: account("coordinator"),
            titles: ["system", "security", "audit", "coordination", "catch-all"].map(str::to_owned),
        },
    )?;
    matters::app::seed_classes(cx)?;
    areas(cx)?;
    posts(cx)?;
    staff(cx)
}

fn areas(cx: &mut Cx<'_>) -> anyhow::Result<()> {
    let mut save = vec![SaveArea::new(AreaKind::District, Some("d"), "Bench").outlined(cell(1, 1, 0)?)];
    // Communities and cells split the towns evenly, so every border of an outer area is one of inner areas.
    for (kind, letter, columns, rows) in [
        (AreaKind::Town, 't', 4, 3),
        (AreaKind::Community, 'c', 24, 15),
        (AreaKind::Grid, 'g', 48, 30),
        (AreaKind::Police, 'p', 8, 5),
    ] {
        for i in 0..columns * rows {
            let code = format!("{letter}{i}");
            save.push(SaveArea::new(kind, Some(&code), &format!("{letter} {i}")).outlined(cell(columns, rows, i)?));
        }
    }
    places::app::save_areas(cx, &AreaChanges { save, retire: Vec::new() })?;
    Ok(())
}

fn posts(cx: &mut Cx<'_>) -> anyhow::Result<()> {
    let posts: Vec<SavePost> = (0..40)
        .map(|i| SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: Some(format!("post{i}")),
            name: format!("post {i}"),
            parent: None::<PostRef>,
            address: format!("road {i}"),
            phone: "021-05550100".into(),
            point: Point::new(
                WEST + WIDE * (f64::from(i % 8) + 0.5) / 8.0,
                SOUTH + HIGH * (f64::from(i / 8) + 0.5) / 5.0,
            )
            .ok(),
            hours: WeekHours::always(),
            state: PostState::Running,
            serves: vec![format!("p{i}")],
            seen: None,
        })
        .collect();
    places::app::save_posts(cx, &posts)?;
    Ok(())
}

fn staff(cx: &mut Cx<'_>) -> anyhow::Result<()> {
    let snapshot = places::snapshot(cx)?;
    let mut rows = Vec::new();
    let person = |login: String, role: Role| PersonRow {
        display_name: login.clone(),
        seat_title: login.clone(),
        login,
        role: Some(role),
        ..PersonRow::default()
    };
    for post in snapshot.posts() {
        let name = post.name.replace(' ', "");
        let mut officer = person(format!("officer-{name}"), Role::CommunityOfficer);
        officer.area = post.serves.first().copied();
        let mut duty = person(format!("duty-{name}"), Role::DutyOfficer);
        let mut head = person(format!("head-{name}"), Role::PostHead);
        (duty.post, head.post) = (Some(post.id), Some(post.id));
        rows.extend([officer, duty, head]);
    }
    for area in snapshot.of_kind(AreaKind::Community) {
        let mut worker = person(format!("committee-{}", area.name.replace(' ', "")), Role::CommitteeWorker);
        worker.area = Some(area.id);
        worker.org = Some((OrgKind::Committee, format!("committee {}", area.name)));
        rows.push(worker);
    }
    people::app::import_people(cx, &rows)?;
    Ok(())
}

fn read(cx: &mut Cx<'_>, district: DistrictId) -> anyhow::Result<Ground> {
    let snapshot = places::snapshot(cx)?;
    let account = |cx: &mut Cx<'_>, login: &str| -> anyhow::Result<AccountId> {
        let found = people::app::accounts::by_login(cx, login)?;
        Ok(found.ok_or_else(|| anyhow::anyhow!("the kept database has no account {login}: remove it"))?.id)
    };
    let mut ground = Ground {
        district,
        coordinator: account(cx, "coordinator")?,
        officers: Vec::new(),
        committee: Vec::new(),
        heads: Vec::new(),
        communities: snapshot.of_kind(AreaKind::Community).map(|a| a.id).collect(),
    };
    for post in snapshot.posts() {
        let name = post.name.replace(' ', "");
        ground.officers.push(account(cx, &format!("officer-{name}"))?);
        ground.heads.push(account(cx, &format!("head-{name}"))?);
    }
    for area in snapshot.of_kind(AreaKind::Community) {
        ground.committee.push(account(cx, &format!("committee-{}", area.name.replace(' ', "")))?);
    }
    Ok(ground)
}
