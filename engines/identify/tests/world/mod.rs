//! An invented registry and what is observed of its people, by rates that the test knows.

use identify::{Build, Registered, Sex, Sighting};
use kernel::geo::Point;

/// How people go astray and are described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// As in `profile.toml`.
    AsPublished,
    /// Exponential distances, stronger repeats, worse ears, ages guessed too low.
    Other,
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }
    fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }
    fn normal(&mut self) -> f64 {
        let (u, v) = (self.unit().max(1e-300), self.unit());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
    /// Places of a list, the first the most often (Zipf).
    fn zipf(&mut self, n: usize) -> usize {
        let total: f64 = (1..=n).map(|k| 1.0 / k as f64).sum();
        let mut left = self.unit() * total;
        for k in 0..n {
            left -= 1.0 / (k + 1) as f64;
            if left <= 0.0 {
                return k;
            }
        }
        n - 1
    }
}

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高",
    "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "潘", "袁", "蔡",
    "蒋", "余",
];
const DIALECTS: [&str; 8] = ["本地话", "普通话", "苏北话", "宁波话", "安徽话", "河南话", "四川话", "粤语"];
const MARKS: [&str; 24] = [
    "左脸有疤",
    "走路跛",
    "镶金牙",
    "驼背",
    "戴助听器",
    "缺一颗门牙",
    "右手少一指",
    "额头有痣",
    "拄拐杖",
    "白内障",
    "左手颤抖",
    "秃顶",
    "染黑发",
    "右耳背",
    "颈部有疤",
    "手背烫伤",
    "戴假牙",
    "小腿静脉曲张",
    "下巴有痣",
    "眉毛很长",
    "左眼失明",
    "嘴角歪",
    "脚踝水肿",
    "手臂纹字",
];

pub struct World {
    law: Law,
    pub people: Vec<Registered>,
}

pub struct Query {
    pub seen: Sighting,
    pub truth: Option<usize>,
}

struct Rates {
    sex: f64,
    age: (f64, f64),
    build: f64,
    dialect: f64,
    noticed: f64,
    repeat: f64,
}

impl World {
    pub fn new(seed: u64, n: usize, law: Law) -> Self {
        let mut r = Random(seed);
        Self { law, people: (0..n).map(|i| person(&mut r, i)).collect() }
    }

    fn rates(&self) -> Rates {
        match self.law {
            Law::AsPublished => {
                Rates { sex: 0.98, age: (0.0, 6.0), build: 0.2, dialect: 0.6, noticed: 0.6, repeat: 2.0 }
            }
            Law::Other => Rates { sex: 0.95, age: (-4.0, 8.0), build: 0.35, dialect: 0.4, noticed: 0.35, repeat: 6.0 },
        }
    }

    fn weight(&self, p: &Registered) -> f64 {
        1.0 + self.rates().repeat * f64::from(p.times_lost.unwrap())
    }

    /// Kilometres from home.
    fn distance(&self, r: &mut Random) -> f64 {
        match self.law {
            Law::AsPublished if r.chance(0.1) => 0.05 * r.unit().sqrt(),
            Law::AsPublished => (-0.159 + 1.652 * r.normal()).exp(),
            Law::Other => -2.5 * r.unit().max(1e-300).ln(),
        }
    }

    fn density(&self, km: f64) -> f64 {
        let per_km = match self.law {
            Law::AsPublished => {
                let z = (km.ln() + 0.159) / 1.652;
                let near = if km < 0.05 { 0.1 * 2.0 * km / 0.0025 } else { 0.0 };
                near + 0.9 * (-0.5 * z * z).exp() / (km * 1.652 * std::f64::consts::TAU.sqrt())
            }
            Law::Other => (-km / 2.5).exp() / 2.5,
        };
        per_km / (std::f64::consts::TAU * km)
    }

