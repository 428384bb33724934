//! Rows of a register that may be somebody who is here already under another key, or another row of the same file. Nobody is joined
//! without being asked; what is compared stays in here: a proposal says which fields agree, and no value.

use super::{token, unseal};
use crate::app::persons::ResidentRow;
use crate::app::{allow, marks};
use crate::model::person::{Contact, Identity, name_tokens};
use crate::policy::{Action, ResourceFacts};
use crate::{Error, Result};
use kernel::ids::{AreaId, PersonId};
use std::collections::{HashMap, HashSet};
use store::{Cx, KeyClass, Value, params};

/// Values of one statement.
const AT_ONCE: usize = 400;
/// Rows of one name that are compared with each other.
const SAME_NAME: usize = 40;

/// Whom a row may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// Somebody who is here, and where they live.
    Person(PersonId, AreaId),
    /// An earlier row, counted from 0.
    Row(usize),
}

/// A row that looks like somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// Counted from 0.
    pub row: usize,
    pub with: With,
    /// Fields that agree besides the name: `id_number`, `phone`, `address`, `birth_year`.
    pub agree: Vec<&'static str>,
}

/// The rows under a new key that have the name of somebody and agree with them in one more field, in the order of the rows. Whoever
/// differs in the number of their identity card, the sex, or by more than a year in age is somebody else.
///
/// # Errors
/// Whoever may not import is refused.
pub fn alike(cx: &mut Cx<'_>, rows: &[ResidentRow]) -> Result<Vec<Alike>> {
    allow(cx, Action::Import, &ResourceFacts::District)?;
    let known = known_keys(cx, rows)?;
    let names: Vec<Option<String>> =
        rows.iter().map(|row| name_tokens(&row.identity.name).into_iter().next()).collect();
    let here = people_of_names(cx, names.iter().flatten())?;
    let mut earlier: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut found = Vec::new();
    for (at, (row, name)) in rows.iter().zip(&names).enumerate() {
        let Some(name) = name.as_deref() else { continue };
        let before = earlier.entry(name).or_default();
        if !known.contains(&at) {
            let somebody = here.get(name).into_iter().flatten();
            let mut people = somebody.map(|p| {
                (With::Person(p.id, p.area), agreement((&row.identity, &row.contact), (&p.identity, &p.contact)))
            });
            let mut others = before.iter().filter_map(|n| Some((*n, rows.get(*n)?)));
            let best = people.find_map(|(with, agree)| Some((with, agree?))).or_else(|| {
                others.find_map(|(n, other)| {
                    Some((With::Row(n), agreement((&row.identity, &row.contact), (&other.identity, &other.contact))?))
                })
            });
            found.extend(best.map(|(with, agree)| Alike { row: at, with, agree }));
        }
        if before.len() < SAME_NAME {
            before.push(at);
        }
    }
    Ok(found)
}

/// The keyed hash under which a key of a register is kept.
pub(super) fn key_hash(cx: &Cx<'_>, key: &str) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Identity, format!("import:{}", key.trim()).as_bytes())
}

/// Rows whose key is here.
fn known_keys(cx: &mut Cx<'_>, rows: &[ResidentRow]) -> Result<HashSet<usize>> {
    let hashes: HashMap<[u8; 32], usize> =
        rows.iter().enumerate().map(|(n, row)| (key_hash(cx, &row.key), n)).collect();
    // Rows of the register that was taken out here are who their key says.
    let own = |(n, row): (usize, &ResidentRow)| super::own_rows::of_key(&row.key).map(|_| n);
    let mut known: HashSet<usize> = rows.iter().enumerate().filter_map(own).collect();
    for some in hashes.keys().collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut values = params![cx.district()].to_vec();
        values.extend(some.iter().map(|hash| Value::Blob(hash.to_vec())));
        let among = marks(2, some.len());
        let sql = format!(
            "SELECT import_key AS k FROM person WHERE district_id = $1 AND import_key IN ({among}) \
             UNION ALL SELECT import_key FROM person_import_key WHERE district_id = $1 AND import_key IN ({among})"
        );
        for row in cx.query(&sql, &values)? {
            let hash = <[u8; 32]>::try_from(row.blob("k")?).ok();
            known.extend(hash.and_then(|hash| hashes.get(&hash)).copied());
        }
    }
    Ok(known)
}

struct Somebody {
    id: PersonId,
    area: AreaId,
    identity: Identity,
    contact: Contact,
}

