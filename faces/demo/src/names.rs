//! Invented names: of places from a pool of syllables, each used once; of people so that no full name is part of a place's
//! name. Real neighbours' names that the syllables could form by accident are left out.

use crate::rng::Rng;
use std::collections::BTreeSet;

const TOWNS: [&str; 12] = [
    "青禾街道",
    "安汀街道",
    "和渚镇",
    "梧浔镇",
    "麦溆镇",
    "鹭滩镇",
    "苇泾镇",
    "槿浜镇",
    "稻汐镇",
    "桑漾镇",
    "榆沥镇",
    "潮垦镇",
];
const NATURE: [&str; 46] = [
    "稻", "麦", "荷", "菱", "芦", "苇", "桑", "榆", "槐", "桐", "槿", "蓼", "荻", "薜", "蕙", "萱", "棠", "樟", "榉",
    "桕", "鹭", "雁", "燕", "鸥", "鹤", "鹬", "萤", "蝉", "晨", "晓", "暮", "岚", "霞", "霁", "露", "霜", "汐", "澜",
    "沙", "滩", "芽", "穗", "禾", "藕", "笋", "茭",
];
const WATER: [&str; 20] = [
    "汀", "渚", "泾", "浜", "漾", "溆", "洲", "浦", "塘", "埭", "圩", "渡", "桥", "坞", "港", "湾", "滩", "沥", "堰",
    "墩",
];
const GOOD: [&str; 24] = [
    "同", "新", "永", "合", "丰", "勤", "睦", "谐", "怡", "祥", "乐", "康", "宁", "惠", "泰", "善", "仁", "益", "互",
    "共", "联", "众", "旭", "曙",
];
const WORK: [&str; 16] =
    ["耕", "穗", "谷", "垦", "渔", "织", "禾", "田", "园", "庄", "舍", "屯", "畴", "畦", "陌", "农"];
const CLAN: [&str; 28] = [
    "殷", "褚", "臧", "荀", "滕", "郦", "鄂", "窦", "戚", "缪", "卞", "闵", "茅", "厉", "羿", "鞠", "郗", "尉", "蔺",
    "虞", "晏", "柯", "阮", "骆", "佟", "瞿", "扈", "逄",
];
const CLAN_TAIL: [&str; 9] = ["家宅", "家浜", "家桥", "家塘", "家埭", "家圩", "家库", "家湾", "家坞"];
const ESTATE_A: [&str; 24] = [
    "荷风", "听雨", "沐晨", "栖霞", "揽汐", "枕澜", "倚棠", "望萤", "拾穗", "临沥", "聆蝉", "依禾", "漱石", "知萱",
    "晴岚", "映桐", "怀谷", "朗月", "云溪", "星汀", "问渠", "归雁", "初霁", "满庭",
];
const ESTATE_B: [&str; 12] = ["里", "苑", "坊", "新村", "花园", "庭", "公寓", "小区", "家园", "一村", "二村", "名邸"];
const ROAD_A: [&str; 30] = [
    "望", "听", "揽", "临", "沐", "映", "归", "知", "问", "怀", "迎", "守", "同", "和", "睦", "惠", "勤", "善", "安",
    "宁", "康", "乐", "清", "秀", "晴", "朗", "初", "满", "长", "远",
];
const ROAD_B: [&str; 30] = [
    "禾", "穗", "苇", "荻", "鹭", "雁", "鸥", "汐", "澜", "渚", "汀", "溆", "岚", "霁", "霞", "棠", "桐", "榆", "槐",
    "萱", "蕙", "萤", "蝉", "帆", "舟", "桨", "渠", "堤", "畴", "垄",
];
/// Names of real places in or near the region that the syllables could form.
const REAL: [&str; 30] = [
    "新桥", "新浜", "新场", "丰溪", "芦潮", "同济", "新港", "永安", "新农", "新谷", "新田", "新园", "合庆", "惠南",
    "泰日", "康桥", "新湾", "沙湾", "荷塘", "桐乡", "桑园", "芦墟", "鹤沙", "晓塘", "晨阳", "沙浦", "滩浒", "永新",
    "新庄", "和睦",
];

/// Hands out names of places, each once.
#[derive(Debug)]
pub struct Names {
    rng: Rng,
    used: BTreeSet<String>,
}

