//! Heads kept outside the database: anchors (signed lines in a file, mailed, printed) and marks (short, on receipts and
//! exports). Only they show that the end of the log was cut off, or that the whole of it was written anew.

use super::report::{Break, Missing};
use super::seal::Head;
use super::{Algorithm, head};
use crate::conn::Cell;
use crate::keys::PublicKey;
use crate::{Cx, Error, params};
use kernel::Moment;
use kernel::ids::DistrictId;
use std::fmt;

/// Digits of a head on a receipt: 64 bits, beyond anybody's power to hit twice.
const MARK_DIGITS: usize = 16;
/// Fewer typed digits are refused.
const MARK_LEAST: usize = 12;
const FIRST_WORD: &str = "mulin-anchor";

/// The state of the chain at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    pub district: DistrictId,
    /// Number of the last block, 0 for an empty chain.
    pub block: i64,
    pub last_event: i64,
    pub last_read: i64,
    /// Entries sealed by then.
    pub entries: i64,
    pub head: [u8; 32],
    /// Of the last block.
    pub algorithm: Algorithm,
    pub at: Moment,
}

/// Why a line is no anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAnchor {
    #[error("it is not the line of an anchor")]
    Form,
    #[error("its signature does not hold: the line was altered")]
    Altered,
    #[error("it is signed with a key that is not in the key file")]
    OtherKey,
}

impl Anchor {
    /// The head in hexadecimal digits.
    pub fn head_hex(&self) -> String {
        hex::encode(self.head)
    }

    /// As it is signed: one line of words, readable by people.
    fn statement(&self) -> String {
        let (district, head, at) = (self.district, hex::encode(self.head), self.at.rfc3339());
        format!(
            "{FIRST_WORD} v=1 district={district} block={} last_event={} last_read={} entries={} algorithm={} head={head} at={at}",
            self.block,
            self.last_event,
            self.last_read,
            self.entries,
            self.algorithm.code()
        )
    }

    /// The line with its signature.
    pub fn line(&self, keys: &crate::Keys) -> String {
        let statement = self.statement();
        let (key, signature) = keys.sign(statement.as_bytes());
        format!("{statement} key={} sig={}", key.short(), hex::encode(signature))
    }

    /// Whether a line of a file claims to be an anchor.
    pub fn is_line(line: &str) -> bool {
        line.split_whitespace().next() == Some(FIRST_WORD)
    }

    /// Reads a line and checks its signature against these keys.
    pub fn read(line: &str, keys: &[PublicKey]) -> Result<Self, NotAnAnchor> {
        let line = line.trim();
        let (statement, tail) = line.rsplit_once(" key=").ok_or(NotAnAnchor::Form)?;
        let (name, signature) = tail.split_once(" sig=").ok_or(NotAnAnchor::Form)?;
        let signature: [u8; 64] =
            hex::decode(signature).ok().and_then(|s| s.try_into().ok()).ok_or(NotAnAnchor::Form)?;
        let anchor = Self::of_statement(statement).ok_or(NotAnAnchor::Form)?;
        let key = keys.iter().find(|k| k.short() == name).ok_or(NotAnAnchor::OtherKey)?;
        if key.verifies(statement.as_bytes(), &signature) { Ok(anchor) } else { Err(NotAnAnchor::Altered) }
    }

    fn of_statement(statement: &str) -> Option<Self> {
        if !Self::is_line(statement) {
            return None;
        }
        let word = |name: &str| statement.split_whitespace().find_map(|w| w.strip_prefix(name)?.strip_prefix('='));
        let number = |name: &str| word(name)?.parse::<i64>().ok();
        (word("v")? == "1").then_some(())?;
        Some(Self {
            district: word("district")?.parse().ok()?,
            block: number("block")?,
            last_event: number("last_event")?,
            last_read: number("last_read")?,
            entries: number("entries")?,
            algorithm: Algorithm::from_code(word("algorithm")?)?,
            head: hex::decode(word("head")?).ok()?.try_into().ok()?,
            at: Moment::parse_rfc3339(word("at")?).ok()?,
        })
    }

