//! What is wrong or doubtful in a file, row by row, said so that the sender can mend it.

use crate::findings::Finding;
pub use crate::words::thousands;
use crate::words::{Value, spoken, text};
use kernel::Lang;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::path::Path;

/// Lines shown of each kind; the count goes on.
pub const SHOWN: usize = 200;

/// What a file is made of, so that its parts can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Counted {
    /// As a spreadsheet shows them; the header is row 1.
    #[default]
    Row,
    /// Of GeoJSON, from 1.
    Feature,
    /// Of a list in JSON, from 1.
    Entry,
}

impl Counted {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Feature => "feature",
            Self::Entry => "entry",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Number of the row, feature or entry.
    pub row: usize,
    /// What it is called, where a number alone is hard to find; never a person's name.
    pub label: String,
    /// Name in the file's header; empty for the whole row.
    pub column: String,
    pub what: Finding,
}

impl Problem {
    /// Where it is.
    pub fn place(&self, of: Counted, lang: Lang) -> String {
        let mut place = text(lang, &format!("findings-{}", of.code()), vec![("n", Value::from(self.row))]);
        if !self.label.is_empty() {
            place = framed(lang, "findings-label", &place, &self.label);
        }
        if self.column.is_empty() {
            return place;
        }
        let key = if of == Counted::Row { "findings-column" } else { "findings-field" };
        framed(lang, key, &place, &self.column_words(of, lang))
    }

    /// The column, or the field of a feature in the reader's language.
    pub fn column_words(&self, of: Counted, lang: Lang) -> String {
        match (of, self.column.as_str()) {
            (Counted::Feature | Counted::Entry, field @ ("name" | "code" | "parent" | "outline" | "version")) => {
                text(lang, &format!("findings-field-{field}"), Vec::new())
            }
            (_, column) => column.to_owned(),
        }
    }

    /// Where, and what.
    pub fn line(&self, of: Counted, lang: Lang) -> String {
        framed(lang, "findings-line", &self.place(of, lang), &self.what.words(lang))
    }
}

fn framed(lang: Lang, key: &str, place: &str, what: &str) -> String {
    text(lang, key, vec![("place", place.to_owned().into()), ("what", what.to_owned().into())])
}

/// A list that keeps the first [`SHOWN`] and counts the rest.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    pub kept: Vec<Problem>,
    /// Findings; a row can have several.
    pub count: usize,
    /// Rows with a finding. Files are read from top to bottom.
    pub rows: usize,
    last: Option<usize>,
}

impl List {
    pub fn add(&mut self, problem: Problem) {
        self.count += 1;
        self.rows += usize::from(self.last.replace(problem.row) != Some(problem.row));
        if self.kept.len() < SHOWN {
            self.kept.push(problem);
        }
    }
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
    fn write(&self, out: &mut String, title: &str, of: Counted, lang: Lang) -> fmt::Result {
        if self.is_empty() {
            return Ok(());
        }
        let key = format!("findings-{title}-{}", of.code());
        writeln!(out, "{}", text(lang, &key, vec![("count", thousands(self.rows).into())]))?;
        for problem in &self.kept {
            writeln!(out, "  {}", problem.line(of, lang))?;
        }
        if self.count > self.kept.len() {
            let more = thousands(self.count - self.kept.len());
            writeln!(out, "  {}", text(lang, "findings-more", vec![("count", more.into())]))?;
        }
        Ok(())
    }
}

/// Findings of one file. *Wrong*: nothing is written. *Doubtful*: written, with a flag, only when accepted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Problems {
    pub of: Counted,
    pub wrong: List,
    pub doubtful: List,
}

impl Problems {
    pub fn wrong(&mut self, row: usize, column: &str, what: Finding) {
        self.wrong_of(row, "", column, what);
    }
    /// As [`Self::wrong`], with what it is called.
    pub fn wrong_of(&mut self, row: usize, label: &str, column: &str, what: Finding) {
        self.wrong.add(Problem { row, label: label.to_owned(), column: column.to_owned(), what });
    }
    pub fn doubtful(&mut self, row: usize, column: &str, what: Finding) {
        self.doubtful.add(Problem { row, label: String::new(), column: column.to_owned(), what });
    }
    /// Whether the file may be written.
    pub const fn allow(&self, accept_doubtful: bool) -> bool {
        self.wrong.is_empty() && (accept_doubtful || self.doubtful.is_empty())
    }
    /// Both lists in words.
    pub fn words(&self, lang: Lang) -> String {
        let mut out = String::new();
        // Into a string: cannot fail.
        let _ = self.wrong.write(&mut out, "wrong", self.of, lang);
        let _ = self.doubtful.write(&mut out, "doubtful", self.of, lang);
        out
    }
    /// Both lists, as the command line shows them.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.words(spoken()).as_bytes())
    }
}

