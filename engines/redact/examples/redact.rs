//! Standard input without what must be hidden, line by line: for trying the rules out.

use std::io::{BufRead as _, Write as _};

fn main() -> std::io::Result<()> {
    let hints = redact::Hints::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let spans = redact::find(&line, &hints);
        writeln!(out, "{}", redact::redact(&line, &spans))?;
        if std::env::args().any(|a| a == "--found") {
            for span in &spans {
                writeln!(out, "  {} {}", span.kind.code(), line.get(span.start..span.end).unwrap_or_default())?;
            }
        }
    }
    Ok(())
}