    /// Nine of ten are registered.
    pub fn queries(&self, seed: u64, n: usize) -> Vec<Query> {
        let mut r = Random(seed);
        let total: f64 = self.people.iter().map(|p| self.weight(p)).sum();
        (0..n)
            .map(|i| {
                if r.chance(0.1) {
                    let stranger = person(&mut r, i);
                    return Query { seen: self.observe(&mut r, &stranger), truth: None };
                }
                let mut left = r.unit() * total;
                let truth = self.people.iter().position(|p| {
                    left -= self.weight(p);
                    left <= 0.0
                });
                let truth = truth.unwrap_or(self.people.len() - 1);
                Query { seen: self.observe(&mut r, &self.people[truth]), truth: Some(truth) }
            })
            .collect()
    }

    fn observe(&self, r: &mut Random, p: &Registered) -> Sighting {
        let rates = self.rates();
        let mut seen = Sighting { year: Some(2026), ..Sighting::default() };
        let other = |sex| if sex == Sex::Female { Sex::Male } else { Sex::Female };
        seen.sex = p.sex.map(|sex| if r.chance(rates.sex) { sex } else { other(sex) });
        seen.age = r
            .chance(0.9)
            .then(|| (f64::from(2026 - p.birth_year.unwrap()) + rates.age.0 + rates.age.1 * r.normal()).round());
        seen.height_cm = r.chance(0.6).then(|| (p.height_cm.unwrap() + 5.0 * r.normal()).round());
        if r.chance(0.7) {
            let all = [Build::Thin, Build::Middle, Build::Stout];
            let is = p.build.unwrap();
            let off = r.chance(rates.build);
            let next: Vec<Build> = all.into_iter().filter(|b| b.steps(is) == 1).collect();
            seen.build = Some(if off { next[r.below(next.len())] } else { is });
        }
        if r.chance(0.6) {
            let right = r.chance(rates.dialect);
            seen.dialect = if right { p.dialect.clone() } else { Some(DIALECTS[r.zipf(8)].into()) };
        }
        if r.chance(0.4) {
            let right = r.chance(0.85);
            seen.surname = if right { p.surname.clone() } else { Some(SURNAMES[r.zipf(40)].into()) };
        }
        if r.chance(0.5) {
            let mut marks: Vec<String> = p.marks.clone().unwrap_or_default();
            marks.retain(|_| r.chance(rates.noticed));
            if r.chance(0.15) {
                marks.push(MARKS[r.below(24)].into());
            }
            seen.marks = Some(marks);
        }
        let (km, turn) = (self.distance(r), r.unit() * std::f64::consts::TAU);
        let home = p.home.unwrap();
        let (north, east) = (km * turn.sin() / 111.195, km * turn.cos() / 111.195 / home.lat().to_radians().cos());
        seen.place = Point::new(home.lon() + east, (home.lat() + north).clamp(-89.0, 89.0)).ok();
        seen
    }

    /// The most probable person by the true rates.
    pub fn ideal(&self, q: &Query) -> Option<usize> {
        let score = |p: &Registered| self.log_likelihood(&q.seen, p) + self.weight(p).ln();
        let best = self.people.iter().enumerate().map(|(i, p)| (i, score(p)));
        best.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
    }