impl Names {
    pub fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed, "names"), used: REAL.iter().map(|s| (*s).to_owned()).collect() }
    }

    /// The n-th town.
    pub fn town(&mut self, n: usize) -> String {
        let name = TOWNS.get(n).map_or_else(|| format!("新禾{n}镇"), |t| (*t).to_owned());
        self.used.insert(name.trim_end_matches("街道").trim_end_matches('镇').to_owned());
        name
    }

    fn fresh(&mut self, make: impl Fn(&mut Rng) -> String) -> String {
        for _ in 0..500 {
            let name = make(&mut self.rng);
            let mut letters = name.chars();
            let doubled = letters.next() == letters.next();
            if !doubled && self.used.insert(name.clone()) {
                return name;
            }
        }
        // Every combination is taken: number them on.
        let n = self.used.len();
        let name = format!("{}{n}", make(&mut self.rng));
        self.used.insert(name.clone());
        name
    }

    pub fn village(&mut self) -> String {
        let base = self.fresh(|r| match r.below(10) {
            0..=3 => format!("{}{}", r.pick(&NATURE), r.pick(&WATER)),
            4..=6 => format!("{}{}", r.pick(&GOOD), r.pick(&WORK)),
            _ => format!("{}{}", r.pick(&CLAN), r.pick(&CLAN_TAIL)),
        });
        format!("{base}村")
    }

    /// A neighbourhood committee's estate.
    pub fn neighbourhood(&mut self) -> String {
        self.fresh(|r| format!("{}{}", r.pick(&ESTATE_A), r.pick(&ESTATE_B)))
    }

    /// Stem of a road's name, to which 路, 街, 大道 … is added.
    pub fn road(&mut self) -> String {
        self.fresh(|r| match r.below(10) {
            0..=6 => format!("{}{}", r.pick(&ROAD_A), r.pick(&ROAD_B)),
            7 | 8 => format!("{}{}", r.pick(&NATURE), r.pick(&GOOD)),
            _ => format!("{}{}", r.pick(&GOOD), r.pick(&NATURE)),
        })
    }

    /// Stem of a canal's or river's name.
    pub fn canal(&mut self) -> String {
        self.fresh(|r| match r.below(3) {
            0 => format!("{}{}", r.pick(&NATURE), r.pick(&["泾", "浜", "漕", "沥", "塘", "港"])),
            1 => format!("{}家{}", r.pick(&CLAN), r.pick(&["浜", "泾", "沟", "漕"])),
            _ => format!("{}{}", r.pick(&ROAD_A), r.pick(&["泾", "漕", "沥", "塘", "浦"])),
        })
    }
}

const SURNAMES: [(&str, f64); 60] = [
    ("王", 7.2),
    ("李", 6.8),
    ("张", 6.6),
    ("陈", 5.9),
    ("刘", 4.6),
    ("杨", 3.1),
    ("黄", 2.6),
    ("赵", 2.3),
    ("吴", 2.8),
    ("周", 3.0),
    ("徐", 2.8),
    ("孙", 2.2),
    ("马", 1.1),
    ("朱", 2.6),
    ("胡", 1.5),
    ("郭", 1.1),
    ("何", 1.3),
    ("林", 1.2),
    ("高", 1.1),
    ("罗", 0.9),
    ("郑", 1.0),
    ("梁", 0.8),
    ("谢", 0.9),
    ("宋", 0.9),
    ("唐", 1.1),
    ("许", 1.1),
    ("韩", 0.7),
    ("冯", 0.8),
    ("邓", 0.6),
    ("曹", 1.0),
    ("彭", 0.6),
    ("曾", 0.5),
    ("肖", 0.5),
    ("蔡", 0.8),
    ("潘", 0.8),
    ("袁", 0.7),
    ("于", 0.5),
    ("董", 0.6),
    ("余", 0.6),
    ("叶", 0.7),
    ("蒋", 0.8),
    ("沈", 2.4),
    ("姚", 1.0),
    ("陆", 2.0),
    ("顾", 2.1),
    ("金", 1.2),
    ("钱", 1.3),
    ("戴", 0.8),
    ("夏", 0.8),
    ("范", 0.7),
    ("方", 0.7),
    ("石", 0.5),
    ("谭", 0.4),
    ("廖", 0.3),
    ("邹", 0.4),
    ("陶", 0.6),
    ("盛", 0.5),
    ("倪", 0.6),
    ("庄", 0.5),
    ("欧阳", 0.1),
];
const WOMEN: [&str; 26] = [
    "芳", "敏", "静", "丽", "娟", "艳", "秀", "英", "玲", "萍", "红", "燕", "梅", "琴", "慧", "颖", "雪", "琳", "倩",
    "婷", "怡", "佳", "欣", "悦", "瑾", "蓉",
];
const MEN: [&str; 26] = [
    "伟", "强", "磊", "军", "勇", "杰", "涛", "明", "超", "刚", "平", "辉", "鹏", "斌", "浩", "宇", "峰", "毅", "俊",
    "帆", "凯", "博", "成", "龙", "健", "诚",
];
const FIRST: [&str; 26] = [
    "建", "国", "志", "文", "晓", "小", "海", "春", "玉", "淑", "桂", "慧", "嘉", "思", "雨", "子", "俊", "德", "永",
    "新", "丽", "雅", "振", "家", "宏", "佩",
];

