//! What is wrong or doubtful in a file, row by row, said so that the sender can mend it.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

/// Lines shown of each kind; the count goes on.
pub const SHOWN: usize = 200;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// As the spreadsheet shows it; the header is row 1.
    pub row: usize,
    /// Name in the file's header.
    pub column: String,
    /// What is there and why it cannot be used, and how to mend it.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.column.is_empty() {
            write!(f, "row {}: {}", self.row, self.what)
        } else {
            write!(f, "row {}, column “{}”: {}", self.row, self.column, self.what)
        }
    }
}

/// A list that keeps the first [`SHOWN`] and counts the rest.
#[derive(Debug, Clone, Default)]
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
    fn write(&self, out: &mut dyn Write, title: &str) -> io::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        writeln!(out, "{title}: {}", thousands(self.rows))?;
        for problem in &self.kept {
            writeln!(out, "  {problem}")?;
        }
        if self.count > self.kept.len() {
            writeln!(out, "  … and {} more", thousands(self.count - self.kept.len()))?;
        }
        Ok(())
    }
}

/// Findings of one file. *Wrong*: nothing is written. *Doubtful*: written, with a flag, only when accepted.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    pub wrong: List,
    pub doubtful: List,
}

impl Problems {
    pub fn wrong(&mut self, row: usize, column: &str, what: impl fmt::Display) {
        self.wrong.add(Problem { row, column: column.to_owned(), what: what.to_string() });
    }
    pub fn doubtful(&mut self, row: usize, column: &str, what: impl fmt::Display) {
        self.doubtful.add(Problem { row, column: column.to_owned(), what: what.to_string() });
    }
    /// Whether the file may be written.
    pub const fn allow(&self, accept_doubtful: bool) -> bool {
        self.wrong.is_empty() && (accept_doubtful || self.doubtful.is_empty())
    }
    /// Both lists, as shown to people.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.wrong.write(out, "wrong rows")?;
        self.doubtful.write(out, "doubtful rows")
    }
}

/// The outcome of an import that refused a file: every finding, then what to do. It goes to standard error.
#[derive(Debug, thiserror::Error)]
#[error("{listed}{}", refusal(.wrong, .doubtful))]
pub struct Refused {
    listed: String,
    /// Rows.
    pub wrong: usize,
    pub doubtful: usize,
    /// For a table.
    pub problems: Problems,
}

fn refusal(wrong: &usize, doubtful: &usize) -> String {
    if *wrong > 0 {
        format!("nothing was imported: {} wrong; mend the file and run the same command again", rows(*wrong))
    } else {
        format!(
            "nothing was imported: {} doubtful; mend the file, or add --accept-doubtful to import them with a flag",
            rows(*doubtful)
        )
    }
}

impl Problems {
    /// `Err` with all findings when the file must not be written; else what was accepted goes to `out`.
    pub fn settle(&self, file: &Path, accept_doubtful: bool, out: &mut dyn Write) -> anyhow::Result<()> {
        self.check(file, accept_doubtful)?;
        Ok(self.write(out)?)
    }

    /// `Err` with all findings when the file must not be written.
    pub fn check(&self, file: &Path, accept_doubtful: bool) -> anyhow::Result<()> {
        if self.allow(accept_doubtful) { Ok(()) } else { Err(self.refused(file)?.into()) }
    }

    /// The refusal of a file with these findings.
    pub fn refused(&self, file: &Path) -> io::Result<Refused> {
        let mut listed = Vec::new();
        writeln!(listed, "{}", file.display())?;
        self.write(&mut listed)?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        Ok(Refused { listed, wrong: self.wrong.rows, doubtful: self.doubtful.rows, problems: self.clone() })
    }
}

fn rows(n: usize) -> String {
    if n == 1 { "1 row is".into() } else { format!("{} rows are", thousands(n)) }
}

/// 58119 → `58,119`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn long_lists_are_cut_and_counted() {
        let mut problems = Problems::default();
        for row in 2..1_502 {
            problems.wrong(row, "opened", "“yesterday” is not a date");
        }
        problems.wrong(1_501, "closed", "“tomorrow” is not a date");
        let mut out = Vec::new();
        let refused = problems.settle(Path::new("old.csv"), true, &mut out).unwrap_err().to_string();
        assert!(out.is_empty(), "what is refused is told as an error, on standard error");
        assert_eq!(refused.lines().count(), SHOWN + 4);
        let start = "old.csv\nwrong rows: 1,500\n  row 2, column “opened”: “yesterday”";
        assert!(refused.starts_with(start), "{refused}");
        assert!(refused.contains("… and 1,301 more\n"), "{refused}");
        assert!(refused.contains("1,500 rows are wrong"), "{refused}");
    }

    #[test]
    fn doubt_is_accepted_only_on_request() {
        let mut problems = Problems::default();
        problems.doubtful(3, "closed", "closed before it was opened");
        let mut out = Vec::new();
        assert!(problems.settle(Path::new("old.csv"), true, &mut out).is_ok());
        assert!(String::from_utf8(out).unwrap().starts_with("doubtful rows: 1\n  row 3, column “closed”"));
        let refused = problems.settle(Path::new("old.csv"), false, &mut Vec::new()).unwrap_err().to_string();
        assert!(refused.contains("1 row is doubtful") && refused.contains("--accept-doubtful"), "{refused}");
    }
}
