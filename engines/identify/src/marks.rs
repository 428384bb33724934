//! Marks: a scar, a limp, a missing finger, in the words of whoever wrote or saw them.

use crate::profile::Noticed;
use std::collections::{BTreeSet, HashMap};

/// Words of a description count as the same mark from this overlap on (Dice coefficient of bigrams).
const ALIKE: f64 = 0.45;

/// A mark of the registry: its words and what stands next to each other in them.
#[derive(Debug)]
struct Mark {
    bigrams: Vec<(char, char)>,
    /// Share among all registered marks.
    share: f64,
}

/// Every mark that is written in the registry.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    by_words: HashMap<String, u32>,
    marks: Vec<Mark>,
}

/// Marks as they are compared: no spaces, no punctuation, small letters; each once.
pub(crate) fn normal(words: &str) -> String {
    words.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn bigrams(words: &str) -> Vec<(char, char)> {
    let chars: Vec<char> = words.chars().collect();
    let mut out: Vec<_> = chars.windows(2).filter_map(|w| Some((*w.first()?, *w.get(1)?))).collect();
    if let ([only], true) = (chars.as_slice(), out.is_empty()) {
        out.push((*only, '\0'));
    }
    out.sort_unstable();
    out
}

fn dice(a: &[(char, char)], b: &[(char, char)]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let (mut i, mut j, mut both) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, both) = (i + 1, j + 1, both + 1),
        }
    }
    2.0 * f64::from(both) / (a.len() + b.len()) as f64
}

impl Vocabulary {
    /// Of sets of marks with the number of people who have each; answers the sets as numbers of marks.
    pub(crate) fn new<'a>(sets: impl Iterator<Item = (&'a [String], usize)>) -> (Self, Vec<Vec<u32>>) {
        let mut out = Self::default();
        let (mut counts, mut total): (Vec<f64>, f64) = (Vec::new(), 0.0);
        let mut coded = Vec::new();
        for (set, people) in sets {
            let words: BTreeSet<String> = set.iter().map(|m| normal(m)).filter(|m| !m.is_empty()).collect();
            let mut codes = Vec::with_capacity(words.len());
            for word in words {
                let next = out.marks.len() as u32;
                let code = *out.by_words.entry(word.clone()).or_insert(next);
                if code == next {
                    out.marks.push(Mark { bigrams: bigrams(&word), share: 0.0 });
                    counts.push(0.0);
                }
                if let Some(n) = counts.get_mut(code as usize) {
                    *n += people as f64;
                }
                total += people as f64;
                codes.push(code);
            }
            coded.push(codes);
        }
        for (mark, n) in out.marks.iter_mut().zip(counts) {
            mark.share = n / total.max(1.0);
        }
        (out, coded)
    }

    /// What was seen, compared once with every registered mark.
    pub(crate) fn seen(&self, marks: &[String]) -> Vec<Seen> {
        let words: BTreeSet<String> = marks.iter().map(|m| normal(m)).filter(|m| !m.is_empty()).collect();
        words.iter().map(|word| self.seen_one(word)).collect()
    }

    fn seen_one(&self, word: &str) -> Seen {
        let exact = self.by_words.get(word).copied();
        let parts = bigrams(word);
        let (mut alike, mut share) = (Vec::new(), 0.0);
        for (code, mark) in (0u32..).zip(&self.marks) {
            if Some(code) == exact {
                share += mark.share;
            } else if dice(&parts, &mark.bigrams) >= ALIKE {
                alike.push(code);
                share += mark.share;
            }
        }
        Seen { exact, alike, share: share.max(0.5 / (self.marks.len() as f64 + 1.0)) }
    }
}

/// One mark that was seen.
#[derive(Debug)]
pub(crate) struct Seen {
    exact: Option<u32>,
    alike: Vec<u32>,
    /// How common it and what is like it are among registered marks.
    share: f64,
}

/// How the marks seen of a person go with those registered.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Match {
    pub same: u32,
    pub alike: u32,
    pub missed: u32,
    /// Seen and not registered.
    pub other: u32,
}

/// Probability of seeing these marks on somebody with those registered, and how they match. Each registered mark is
/// noticed or not; what else is seen comes at a rate, each mark as often as it is common.
pub(crate) fn likelihood(rates: &Noticed, seen: &[Seen], registered: &[u32]) -> (f64, Match) {
    let mut left: Vec<u32> = registered.to_vec();
    let (mut p, mut m) = (1.0, Match::default());
    let mut rest = Vec::new();
    let take = |left: &mut Vec<u32>, test: &dyn Fn(u32) -> bool| {
        let at = left.iter().position(|code| test(*code));
        at.map(|i| left.swap_remove(i)).is_some()
    };
    for s in seen {
        if take(&mut left, &|code| s.exact == Some(code)) {
            p *= rates.noticed * rates.same_words;
            m.same += 1;
        } else {
            rest.push(s);
        }
    }
    for s in rest {
        if take(&mut left, &|code| s.alike.binary_search(&code).is_ok()) {
            p *= rates.noticed * (1.0 - rates.same_words) / (s.alike.len() as f64);
            m.alike += 1;
        } else {
            p *= rates.unregistered * s.share;
            m.other += 1;
        }
    }
    m.missed = left.len() as u32;
    (p * (1.0 - rates.noticed).powi(m.missed as i32), m)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::Profile;

    fn words(all: &[&str]) -> Vec<String> {
        all.iter().map(|w| (*w).to_owned()).collect()
    }

    #[test]
    fn the_same_and_alike_words_count_and_others_do_not_exclude() {
        let sets = [words(&["左脸有疤", "走路跛"]), words(&["镶金牙"]), words(&[])];
        let (all, coded) = Vocabulary::new(sets.iter().map(|s| (s.as_slice(), 1)));
        let rates = Profile::default().marks;
        let of = |seen: &[&str], person: usize| likelihood(&rates, &all.seen(&words(seen)), &coded[person]);
        assert_eq!(of(&["左脸有疤"], 0).1, Match { same: 1, missed: 1, ..Match::default() });
        assert_eq!(of(&["左脸上有疤"], 0).1, Match { alike: 1, missed: 1, ..Match::default() });
        assert_eq!(of(&["左 脸，有疤"], 0).1.same, 1, "spaces and points say nothing");
        assert_eq!(of(&["镶金牙"], 0).1, Match { other: 1, missed: 2, ..Match::default() });
        assert!(of(&["镶金牙"], 1).0 > of(&["镶金牙"], 2).0 && of(&["镶金牙"], 2).0 > of(&["镶金牙"], 0).0);
        assert!(of(&[], 2).0 > of(&[], 1).0, "looked and saw none");
        assert!(of(&["从没写过的"], 0).0 > 0.0);
    }
}