/// A person who does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub woman: bool,
    /// National mobile numbers are somebody's; these are Shanghai fixed lines that cannot exist (none begins with 0).
    pub phone: String,
}

impl Person {
    /// One of very many: names come again, as they do in a town. The number decides the telephone.
    pub fn of(rng: &mut Rng, n: usize) -> Self {
        let weights = SURNAMES.map(|(_, w)| w);
        let surname = SURNAMES.get(rng.weighted(&weights)).map_or("王", |(s, _)| s);
        let woman = rng.chance(0.5);
        let last = if woman { rng.pick(&WOMEN) } else { rng.pick(&MEN) };
        let first = if rng.chance(0.9) { *rng.pick(&FIRST) } else { "" };
        Self { name: format!("{surname}{first}{last}"), woman, phone: local_number(n as u64) }
    }
}

/// A Shanghai local number that begins with 0, which nobody can have. A step coprime to the range spreads the numbers, and none
/// comes twice before all were given out.
fn local_number(n: u64) -> String {
    format!("021-0{:07}", (n * 7_368_787 + 1_234_567) % 10_000_000)
}

/// Hands out people: no full name twice, none inside a place's name.
#[derive(Debug)]
pub struct People {
    rng: Rng,
    used: BTreeSet<String>,
    places: String,
    next_phone: u32,
}

impl People {
    /// `places` are all names of places, of any kind.
    pub fn new<'a>(seed: u64, places: impl IntoIterator<Item = &'a str>) -> Self {
        let mut joined = String::new();
        for place in places {
            joined.push_str(place);
            joined.push('\n');
        }
        Self { rng: Rng::new(seed, "people"), used: BTreeSet::new(), places: joined, next_phone: 0 }
    }

    /// More names of places that no person may have.
    pub fn avoid<'a>(&mut self, places: impl IntoIterator<Item = &'a str>) {
        for place in places {
            self.places.push_str(place);
            self.places.push('\n');
        }
    }

    pub fn person(&mut self) -> Person {
        let weights: Vec<f64> = SURNAMES.iter().map(|(_, w)| *w).collect();
        loop {
            let surname = SURNAMES.get(self.rng.weighted(&weights)).map_or("王", |(s, _)| s);
            let woman = self.rng.chance(0.5);
            let last = if woman { self.rng.pick(&WOMEN) } else { self.rng.pick(&MEN) };
            let name = if self.rng.chance(0.72) {
                let first = self.rng.pick(&FIRST);
                if first == last {
                    continue;
                }
                format!("{surname}{first}{last}")
            } else {
                format!("{surname}{last}")
            };
            if self.places.contains(&name) || !self.used.insert(name.clone()) {
                continue;
            }
            let phone = self.phone();
            return Person { name, woman, phone };
        }
    }

    /// The next number nobody can have: a Shanghai local number that begins with 0.
    pub fn phone(&mut self) -> String {
        self.next_phone += 1;
        local_number(u64::from(self.next_phone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_used_once_and_people_are_no_places() {
        let mut names = Names::new(7);
        let villages: BTreeSet<String> = (0..300).map(|_| names.village()).collect();
        assert_eq!(villages.len(), 300);
        assert!(villages.iter().all(|v| !v.chars().any(|c| c.is_ascii_digit())));
        let mut people = People::new(7, villages.iter().map(String::as_str));
        let many: Vec<Person> = (0..2_000).map(|_| people.person()).collect();
        let phones: BTreeSet<&str> = many.iter().map(|p| p.phone.as_str()).collect();
        assert_eq!(phones.len(), 2_000);
        assert!(many.iter().all(|p| p.phone.starts_with("021-0") && p.phone.len() == 12));
        assert!(many.iter().all(|p| villages.iter().all(|v| !v.contains(&p.name))));
    }
}