/// The outcome of an import that refused a file for its rows: every finding, then what to do. It goes to standard error.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.words(spoken()))]
pub struct Refused {
    file: String,
    pub problems: Box<Problems>,
}

impl Refused {
    fn words(&self, lang: Lang) -> String {
        let (wrong, doubtful) = (self.problems.wrong.rows, self.problems.doubtful.rows);
        let mend = format!("findings-mend-{}", self.problems.of.code());
        let (key, n) = if wrong > 0 { (mend.as_str(), wrong) } else { ("findings-mend-or-accept", doubtful) };
        let end = text(lang, key, vec![("n", Value::from(n)), ("count", thousands(n).into())]);
        format!("{}\n{}{end}", self.file, self.problems.words(lang))
    }
}

/// A file that is refused as a whole: why, line by line.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.words(spoken()))]
pub struct Unfit {
    /// Name of the file, where it helps to know it.
    pub(crate) file: String,
    pub why: Vec<Finding>,
}

impl Unfit {
    pub fn new(file: &Path, why: Finding) -> Self {
        Self::all(file, vec![why])
    }
    pub fn all(file: &Path, why: Vec<Finding>) -> Self {
        Self { file: file.display().to_string(), why }
    }
    fn words(&self, lang: Lang) -> String {
        let lines: Vec<String> = self.why.iter().map(|why| why.words(lang)).collect();
        let lines = lines.join("\n");
        match (self.file.as_str(), self.why.len()) {
            ("", _) => lines,
            (file, 0 | 1) => framed(lang, "findings-line", file, &lines),
            (file, _) => format!("{file}\n{lines}"),
        }
    }
}

/// Lines about the map file.
impl From<Vec<Finding>> for Unfit {
    fn from(why: Vec<Finding>) -> Self {
        Self { file: String::new(), why }
    }
}

/// About the map file, or about what was stated.
impl From<Finding> for Unfit {
    fn from(why: Finding) -> Self {
        Self { file: String::new(), why: vec![why] }
    }
}

/// For `?` where everything goes into one error.
pub fn unfit(why: Finding) -> anyhow::Error {
    Unfit::from(why).into()
}

impl Problems {
    /// `Err` with all findings when the file must not be written; else what was accepted goes to `out`.
    pub fn settle(&self, file: &Path, accept_doubtful: bool, out: &mut dyn Write) -> anyhow::Result<()> {
        self.check(file, accept_doubtful)?;
        Ok(self.write(out)?)
    }

    /// `Err` with all findings when the file must not be written.
    pub fn check(&self, file: &Path, accept_doubtful: bool) -> Result<(), Refused> {
        if self.allow(accept_doubtful) { Ok(()) } else { Err(self.refused(file)) }
    }

    /// The refusal of a file with these findings.
    pub fn refused(&self, file: &Path) -> Refused {
        let mut problems = Box::new(self.clone());
        // What several readings found is told from top to bottom.
        problems.wrong.kept.sort_by_key(|problem| problem.row);
        Refused { file: file.display().to_string(), problems }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn yesterday() -> Finding {
        Finding::NotADate { text: "yesterday".into() }
    }

    #[test]
    fn long_lists_are_cut_and_counted() {
        let mut problems = Problems::default();
        for row in 2..1_502 {
            problems.wrong(row, "opened", yesterday());
        }
        problems.wrong(1_501, "closed", yesterday());
        let mut out = Vec::new();
        let refused = problems.settle(Path::new("old.csv"), true, &mut out).unwrap_err().to_string();
        assert!(out.is_empty(), "what is refused is told as an error, on standard error");
        assert_eq!(refused.lines().count(), SHOWN + 4);
        let start = "old.csv\nwrong rows: 1,500\n  row 2, column “opened”: “yesterday”";
        assert!(refused.starts_with(start), "{refused}");
        assert!(refused.contains("… and 1,301 more\n"), "{refused}");
        assert!(refused.contains("1,500 rows are wrong"), "{refused}");
        let chinese = problems.refused(Path::new("old.csv")).words(Lang::ZhCn);
        assert!(chinese.starts_with("old.csv\n有误的行：1,500\n  第 2 行，“opened”列：“yesterday”"), "{chinese}");
    }

    #[test]
    fn doubt_is_accepted_only_on_request() {
        let mut problems = Problems::default();
        problems.doubtful(3, "closed", Finding::NotAPhone);
        let mut out = Vec::new();
        assert!(problems.settle(Path::new("old.csv"), true, &mut out).is_ok());
        assert!(String::from_utf8(out).unwrap().starts_with("doubtful rows: 1\n  row 3, column “closed”"));
        let refused = problems.settle(Path::new("old.csv"), false, &mut Vec::new()).unwrap_err().to_string();
        assert!(refused.contains("1 row is doubtful") && refused.contains("--accept-doubtful"), "{refused}");
    }
}
