//! Lists of words looked up at a place of a text, the longest first.

use crate::text::{Text, folded};
use std::collections::HashMap;

/// Words by their first and by their last character.
#[derive(Default)]
pub(crate) struct Words {
    first: HashMap<char, Vec<Vec<char>>>,
    last: HashMap<char, Vec<Vec<char>>>,
}

impl Words {
    /// From words between blanks.
    pub fn new(list: &str) -> Self {
        Self::of(list.split_whitespace())
    }

    pub fn of<'a>(list: impl Iterator<Item = &'a str>) -> Self {
        let (mut first, mut last) = (HashMap::new(), HashMap::new());
        for word in list.map(folded) {
            let (Some(a), Some(b)) = (word.first().copied(), word.last().copied()) else { continue };
            first.entry(a).or_insert_with(Vec::new).push(word.clone());
            last.entry(b).or_insert_with(Vec::new).push(word);
        }
        for words in first.values_mut().chain(last.values_mut()) {
            words.sort_by_key(|w| std::cmp::Reverse(w.len()));
        }
        Self { first, last }
    }

    /// Length of the longest word that begins at `i`; 0 for none.
    pub fn at(&self, text: &Text, i: usize) -> usize {
        let found = self.first.get(&text.at(i)).and_then(|words| words.iter().find(|w| text.starts(i, w)));
        found.map_or(0, Vec::len)
    }

    pub fn has(&self, text: &Text, i: usize) -> bool {
        self.at(text, i) > 0
    }

    /// Length of the longest word that ends before `i`; 0 for none.
    pub fn before(&self, text: &Text, i: usize) -> usize {
        let Some(words) = self.last.get(&text.before(i, 1)) else { return 0 };
        words.iter().find(|w| i >= w.len() && text.starts(i - w.len(), w)).map_or(0, Vec::len)
    }

    /// The last word that lies wholly in `from..to`, as from and to.
    pub fn last_in(&self, text: &Text, from: usize, to: usize) -> Option<(usize, usize)> {
        (from..to).rev().find_map(|i| {
            let words = self.first.get(&text.at(i))?;
            let word = words.iter().find(|w| i + w.len() <= to && text.starts(i, w))?;
            Some((i, i + word.len()))
        })
    }
}

/// A list of the rules.
pub(crate) type List = std::sync::LazyLock<Words>;

/// A list that is put together when it is first needed.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $list:expr;)*) => {
        $($(#[$doc])* pub(crate) static $name: $crate::lists::List =
            std::sync::LazyLock::new(|| $crate::lists::Words::new($list));)*
    };
}
pub(crate) use words;