    fn log_likelihood(&self, seen: &Sighting, p: &Registered) -> f64 {
        let rates = self.rates();
        let mut sum = if seen.sex == p.sex { rates.sex.ln() } else { (1.0 - rates.sex).ln() };
        let normal = |d: f64, sigma: f64| -0.5 * (d / sigma).powi(2);
        if let Some(age) = seen.age {
            sum += normal(age - f64::from(2026 - p.birth_year.unwrap()) - rates.age.0, rates.age.1);
        }
        if let Some(height) = seen.height_cm {
            sum += normal(height - p.height_cm.unwrap(), 5.0);
        }
        if let Some(build) = seen.build {
            let is = p.build.unwrap();
            sum += match (build.steps(is), is) {
                (0, _) => (1.0 - rates.build).ln(),
                (1, Build::Middle) => (rates.build / 2.0).ln(),
                (1, _) => rates.build.ln(),
                _ => -20.0,
            };
        }
        let zipf = |place: usize, n: usize| 1.0 / (place + 1) as f64 / (1..=n).map(|k| 1.0 / k as f64).sum::<f64>();
        if let Some(heard) = &seen.dialect {
            let share = zipf(DIALECTS.iter().position(|d| d == heard).unwrap(), 8);
            let hit = if p.dialect.as_ref() == Some(heard) { rates.dialect } else { 0.0 };
            sum += (hit + (1.0 - rates.dialect) * share).ln();
        }
        if let Some(said) = &seen.surname {
            let share = zipf(SURNAMES.iter().position(|d| d == said).unwrap(), 40);
            let hit = if p.surname.as_ref() == Some(said) { 0.85 } else { 0.0 };
            sum += (hit + 0.15 * share).ln();
        }
        if let (Some(seen), Some(registered)) = (&seen.marks, &p.marks) {
            for mark in registered {
                let noticed = if seen.contains(mark) { rates.noticed } else { 1.0 - rates.noticed };
                sum += noticed.ln();
            }
            let others = seen.iter().filter(|m| !registered.contains(m)).count();
            sum += if others > 0 { (0.15 / 24.0f64).ln() * others as f64 } else { 0.85f64.ln() };
        }
        if let (Some(place), Some(home)) = (seen.place, p.home) {
            sum += self.density((place.distance_m(home) / 1000.0).max(0.005)).ln();
        }
        sum
    }

    /// What a search form with filters finds first: sex, ten years, ten centimetres, dialect, surname; then the nearest.
    pub fn filtered(&self, q: &Query) -> Option<usize> {
        let s = &q.seen;
        let near = |a: Option<f64>, b: f64, by: f64| a.is_none_or(|a| (a - b).abs() <= by);
        let fits = |p: &Registered| {
            s.sex == p.sex
                && near(s.age, f64::from(2026 - p.birth_year.unwrap()), 10.0)
                && near(s.height_cm, p.height_cm.unwrap(), 10.0)
                && (s.dialect.is_none() || s.dialect == p.dialect)
                && (s.surname.is_none() || s.surname == p.surname)
        };
        let km = |p: &Registered| s.place.map_or(0.0, |at| at.distance_m(p.home.unwrap()));
        let found = self.people.iter().enumerate().filter(|(_, p)| fits(p));
        found.min_by(|(_, a), (_, b)| km(a).total_cmp(&km(b))).map(|(i, _)| i)
    }
}

fn person(r: &mut Random, i: usize) -> Registered {
    let sex = if r.chance(0.58) { Sex::Female } else { Sex::Male };
    let mean = if sex == Sex::Female { 154.0 } else { 165.0 };
    let build = [Build::Middle, Build::Thin, Build::Stout][r.zipf(3)];
    let marks = (0..r.zipf(4)).map(|_| MARKS[r.below(24)].to_owned()).collect::<std::collections::BTreeSet<_>>();
    let times = [0, 0, 0, 0, 0, 0, 0, 1, 1, 2];
    Registered {
        id: format!("p{i}"),
        sex: Some(sex),
        birth_year: Some(2026 - 68 - r.below(27) as i32),
        height_cm: Some((mean + 6.0 * r.normal()).round()),
        build: Some(build),
        dialect: Some(DIALECTS[r.zipf(8)].into()),
        surname: Some(SURNAMES[r.zipf(40)].into()),
        marks: Some(marks.into_iter().collect()),
        // Twenty kilometres across.
        home: Point::new(121.4 + 0.21 * r.unit(), 30.8 + 0.18 * r.unit()).ok(),
        named: Vec::new(),
        times_lost: Some(times[r.below(10)]),
    }
}
