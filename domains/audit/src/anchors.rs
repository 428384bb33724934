//! Anchors leave the database: into a file that only grows, one per district.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Name of a district's anchor file.
pub fn file(folder: &Path, district_code: &str) -> PathBuf {
    let safe: String = district_code.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    folder.join(format!("anchors-{safe}.txt"))
}

/// Appends a line, unless it stands there already; durable when this returns.
pub fn append(folder: &Path, district_code: &str, line: &str) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let path = file(folder, district_code);
    let mut options = OpenOptions::new();
    let mut file = options.create(true).read(true).append(true).open(&path)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    if text.lines().any(|known| known == line) {
        return Ok(path);
    }
    // A line that a power cut left half written must not swallow this one.
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    file.write_all(format!("{gap}{line}\n").as_bytes())?;
    file.sync_all()?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_line_is_appended_once_and_never_replaces_another() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("anchors");
        append(&folder, "310199/..", "one").unwrap();
        std::fs::write(file(&folder, "310199/.."), "one\nhal").unwrap();
        append(&folder, "310199/..", "two").unwrap();
        let path = append(&folder, "310199/..", "two").unwrap();
        assert_eq!(path.parent(), Some(folder.as_path()));
        assert_eq!(std::fs::read_to_string(path).unwrap(), "one\nhal\ntwo\n");
    }
}
