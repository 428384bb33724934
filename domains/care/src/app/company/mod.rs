//! Company (N10): who would like to be called or invited, who rings whom each week, and things done together. Only for those who
//! agreed; who came to what is not written, only how many came.

mod activities;
mod calls;
mod own;
mod wishes;

pub use activities::{
    Activity, Guest, NewActivity, OwnActivity, activities, activity, cancel, could_come, guests, hold, invite, make,
    own_reply, reply,
};
pub use calls::{CallLine, calls, record_call};
pub use own::{Own, own};
pub(crate) use wishes::no_caller;
pub use wishes::{NewWish, Wish, set_own_wish, set_wish, wish};

use kernel::Moment;
use kernel::ids::PersonId;
use store::{Cx, params};

/// Signal after anything about calls or activities moved.
pub const CHANGED: &str = "company";

/// Monday of the week that a moment lies in.
fn monday(at: Moment) -> jiff::civil::Date {
    let day = super::visits::day_of(at);
    let back = i64::from(day.weekday().to_monday_zero_offset());
    super::visits::day_of(at.plus_days(-back))
}

/// Their care is over: nobody rings, nobody invites.
pub(crate) fn end_all(cx: &mut Cx<'_>, person: PersonId) -> crate::Result<()> {
    for table in ["care_company", "care_invitation", "care_call"] {
        cx.execute(&format!("DELETE FROM {table} WHERE person_id = $1"), params![person])?;
    }
    Ok(())
}