/// Who is here under these names, by name token.
fn people_of_names<'n>(
    cx: &mut Cx<'_>,
    names: impl Iterator<Item = &'n String>,
) -> Result<HashMap<String, Vec<Somebody>>> {
    let tokens: HashMap<i64, &String> = names.map(|name| (token(cx, name), name)).collect();
    let mut here: HashMap<String, Vec<Somebody>> = HashMap::new();
    for some in tokens.keys().copied().collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut values = params![cx.district()].to_vec();
        values.extend(some.iter().map(|token| Value::Int(*token)));
        let sql = format!(
            "SELECT t.token, p.id, p.area_id, p.identity, p.contact FROM person_token t JOIN person p ON p.id = t.person_id \
             WHERE t.district_id = $1 AND t.token IN ({}) AND p.ended_at IS NULL ORDER BY p.id",
            marks(2, some.len())
        );
        for row in cx.query(&sql, &values)? {
            let id: PersonId = row.id("id")?;
            let (Some(identity), Some(name)) = (row.opt_blob("identity")?, tokens.get(&row.i64("token")?)) else {
                continue;
            };
            let identity: Identity = match unseal(cx, KeyClass::Identity, id.0, &identity) {
                Err(Error::Store(store::Error::Erased)) => continue,
                read => read?,
            };
            let contact = match row.opt_blob("contact")? {
                Some(sealed) => match unseal(cx, KeyClass::Contact, id.0, &sealed) {
                    Err(Error::Store(store::Error::Erased)) => Contact::default(),
                    read => read?,
                },
                None => Contact::default(),
            };
            let somebody = Somebody { id, area: row.id("area_id")?, identity, contact };
            here.entry((*name).clone()).or_default().push(somebody);
        }
    }
    Ok(here)
}

/// In what two of the same name agree; nothing when something says that they are two.
pub(crate) fn agreement(
    (identity, contact): (&Identity, &Contact),
    (other, reached): (&Identity, &Contact),
) -> Option<Vec<&'static str>> {
    let digits = |text: &Option<String>| -> Option<String> {
        let all: String = text.as_deref()?.chars().filter(char::is_ascii_digit).collect();
        (all.len() >= 7).then_some(all)
    };
    let plain = |text: &Option<String>| -> Option<String> {
        let all: String = kernel::text::narrow(text.as_deref()?).chars().filter(|c| c.is_alphanumeric()).collect();
        (!all.is_empty()).then(|| all.to_lowercase())
    };
    let same = |a: Option<String>, b: Option<String>| Some(a? == b?);
    let card = same(plain(&identity.id_number), plain(&other.id_number));
    let years = identity.birth_year.zip(other.birth_year);
    let sexes = (!identity.sex.is_empty() && !other.sex.is_empty()).then(|| identity.sex == other.sex);
    let two = card == Some(false) || sexes == Some(false) || years.is_some_and(|(a, b)| a.abs_diff(b) > 1);
    if two && card != Some(true) {
        return None;
    }
    let agree = [
        ("id_number", card),
        ("phone", same(digits(&contact.phone), digits(&reached.phone))),
        ("address", same(plain(&contact.address), plain(&reached.address))),
        ("birth_year", years.map(|(a, b)| a == b)),
    ];
    let agree: Vec<_> = agree.into_iter().filter(|(_, same)| *same == Some(true)).map(|(field, _)| field).collect();
    (!agree.is_empty()).then_some(agree)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, sex: &str, year: Option<i16>, phone: Option<&str>) -> ResidentRow {
        let identity = Identity { name: name.into(), sex: sex.into(), birth_year: year, id_number: None };
        let contact = Contact { phone: phone.map(str::to_owned), ..Contact::default() };
        ResidentRow { key: String::new(), area: AreaId(uuid::Uuid::nil()), identity, contact, guardians: Vec::new() }
    }

    #[test]
    fn one_more_field_must_agree_and_none_must_tell_them_apart() {
        let of = |a: &ResidentRow, b: &ResidentRow| agreement((&a.identity, &a.contact), (&b.identity, &b.contact));
        let one = row("赵德福", "m", Some(1938), Some("021-0555 0103"));
        assert_eq!(of(&one, &row("赵德福", "", None, Some("02105550103"))), Some(vec!["phone"]));
        assert_eq!(of(&one, &row("赵德福", "m", Some(1938), None)), Some(vec!["birth_year"]));
        assert_eq!(of(&one, &row("赵德福", "m", Some(1945), Some("021-0555 0103"))), None, "father and son");
        assert_eq!(of(&one, &row("赵德福", "f", Some(1938), None)), None);
        assert_eq!(of(&one, &row("赵德福", "", None, None)), None, "a name alone is not enough");
    }
}
