//! Who works in the invented district: bodies, people, the seats they hold and their turns of duty.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use crate::ground::{AreaKind, Ground};
use crate::names::{People, Person};
use crate::posts::{Post, Tier};
use kernel::Role;
use people::model::OrgKind;
use std::collections::BTreeSet;

/// A body.
#[derive(Debug, Clone)]
pub struct Body {
    pub kind: OrgKind,
    pub name: String,
    pub parent: Option<usize>,
    /// Index into the areas.
    pub area: Option<usize>,
    /// Index into the posts.
    pub post: Option<usize>,
    pub phone: String,
    /// Code by which classes of matters name an agency.
    pub agency: Option<&'static str>,
}

/// A seat and who sits on it.
#[derive(Debug, Clone)]
pub struct Seat {
    pub role: Role,
    pub title: String,
    pub body: Option<usize>,
    pub area: Option<usize>,
    pub post: Option<usize>,
    /// Index into the members.
    pub holder: usize,
    pub deputy: Option<usize>,
}

/// Somebody with an account.
#[derive(Debug, Clone)]
pub struct Member {
    pub person: Person,
    pub login: String,
}

/// Everybody.
#[derive(Debug, Default)]
pub struct Cast {
    pub bodies: Vec<Body>,
    pub members: Vec<Member>,
    pub seats: Vec<Seat>,
    /// For each of the forty posts the members who take turns of duty there.
    pub watches: Vec<Vec<usize>>,
    /// The accounts that are shown to newcomers: role and member.
    pub shown: Vec<(Role, usize)>,
}

/// The agencies: code, name.
pub const AGENCIES: [(&str, &str); 9] = [
    ("municipal", "市政设施管理所"),
    ("lighting", "道路照明管理站"),
    ("water", "水务管理所"),
    ("sanitation", "环境卫生管理所"),
    ("greening", "绿化管理所"),
    ("power", "供电服务站"),
    ("urban", "城市管理综合执法队"),
    ("market", "市场监督管理所"),
    ("civil", "民政服务中心"),
];
const PROPERTIES: [&str; 8] = ["安栖", "满庭", "润邻", "和居", "朗庭", "佳邻", "启禾", "宜苑"];

struct Caster<'a> {
    ground: &'a Ground,
    people: &'a mut People,
    logins: BTreeSet<String>,
    out: Cast,
}

/// Casts everybody.
pub fn cast(ground: &Ground, posts: &[Post], people: &mut People) -> Cast {
    let mut c = Caster { ground, people, logins: BTreeSet::new(), out: Cast::default() };
    c.administration();
    c.police(posts);
    c.towns();
    c.committees();
    c.agencies();
    c.properties();
    c.supplementary(posts);
    c.out
}

