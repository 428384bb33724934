//! The word lists of `words/` as costs: the negative natural logarithm of how likely a word, a surname, a character of a
//! given name is.

use crate::text::is_han;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The longest word of the lists.
pub(crate) const LONGEST: usize = 4;
/// A character that is no common word.
const RARE: f32 = 14.5;

type Key = [char; LONGEST];

/// A word of up to [`LONGEST`] characters as a key.
pub(crate) fn key(word: &[char]) -> Option<Key> {
    let mut key = ['\0'; LONGEST];
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    key.iter_mut().zip(word).for_each(|(k, c)| *k = *c);
    Some(key)
}

pub(crate) struct Model {
    words: HashMap<Key, f32>,
    given: HashMap<char, f32>,
    surnames: HashMap<Key, f32>,
}

pub(crate) static MODEL: LazyLock<Model> = LazyLock::new(Model::load);

/// Lines `= n` and what follows them.
fn groups(file: &'static str) -> impl Iterator<Item = (f32, &'static str)> {
    let mut cost = 0.0;
    file.lines().filter(|line| !line.starts_with('#')).filter_map(move |line| match line.strip_prefix("= ") {
        Some(n) => {
            cost = n.trim().parse().unwrap_or(RARE);
            None
        }
        None => Some((cost, line)),
    })
}

impl Model {
    fn load() -> Self {
        let mut model = Self { words: HashMap::new(), given: HashMap::new(), surnames: HashMap::new() };
        for file in [include_str!("../words/common.txt"), include_str!("../words/local.txt")] {
            for (cost, word) in groups(file).flat_map(|(cost, line)| line.split(' ').map(move |w| (cost, w))) {
                if let Some(key) = key(&word.chars().collect::<Vec<_>>()) {
                    model.words.insert(key, cost);
                }
            }
        }
        for (cost, line) in groups(include_str!("../words/given.txt")) {
            model.given.extend(line.chars().map(|c| (c, cost)));
        }
        for (cost, name) in
            groups(include_str!("../words/surnames.txt")).flat_map(|(c, l)| l.split(' ').map(move |n| (c, n)))
        {
            if let Some(key) = key(&name.chars().collect::<Vec<_>>()) {
                model.surnames.insert(key, cost);
            }
        }
        model
    }

    /// A common word of two characters or more.
    pub fn word(&self, word: &[char]) -> Option<f32> {
        self.words.get(&key(word)?).copied()
    }

    /// A character by itself.
    pub fn single(&self, c: char) -> f32 {
        key(&[c]).and_then(|k| self.words.get(&k)).copied().unwrap_or(RARE)
    }

    pub fn surname(&self, name: &[char]) -> Option<f32> {
        self.surnames.get(&key(name)?).copied()
    }

    /// A character of a given name. Rare characters are names more often than anything else.
    pub fn given(&self, c: char) -> f32 {
        match self.given.get(&c) {
            Some(cost) => *cost,
            None if is_han(c) && self.single(c) >= RARE => 10.0,
            None => 15.0,
        }
    }
}
