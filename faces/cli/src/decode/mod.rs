//! `mulin decode`: frames of locators as lines of text, what they say as lines of JSON (contract: docs/trackers.md).

mod json;
mod line;

use crate::WrongUse;
use clap::Args;
use kernel::Moment;
use std::io::{BufRead, Write};
use trackers::{Model, Options, Protocol, Session};

/// What a line may be.
const LINES: &str = "\
One frame in each line of standard input: hexadecimal digits, or (watch, h02, tk103, gps103) the text itself. For osmand and owntracks a line \
is the target of a request, which begins with \"/\", or a JSON body, which begins with \"{\". Empty lines are passed over. A run is one \
session: a login in the first line counts for the lines after it.

Answers one line of JSON for each frame, at once:
  {\"device\":…, \"positions\":[{\"lat\",\"lon\",\"time\",\"valid\",\"speed_kmh\",\"course\",\"altitude_m\",\"accuracy_m\",\"satellites\",
  \"battery_pct\",\"alarms\":[…]}], \"status\":{\"time\",\"battery_pct\",\"alarms\",…}, \"reply\":\"hex\"|null, \"error\":null|\"…\"}
Positions are readings with coordinates, in the datum of the device; a stale one has valid=false. What came without coordinates, an SOS too,
stands in status, with the masts and access points that the device hears. Times are RFC 3339 in UTC, by the device's clock; courses degrees
from north. reply is what the device expects to hear. A line that cannot be read is answered with error, and the run goes on.

  printf '[3G*8800000015*0002*LK]\\n' | mulin decode watch
  mulin decode gt06 --model VL103 --now 2026-11-28T15:00:00Z < frames.txt";

/// Reads frames of locators and tells what they say: positions, state, alarms, and what to answer. Files, no database.
#[derive(Debug, Args)]
#[command(after_long_help = LINES)]
pub struct DecodeArgs {
    /// Protocol: watch, gt06, h02, jt808, tk103, gps103, osmand or owntracks
    #[arg(value_name = "PROTOCOL")]
    pub protocol: String,
    /// Family of devices whose alarm codes differ from the protocol's document (docs/trackers.md has the list)
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The present instant, for answers that carry the time
    #[arg(long, value_name = "RFC3339")]
    pub now: Option<String>,
}

/// Runs the command until the input ends. `clock` is the present instant when `--now` does not say it.
///
/// # Errors
/// When the arguments cannot be used, or input or output fail. A frame that cannot be read is no error of the run.
pub fn run(
    args: &DecodeArgs,
    clock: &dyn Fn() -> Moment,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let protocol = Protocol::parse(&args.protocol).ok_or_else(|| {
        let names: Vec<_> = Protocol::ALL.iter().map(|p| p.name()).collect();
        WrongUse(format!("{} is no protocol that is read here: {}", args.protocol, names.join(", ")))
    })?;
    let model = match &args.model {
        None => Model::Standard,
        Some(name) => Model::parse(name).ok_or_else(|| {
            let names: Vec<_> = Model::NAMES.iter().map(|(name, _)| *name).collect();
            WrongUse(format!("--model {name} is not known: {}", names.join(", ")))
        })?,
    };
    let fixed = match &args.now {
        None => None,
        Some(text) => Some(Moment::parse_rfc3339(text).map_err(|_| {
            WrongUse(format!(
                "--now {text} is no instant: write it like 2026-11-28T15:00:00Z or 2026-11-28T23:00:00+08:00"
            ))
        })?),
    };
    let mut reader = line::Reader::new(protocol, Session::new(protocol, &Options { model }));
    let mut text = Vec::new();
    while input.read_until(b'\n', &mut text)? > 0 {
        let frame = text.trim_ascii();
        if !frame.is_empty() {
            let reading = reader.read(frame, fixed.unwrap_or_else(clock));
            serde_json::to_writer(&mut *out, &json::of(&reading))?;
            out.write_all(b"\n")?;
            out.flush()?;
        }
        text.clear();
    }
    Ok(())
}
