//! How punctual the other system was, in words.

use crate::problems::thousands;
use ::matters::app::OnTime;
use std::io::{self, Write};

/// The report in words.
pub fn write_on_time(out: &mut dyn Write, r: OnTime) -> io::Result<()> {
    let n = |value: i64| thousands(usize::try_from(value).unwrap_or_default());
    if r.judged == 0 {
        return writeln!(
            out,
            "on time: none of {} imported matters has both a target and a closing date",
            n(r.matters)
        );
    }
    writeln!(
        out,
        "on time: {} of {} closed by their target ({}); {} of {} have both dates",
        n(r.on_time),
        n(r.judged),
        percent(r.on_time, r.judged),
        n(r.judged),
        n(r.matters)
    )?;
    if r.stated > 0 {
        writeln!(
            out,
            "the other system says the same of {} of {} ({})",
            n(r.agree),
            n(r.stated),
            percent(r.agree, r.stated)
        )?;
    }
    Ok(())
}

/// Rounded down, so that 100 % means all.
fn percent(part: i64, whole: i64) -> String {
    let tenths = part.saturating_mul(1_000) / whole.max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}
