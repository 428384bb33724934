//! Surnames as people hear and say them: characters, sounds, and sounds that dialects confuse.

use crate::profile::Heard;
use std::collections::HashMap;

/// Characters that are read otherwise as a surname than elsewhere.
const AS_SURNAME: [(&str, &str); 22] = [
    ("单", "shan"),
    ("解", "xie"),
    ("仇", "qiu"),
    ("曾", "zeng"),
    ("任", "ren"),
    ("区", "ou"),
    ("查", "zha"),
    ("盖", "ge"),
    ("朴", "piao"),
    ("翟", "zhai"),
    ("尉迟", "yuchi"),
    ("万俟", "moqi"),
    ("长孙", "zhangsun"),
    ("澹台", "tantai"),
    ("繁", "po"),
    ("秘", "bi"),
    ("召", "shao"),
    ("乐", "yue"),
    ("缪", "miao"),
    ("种", "chong"),
    ("折", "she"),
    ("黑", "he"),
];

/// A surname, written or only heard.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Surname {
    /// `None` when given in pinyin.
    han: Option<String>,
    sound: String,
    /// The sound with what dialects confuse made alike.
    near: String,
}

impl Surname {
    /// From Han characters or toneless pinyin (`lü`, `lv` and `lyu` are the same).
    pub(crate) fn new(text: &str) -> Self {
        let text = text.trim();
        let letters = text.chars().all(|c| c.is_ascii() || "üÜ".contains(c));
        let (han, sound) = if letters {
            let plain: String = text.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
            (None, plain.replace('ü', "v").replace("lyu", "lv").replace("nyu", "nv"))
        } else {
            let known = AS_SURNAME.iter().find(|(han, _)| *han == text).map(|(_, sound)| (*sound).to_owned());
            (Some(text.to_owned()), known.unwrap_or_else(|| kernel::text::pinyin(text).0))
        };
        let near = fold(&sound);
        Self { han, sound, near }
    }

    fn sounds_like(&self, other: &Self) -> bool {
        !self.sound.is_empty() && self.sound == other.sound
    }

    /// Written alike; where one was only heard, sounding alike.
    fn is(&self, other: &Self) -> bool {
        match (&self.han, &other.han) {
            (Some(a), Some(b)) => a == b,
            _ => self.sounds_like(other),
        }
    }

    fn near(&self, other: &Self) -> bool {
        !self.near.is_empty() && self.near == other.near
    }
}

/// Sounds that Wu, southern Mandarin and Cantonese speakers do not keep apart: zh/z, ch/c, sh/s; n/l/r at the beginning;
/// f/h and hu/w; n/ng at the end (黄 and 王, 陈 and 成, 林 and 凌).
fn fold(sound: &str) -> String {
    let mut s = sound.replace("zh", "z").replace("ch", "c").replace("sh", "s");
    if let Some(rest) = s.strip_prefix('f') {
        s = format!("h{rest}");
    }
    s = match s.strip_prefix("hu") {
        Some("") => "wu".into(),
        Some("i") => "wei".into(),
        Some("n") => "wen".into(),
        Some(rest) => format!("w{rest}"),
        None => s,
    };
    if let Some(rest) = s.strip_prefix(['n', 'r']) {
        s = format!("l{rest}");
    }
    if s.len() > 2 && s.ends_with("ng") {
        s.pop();
    }
    s
}

/// How common the surnames of the registry are, by writing, sound and near sound.
#[derive(Debug, Default)]
pub(crate) struct Surnames {
    total: f64,
    written: HashMap<String, f64>,
    sound: HashMap<String, f64>,
    near: HashMap<String, f64>,
}

impl Surnames {
    pub(crate) fn count<'a>(all: impl Iterator<Item = (&'a Surname, usize)>) -> Self {
        let mut out = Self::default();
        for (name, n) in all {
            let n = n as f64;
            out.total += n;
            if let Some(han) = &name.han {
                *out.written.entry(han.clone()).or_default() += n;
            }
            *out.sound.entry(name.sound.clone()).or_default() += n;
            *out.near.entry(name.near.clone()).or_default() += n;
        }
        out
    }

    /// Share of what was said among all people. One more person, who is not in the registry, may have any surname.
    fn share(&self, said: &Surname) -> f64 {
        let n = match &said.han {
            Some(han) => self.written.get(han),
            None => self.sound.get(&said.sound),
        };
        (n.copied().unwrap_or(0.0) + 0.5) / (self.total + 1.0)
    }

    /// Probability that `said` is said of somebody called `name`, by the ways in which it can come about: understood,
    /// written otherwise, confused, anything.
    pub(crate) fn parts(&self, heard: &Heard, said: &Surname, name: &Surname) -> [f64; 4] {
        let share = self.share(said);
        let sound = (self.sound.get(&said.sound).copied().unwrap_or(0.0) + 0.5) / (self.total + 1.0);
        let near = (self.near.get(&said.near).copied().unwrap_or(0.0) + 0.5) / (self.total + 1.0);
        let within = |class: f64| (share / class).min(1.0);
        [
            // Only heard in the registry, written now: each writing of that sound as often as it is.
            match (said.is(name), said.han.is_some() && name.han.is_none()) {
                (true, true) => heard.right * within(sound),
                (true, false) => heard.right,
                (false, _) => 0.0,
            },
            if said.sounds_like(name) { heard.same_sound * within(sound) } else { 0.0 },
            if said.near(name) { heard.near_sound * within(near) } else { 0.0 },
            (1.0 - heard.understood()) * share,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profile;

    #[test]
    fn characters_sounds_and_confusions() {
        let of = Surname::new;
        assert!(of("王").is(&of("wang")) && !of("王").is(&of("汪")) && of("王").sounds_like(&of("汪")));
        assert!(of("吕").is(&of("lü")) && of("LYU").is(&of("lv")));
        assert!(of("单").is(&of("shan")) && of("尉迟").is(&of("Yuchi")));
        for (a, b) in [("黄", "王"), ("陈", "成"), ("林", "凌"), ("章", "臧"), ("胡", "吴"), ("刘", "牛")] {
            assert!(of(a).near(&of(b)), "{a} {b}");
        }
        assert!(!of("李").near(&of("王")));
    }

    #[test]
    fn what_is_said_sums_to_one() {
        let names = ["王", "汪", "黄", "陈", "成", "李"].map(Surname::new);
        let all = Surnames::count(names.iter().map(|n| (n, 1000)));
        let heard = Profile::default().surname;
        for name in &names {
            let sum: f64 = names.iter().flat_map(|said| all.parts(&heard, said, name)).sum();
            assert!((sum - 1.0).abs() < 0.01, "{name:?} {sum}");
        }
    }

    #[test]
    fn a_rare_surname_said_wrongly_is_not_impossible() {
        let names = ["王", "李"].map(Surname::new);
        let all = Surnames::count(names.iter().map(|n| (n, 10)));
        let parts = all.parts(&Profile::default().surname, &Surname::new("㐂"), &Surname::new("王"));
        assert!(parts.iter().sum::<f64>() > 0.0);
    }
}
