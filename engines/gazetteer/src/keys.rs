//! Keys under which a name is found: whole, from any character on, by sound, by first letters, with a character missing.
//!
//! Every key begins with a letter that says what it is, so that all of them stand in one index and each search is an equality
//! or a range of it. Compare them as bytes.

use crate::fold::{fold, is_han};
use crate::rank::Match;
use crate::sound::{mixed, sounds};
use kernel::text::pinyin;

/// The name itself.
const WHOLE: char = 'h';
/// What is left of it from its second, third … character on.
const LATER: char = 's';
/// Its sound, and its sound from a later syllable on.
const SOUND: char = 'p';
const LATER_SOUND: char = 'q';
/// First letters of its syllables.
const INITIALS: char = 'i';
/// Sounds and first letters, mixed.
const MIXED: char = 'm';
/// One character missing; one letter of the sound missing.
const SHORTER: char = 'd';
const SHORTER_SOUND: char = 'e';

/// Longer names are found by their beginning.
const MOST: usize = 24;
/// A name must be so long that it is still known with a character missing, and its sound likewise.
const LEAST_HAN: usize = 3;
const LEAST_SOUND: usize = 5;

/// All keys of a name.
pub fn of_name(name: &str) -> Vec<String> {
    let name: String = fold(name).chars().take(MOST).collect();
    if name.is_empty() {
        return Vec::new();
    }
    let mut keys = vec![format!("{WHOLE}{name}")];
    for (sound, initials) in sounds(&name) {
        keys.push(format!("{SOUND}{sound}"));
        keys.push(format!("{INITIALS}{initials}"));
    }
    keys.extend(mixed(&name).into_iter().map(|m| format!("{MIXED}{m}")));
    for later in later(&name, 2) {
        keys.extend(sounds(&later).into_iter().map(|(sound, _)| format!("{LATER_SOUND}{sound}")));
        keys.push(format!("{LATER}{later}"));
    }
    keys.extend(shorter(&name, LEAST_HAN).map(|s| format!("{SHORTER}{s}")));
    keys.extend(shorter(&pinyin(&name).0, LEAST_SOUND).map(|s| format!("{SHORTER_SOUND}{s}")));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Other words for the same body, as people and lists write them: 水闸村村民委员会, 水闸村委会 → 水闸村.
pub fn aliases(name: &str) -> Vec<String> {
    let ends = [
        ("村村民委员会", "村"),
        ("村民委员会", "村"),
        ("村委会", "村"),
        ("社区居民委员会", "社区"),
        ("居民委员会", "社区"),
        ("居民委员会", "居委"),
        ("社区居委会", "社区"),
        ("居委会", "社区"),
        ("居委会", "居委"),
        ("街道办事处", "街道"),
    ];
    let other = ends.into_iter().filter_map(|(end, plain)| Some(format!("{}{plain}", name.strip_suffix(end)?)));
    let mut all: Vec<String> = other.collect();
    all.dedup();
    all
}

/// What to look up for a name that was typed, best first.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Keys that must be equal.
    pub equal: Vec<(String, Match)>,
    /// Beginnings of keys.
    pub begins: Vec<(String, Match)>,
    /// Keys that must be equal, for a second try when the others found little: one character wrong.
    pub alike: Vec<(String, Match)>,
}

/// `whole` is the name with the regions before it, which may belong to it or not; `name` is without them.
pub fn sought(whole: &str, name: &str) -> Sought {
    let cut = |text: &str| text.chars().take(MOST).collect::<String>();
    let (whole, name) = (cut(whole), cut(name));
    let mut sought = Sought::default();
    if name.is_empty() {
        return sought;
    }
    let length = name.chars().count();
    if !name.chars().any(is_han) {
        sought.letters(&whole, &name);
        return sought;
    }
    sought.equal.push((format!("{WHOLE}{whole}"), Match::Exact));
    sought
        .equal
        .extend(aliases(&name).into_iter().map(|alias| (format!("{WHOLE}{alias}"), Match::Tail { dropped: 0 })));
    for (dropped, text) in later(&whole, 2).enumerate() {
        sought.equal.push((format!("{WHOLE}{text}"), Match::Tail { dropped: dropped + 1 }));
    }
    sought.begins.push((format!("{WHOLE}{name}"), Match::Begins { length }));
    if length >= 2 {
        sought.begins.push((format!("{LATER}{name}"), Match::Inside { length }));
    }
    let (sound, _) = pinyin(&name);
    if sound.len() >= 4 {
        sought.alike.push((format!("{SOUND}{sound}"), Match::Sound));
    }
    if length >= LEAST_HAN {
        sought.alike.extend(
            shorter(&name, LEAST_HAN)
                .flat_map(|s| [(format!("{SHORTER}{s}"), Match::Alike), (format!("{WHOLE}{s}"), Match::Alike)]),
        );
    }
    if length >= 2 {
        sought.alike.push((format!("{SHORTER}{name}"), Match::Alike));
    }
    sought
}

impl Sought {
    /// Looks for these words as one name, too, before all else.
    pub fn also(&mut self, joined: &str) {
        let joined: String = joined.chars().take(MOST).collect();
        self.equal.insert(0, (format!("{WHOLE}{joined}"), Match::Exact));
    }