impl Caster<'_> {
    /// A new person; the login is the given one or made of the name.
    fn member(&mut self, login: Option<&str>) -> usize {
        let person = self.people.person();
        let (full, _) = kernel::text::pinyin(&person.name);
        let plain: String = full.chars().filter(char::is_ascii_lowercase).collect();
        let base = login.map_or(plain, str::to_owned);
        let mut login = base.clone();
        let mut n = 1;
        while !self.logins.insert(login.clone()) {
            n += 1;
            login = format!("{base}{n}");
        }
        self.out.members.push(Member { person, login });
        self.out.members.len() - 1
    }

    fn body(
        &mut self,
        kind: OrgKind,
        name: String,
        parent: Option<usize>,
        area: Option<usize>,
        post: Option<usize>,
    ) -> usize {
        let phone = self.people.phone();
        self.out.bodies.push(Body { kind, name, parent, area, post, phone, agency: None });
        self.out.bodies.len() - 1
    }

    fn seat(
        &mut self,
        role: Role,
        title: String,
        (body, area, post): (Option<usize>, Option<usize>, Option<usize>),
        holder: usize,
    ) -> usize {
        self.out.seats.push(Seat { role, title, body, area, post, holder, deputy: None });
        self.out.seats.len() - 1
    }

    fn show(&mut self, role: Role, member: usize) {
        self.out.shown.push((role, member));
    }

    fn stem(&self, area: usize) -> String {
        self.ground.areas.all[area].name.trim_end_matches("街道").trim_end_matches('镇').to_owned()
    }

    /// Three administrators who are three people, the coordinator, the clerks of the telephone.
    fn administration(&mut self) {
        let branch = self.body(OrgKind::PoliceBranch, "和邻分局".into(), None, None, None);
        let roles = [
            (Role::SystemAdmin, "system", "系统管理员"),
            (Role::SecurityAdmin, "security", "安全管理员"),
            (Role::AuditAdmin, "audit", "审计管理员"),
            (Role::Coordinator, "coordinator", "区协调员"),
        ];
        for (role, login, title) in roles {
            let who = self.member(Some(login));
            self.seat(role, title.into(), (Some(branch), None, None), who);
            self.show(role, who);
        }
        for n in 1..=4 {
            let who = self.member((n == 1).then_some("clerk"));
            self.seat(Role::Clerk, format!("热线{n}号坐席"), (Some(branch), None, None), who);
            if n == 1 {
                self.show(Role::Clerk, who);
            }
        }
    }

    /// A station in each town; three people at each post who share its day and night.
    fn police(&mut self, posts: &[Post]) {
        let towns = self.areas(AreaKind::Town);
        let stations: Vec<(usize, usize)> = towns
            .iter()
            .map(|&t| {
                let name = format!("{}派出所", self.stem(t));
                (t, self.body(OrgKind::PoliceStation, name, Some(0), Some(t), None))
            })
            .collect();
        for (n, post) in posts.iter().enumerate().filter(|(_, p)| p.tier == Tier::Post) {
            let station =
                stations.iter().find(|(t, _)| self.ground.areas.all[post.police].parent == Some(*t)).map(|s| s.1);
            let name = post.name.trim_end_matches("警务站");
            let jobs = [
                (Role::PostHead, "head", format!("{name}站站长")),
                (Role::CommunityOfficer, "officer", format!("{name}站社区民警")),
                (Role::DutyOfficer, "duty", format!("{name}站值班员")),
            ];
            let mut watch = Vec::new();
            for (role, login, title) in jobs {
                let who = self.member((n == 0).then_some(login));
                let area = (role == Role::CommunityOfficer).then_some(post.police);
                let at = self.seat(role, title, (station, area.or(Some(post.police)), Some(n)), who);
                if role == Role::CommunityOfficer {
                    self.out.seats[at].deputy = watch.first().copied();
                }
                if n == 0 {
                    self.show(role, who);
                }
                watch.push(who);
            }
            // Whoever is on watch takes calls: all three hold the duty seat, one as holder, one as deputy.
            if let Some(seat) = self.out.seats.last_mut() {
                seat.deputy = watch.get(1).copied();
            }
            if n % 4 == 0 {
                let who = self.member((n == 0).then_some("auxiliary"));
                self.seat(Role::Auxiliary, format!("{name}站辅警"), (station, Some(post.police), Some(n)), who);
                if n == 0 {
                    self.show(Role::Auxiliary, who);
                }
                watch.push(who);
            }
            self.out.watches.push(watch);
        }
    }

    /// A catch-all seat in each town, so that whatever nobody owns is at least near.
    fn towns(&mut self) {
        for town in self.areas(AreaKind::Town) {
            let name = self.ground.areas.all[town].name.clone();
            let suffix = if name.ends_with("街道") { "办事处" } else { "人民政府" };
            let body = self.body(OrgKind::TownGovernment, format!("{name}{suffix}"), None, Some(town), None);
            let first = self.out.shown.iter().all(|(r, _)| *r != Role::CatchAll);
            let who = self.member(first.then_some("catchall"));
            self.seat(Role::CatchAll, format!("{name}兜底岗"), (Some(body), Some(town), None), who);
            if first {
                self.show(Role::CatchAll, who);
            }
        }
    }

    fn areas(&self, kind: AreaKind) -> Vec<usize> {
        self.ground.areas.outwards(kind)
    }

    /// A seat in every committee; a worker looks after several committees next to each other.
    fn committees(&mut self) {
        let mut town = None;
        let mut worker = 0;
        let mut held = 0;
        for community in self.areas(AreaKind::Community) {
            let area = &self.ground.areas.all[community];
            let kind = if area.village { "村民委员会" } else { "居民委员会" };
            let name = area.name.clone();
            let body = self.body(
                OrgKind::Committee,
                format!("{}{kind}", name.trim_end_matches('村')),
                None,
                Some(community),
                None,
            );
            let first = self.out.shown.iter().all(|(r, _)| *r != Role::CommitteeWorker);
            if town != area.parent || held == 10 {
                town = area.parent;
                held = 0;
                worker = self.member(first.then_some("committee"));
                if first {
                    self.show(Role::CommitteeWorker, worker);
                }
            }
            held += 1;
            self.seat(Role::CommitteeWorker, format!("{name}社工"), (Some(body), Some(community), None), worker);
        }
    }

    fn agencies(&mut self) {
        for (n, (code, name)) in AGENCIES.into_iter().enumerate() {
            let body = self.body(OrgKind::Agency, format!("和邻区{name}"), None, None, None);
            self.out.bodies[body].agency = Some(code);
            let who = self.member((n == 0).then_some("agency"));
            self.seat(Role::AgencyWorker, format!("{name}承办员"), (Some(body), None, None), who);
            if n == 0 {
                self.show(Role::AgencyWorker, who);
            }
        }
    }

    /// Property managers look after the estates of a town or two.
    fn properties(&mut self) {
        let estates: Vec<usize> =
            self.areas(AreaKind::Community).into_iter().filter(|&c| !self.ground.areas.all[c].village).collect();
        let firms: Vec<(usize, usize)> = PROPERTIES
            .iter()
            .enumerate()
            .map(|(n, name)| {
                let body = self.body(OrgKind::Property, format!("{name}物业服务公司"), None, None, None);
                let who = self.member((n == 0).then_some("property"));
                if n == 0 {
                    self.show(Role::Property, who);
                }
                (body, who)
            })
            .collect();
        for (n, community) in estates.iter().enumerate() {
            let (body, who) = firms[n * firms.len() / estates.len()];
            let name = self.ground.areas.all[*community].name.clone();
            self.seat(Role::Property, format!("{name}物业管家"), (Some(body), Some(*community), None), who);
        }
    }

    /// Volunteers, building leaders, shops, mediators.
    fn supplementary(&mut self, posts: &[Post]) {
        let club = self.body(OrgKind::Association, "和邻区睦邻志愿服务队".into(), None, None, None);
        let estates: Vec<usize> =
            self.areas(AreaKind::Community).into_iter().filter(|&c| !self.ground.areas.all[c].village).collect();
        for n in 0..12 {
            let who = self.member((n == 0).then_some("volunteer"));
            let community = estates[n * 7 % estates.len()];
            let name = self.ground.areas.all[community].name.clone();
            let role = if n % 4 == 3 { Role::BuildingLeader } else { Role::Volunteer };
            let title = if role == Role::Volunteer { format!("{name}志愿者") } else { format!("{name}楼组长") };
            self.seat(role, title, (Some(club), Some(community), None), who);
            if n == 0 || n == 3 {
                self.show(role, who);
            }
        }
        let shops: Vec<usize> = (0..posts.len()).filter(|&p| posts[p].tier == Tier::House).collect();
        for n in 0..6 {
            let shop = shops[n * 9 % shops.len()];
            let name = posts[shop].name.trim_end_matches("平安屋").to_owned();
            let body = self.body(OrgKind::Shop, name.clone(), None, Some(posts[shop].police), Some(shop));
            let who = self.member((n == 0).then_some("shop"));
            self.seat(Role::Shop, format!("{name}店主"), (Some(body), None, Some(shop)), who);
            if n == 0 {
                self.show(Role::Shop, who);
            }
        }
        for (n, town) in self.areas(AreaKind::Town).into_iter().step_by(4).enumerate() {
            let who = self.member((n == 0).then_some("mediator"));
            let name = self.stem(town);
            self.seat(Role::Mediator, format!("{name}人民调解员"), (None, Some(town), None), who);
            if n == 0 {
                self.show(Role::Mediator, who);
            }
        }
    }
}