    /// The chain as it is sealed now.
    pub fn of_now(cx: &mut Cx<'_>) -> Result<Self, Error> {
        let Head { block, last_event, last_read, hash, .. } = head(cx)?;
        let sql = "SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) AS n FROM seal_block WHERE district_id = $1";
        let entries = cx.query_one(sql, params![cx.district()])?.i64("n")?;
        let sql = "SELECT algorithm FROM seal_block WHERE n = $1";
        let code = cx.query_opt(sql, params![block])?.map(|row| row.text("algorithm")).transpose()?;
        let algorithm = code.and_then(|c| Algorithm::from_code(&c)).unwrap_or_default();
        Ok(Self { district: cx.district(), block, last_event, last_read, entries, head: hash, algorithm, at: cx.now })
    }
}

/// The short form of a head, as it stands on receipts and exports: `412:4f2a-9c01-77de-0b12`, or the hexadecimal digits
/// of a head alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    block: Option<i64>,
    digits: String,
}

impl Mark {
    pub fn of(head: &Head) -> Self {
        let digits = head.hex().chars().take(MARK_DIGITS).collect();
        Self { block: Some(head.block), digits }
    }

    /// Reads what somebody typed from a receipt.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = kernel::text::narrow(typed);
        let (block, digits) = match typed.split_once(':') {
            Some((block, digits)) => (Some(block.trim().parse().ok()?), digits),
            None => (None, typed.as_str()),
        };
        let digits: String = digits.chars().filter(|c| *c != '-' && !c.is_whitespace()).collect();
        let digits = digits.to_lowercase();
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        (hex && (MARK_LEAST..=64).contains(&digits.len())).then_some(Self { block, digits })
    }

    fn fits(&self, head: &[u8]) -> bool {
        hex::encode(head).starts_with(&self.digits)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(block) = self.block {
            write!(f, "{block}:")?;
        }
        for (i, digit) in self.digits.chars().enumerate() {
            if i > 0 && i % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// What a verification holds the chain against, beside the anchors that the database remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Against {
    pub anchors: Vec<Anchor>,
    pub marks: Vec<Mark>,
}

/// Holds the stored heads against every anchor and mark; the heads themselves are verified elsewhere.
pub(super) fn check(cx: &mut Cx<'_>, against: &Against, last: i64) -> Result<(u64, Vec<Break>), Error> {
    let district = cx.district();
    let mut anchors = super::remembered(cx)?;
    anchors.extend(against.anchors.iter().filter(|a| a.district == district).cloned());
    anchors.sort_by_key(|a| (a.block, a.at));
    anchors.dedup_by(|a, b| (a.block, a.head) == (b.block, b.head));
    let mut breaks = of_anchors(cx, &anchors, last)?;
    for mark in &against.marks {
        breaks.extend(of_mark(cx, mark, last)?);
    }
    Ok(((anchors.len() + against.marks.len()) as u64, breaks))
}

enum Stands {
    Good,
    Missing,
    Other,
}

fn stands(cx: &mut Cx<'_>, block: i64, fits: impl Fn(&[u8]) -> bool) -> Result<Stands, Error> {
    if block == 0 {
        return Ok(Stands::Good);
    }
    let sql = "SELECT head FROM seal_block WHERE n = $1 AND district_id = $2";
    Ok(match cx.query_opt(sql, params![block, cx.district()])? {
        None => Stands::Missing,
        Some(row) if fits(&row.blob("head")?) => Stands::Good,
        Some(_) => Stands::Other,
    })
}

/// `anchors` from the oldest to the newest. The newest that is missing says how much was cut; the oldest that is
/// different says from where on the log was written anew.
fn of_anchors(cx: &mut Cx<'_>, anchors: &[Anchor], last: i64) -> Result<Vec<Break>, Error> {
    let mut good: Option<&Anchor> = None;
    let (mut missing, mut other): (Vec<&Anchor>, Vec<&Anchor>) = (Vec::new(), Vec::new());
    for anchor in anchors {
        match stands(cx, anchor.block, |head| head == anchor.head)? {
            Stands::Good => good = Some(anchor),
            Stands::Missing => missing.push(anchor),
            Stands::Other => other.push(anchor),
        }
    }
    let holds = |bad: &Anchor| good.is_some_and(|g| g.block >= bad.block);
    // The newest one that holds proves everything before it, so an older one that does not is none of this chain's.
    let strange = missing.iter().chain(&other).filter(|a| holds(a));
    let mut breaks: Vec<Break> = strange.map(|a| Break::Unknown { head: hex::encode(a.head) }).collect();
    if let Some(newest) = missing.iter().rfind(|a| !holds(a)) {
        breaks.push(cut(cx, newest.block.min(last), Some(newest))?);
    }
    if let Some(oldest) = other.iter().find(|a| !holds(a)) {
        let good_until = good.map(|g| g.block).filter(|b| *b > 0);
        breaks.push(Break::Replaced { good_until, block: oldest.block, anchored_at: Some(oldest.at) });
    }
    Ok(breaks)
}

/// The cut before a block that is missing.
fn cut(cx: &mut Cx<'_>, up_to: i64, anchor: Option<&Anchor>) -> Result<Break, Error> {
    let sql = "SELECT n, at, last_event, last_read FROM seal_block WHERE district_id = $1 AND n <= $2 ORDER BY n DESC LIMIT 1";
    let row = cx.query_opt(sql, params![cx.district(), up_to])?;
    let (after, sealed_at, event, read) = match &row {
        Some(r) => (r.i64("n")?, r.moment("at")?, r.i64("last_event")?, r.i64("last_read")?),
        None => (0, Moment::default(), 0, 0),
    };
    let gap = |from: i64, to: i64| (to > from).then_some(Missing { first: from + 1, last: to });
    let (events, reads) = match anchor {
        Some(a) => (gap(event, a.last_event), gap(read, a.last_read)),
        None => (None, None),
    };
    Ok(Break::Cut { after, sealed_at, anchored_at: anchor.map(|a| a.at), events, reads })
}

fn of_mark(cx: &mut Cx<'_>, mark: &Mark, last: i64) -> Result<Option<Break>, Error> {
    if let Some(block) = mark.block {
        return Ok(match stands(cx, block, |head| mark.fits(head))? {
            Stands::Good => None,
            Stands::Missing => Some(cut(cx, block.min(last), None)?),
            Stands::Other => Some(Break::Replaced { good_until: None, block, anchored_at: None }),
        });
    }
    let mut found = mark.digits.bytes().all(|b| b == b'0');
    cx.each_cells("SELECT head FROM seal_block WHERE district_id = $1", params![cx.district()], |row| {
        found |= matches!(row, [Cell::Bytes(head)] if mark.fits(head));
        Ok(())
    })?;
    Ok((!found).then(|| Break::Unknown { head: mark.to_string() }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::Keys;
    use kernel::SeededIds;

    fn anchor() -> Anchor {
        Anchor {
            district: DistrictId(uuid::Uuid::from_u128(9)),
            block: 412,
            last_event: 5_012,
            last_read: 991,
            entries: 6_003,
            head: [7; 32],
            algorithm: Algorithm::Sm3,
            at: Moment::parse_rfc3339("2026-06-29T06:00:00.000001Z").unwrap(),
        }
    }

    #[test]
    fn a_line_reads_back_and_an_altered_one_does_not() {
        let keys = Keys::generate(&SeededIds::new(3));
        let line = anchor().line(&keys);
        assert_eq!(Anchor::read(&line, &keys.public_keys()), Ok(anchor()));
        let altered = line.replace("entries=6003", "entries=6002");
        assert_eq!(Anchor::read(&altered, &keys.public_keys()), Err(NotAnAnchor::Altered));
        let others = Keys::generate(&SeededIds::new(4)).public_keys();
        assert_eq!(Anchor::read(&line, &others), Err(NotAnAnchor::OtherKey));
        assert_eq!(Anchor::read("mulin-anchor v=1 key=a sig=b", &others), Err(NotAnAnchor::Form));
    }

    #[test]
    fn a_mark_is_read_as_people_type_it() {
        let head = Head { block: 412, at: Moment::default(), last_event: 0, last_read: 0, hash: [0x4f; 32] };
        let mark = Mark::of(&head);
        assert_eq!(mark.to_string(), "412:4f4f-4f4f-4f4f-4f4f");
        assert_eq!(Mark::parse("412：4F4F 4f4f 4f4f 4f4f"), Some(mark));
        assert_eq!(Mark::parse(&head.hex()).unwrap().digits, head.hex());
        for wrong in ["", "4f4f", "412:", "x:4f4f4f4f4f4f4f4f", "412:4f4f-4f4f-4f4f-4f4g"] {
            assert_eq!(Mark::parse(wrong), None, "{wrong}");
        }
    }
}