    fn letters(&mut self, whole: &str, name: &str) {
        let length = name.chars().count();
        self.equal.push((format!("{SOUND}{whole}"), Match::Exact));
        self.equal.push((format!("{INITIALS}{whole}"), Match::Initials));
        for (dropped, text) in later(whole, 4).enumerate() {
            self.equal.push((format!("{SOUND}{text}"), Match::Tail { dropped: dropped + 1 }));
        }
        if length >= 2 {
            self.begins.push((format!("{INITIALS}{name}"), Match::BeginsInitials { length }));
            self.begins.push((format!("{SOUND}{name}"), Match::Begins { length }));
        }
        if length >= 3 {
            self.begins.push((format!("{LATER_SOUND}{name}"), Match::Inside { length }));
            self.begins.push((format!("{MIXED}{name}"), Match::BeginsInitials { length }));
        }
        if length >= LEAST_SOUND {
            self.alike.extend(
                shorter(name, LEAST_SOUND).flat_map(|s| {
                    [(format!("{SHORTER_SOUND}{s}"), Match::Alike), (format!("{SOUND}{s}"), Match::Alike)]
                }),
            );
            self.alike.push((format!("{SHORTER_SOUND}{name}"), Match::Alike));
        }
    }
}

/// What is left from the second character on, as long as `least` are left.
fn later(text: &str, least: usize) -> impl Iterator<Item = String> {
    let chars: Vec<char> = text.chars().collect();
    let to = (chars.len() + 1).saturating_sub(least);
    (1..to).map(move |from| chars.iter().skip(from).collect())
}

/// The text with each of its characters left out once.
fn shorter(text: &str, least: usize) -> impl Iterator<Item = String> {
    let chars: Vec<char> = text.chars().collect();
    let to = if chars.len() >= least { chars.len() } else { 0 };
    (0..to).map(move |out| chars.iter().enumerate().filter(|(i, _)| *i != out).map(|(_, c)| *c).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(typed: &str, name: &str) -> Option<Match> {
        let keys = of_name(name);
        let sought = sought(typed, typed);
        let equal = |list: &[(String, Match)]| list.iter().find(|(k, _)| keys.contains(k)).map(|(_, m)| *m);
        let begins = |k: &str| keys.iter().any(|key| key.starts_with(k));
        let begins = || sought.begins.iter().find(|(k, _)| begins(k)).map(|(_, m)| *m);
        equal(&sought.equal).or_else(begins).or_else(|| equal(&sought.alike))
    }

    #[test]
    fn a_street_is_found_as_people_type_it() {
        assert_eq!(finds("望苇路", "望苇路"), Some(Match::Exact));
        assert_eq!(finds("青禾望苇路", "望苇路"), Some(Match::Tail { dropped: 2 }));
        assert_eq!(finds("望苇", "望苇路"), Some(Match::Begins { length: 2 }));
        assert_eq!(finds("苇路", "望苇路"), Some(Match::Inside { length: 2 }));
        assert_eq!(finds("望伟路", "望苇路"), Some(Match::Sound), "the wrong choice of an input method");
        assert_eq!(finds("望草路", "望苇路"), Some(Match::Alike));
        assert_eq!(finds("望苇苇路", "望苇路"), Some(Match::Alike));
        assert_eq!(finds("wangweilu", "望苇路"), Some(Match::Exact));
        assert_eq!(finds("wwl", "望苇路"), Some(Match::Initials));
        assert_eq!(finds("wangw", "望苇路"), Some(Match::Begins { length: 5 }));
        assert_eq!(finds("wangweillu", "望苇路"), Some(Match::Alike));
        assert_eq!(finds("wanweilu", "望苇路"), Some(Match::Alike));
        assert_eq!(finds("qinghewangweilu", "望苇路"), Some(Match::Tail { dropped: 6 }));
        assert_eq!(finds("月季路", "望苇路"), None);
        assert_eq!(finds("zhuanghangzhen", "庄行镇"), Some(Match::Exact), "行 has two sounds");
        assert_eq!(finds("zhuangxingzhen", "庄行镇"), Some(Match::Exact));
        assert_eq!(finds("wangwl", "望苇路"), Some(Match::BeginsInitials { length: 6 }));
        assert_eq!(finds("wweilu", "望苇路"), Some(Match::BeginsInitials { length: 6 }));
        assert_eq!(finds("zhuanghz", "庄行镇"), Some(Match::BeginsInitials { length: 8 }));
        assert_eq!(finds("zhzx", "庄行镇"), None);
        assert_eq!(finds("zhz", "庄行镇"), Some(Match::Initials));
        assert_eq!(finds("庄航镇", "庄行镇"), Some(Match::Sound));
        assert_eq!(finds("zengjiazhai", "曾家宅"), Some(Match::Exact));
        assert_eq!(finds("yuedu", "乐都路"), Some(Match::Begins { length: 5 }));
    }

    #[test]
    fn keys_are_few_and_nothing_comes_of_nothing() {
        assert!(of_name("望苇路").len() < 40, "{:?}", of_name("望苇路"));
        assert!(of_name(" ").is_empty() && sought("", "").equal.is_empty());
        assert_eq!(aliases("水闸村村民委员会"), ["水闸村", "水闸村村"]);
    }
}
