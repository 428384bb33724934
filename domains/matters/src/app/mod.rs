//! Use cases: one file each. Command in, outcome out, the log entry in the same transaction. No second way exists to
//! change a matter.

mod about;
mod act;
mod answer;
pub(crate) mod around;
mod attach;
mod brief;
mod bulk;
mod calendar;
mod classes;
mod clocks;
pub mod crowd;
pub mod data_requests;
mod detail;
mod duplicates;
mod effects;
mod exchanged;
mod foresee;
mod import;
mod inspect;
pub mod joins;
mod lists;
pub mod moved_ground;
mod moves;
pub mod near;
mod news;
mod owners;
pub mod persons;
mod published;
mod raise;
pub mod report;
mod search;
mod takers;
mod track;
pub mod undo;
mod views;
pub mod visits;

pub use about::{is_about_a_unit, mark_about};
pub use act::{Act, Acted, act, action, legal};
pub(crate) use answer::timer_ran;
pub use answer::{open_answer, record_delivery};
pub use attach::{Attachment, Audience, attach, attach_to_answer, attachment, attachments};
pub use brief::{Brief, brief, facts};
pub use bulk::raise_closed;
pub use calendar::{calendar, load_calendar, year_to_load};
pub use classes::{agencies, classes, save_class, seed_classes};
pub use clocks::{Swept, ensure_timers, recompute, sweep};
pub(crate) use clocks::{next_sweep, ring_at};
pub use detail::{DeliveryLine, Detail, TimelineLine, by_number, detail, timeline};
pub use duplicates::{Candidate, duplicates_of, similar_to};
pub use exchanged::{Exchanged, exchange_key, exchanged};
pub use foresee::{Foresight, foresee};
pub use import::{Foreign, ForeignMatter, IMPORTED, Imported, Importer, OnTime, on_time};
pub use inspect::{Inspection, inspect, owner_at};
pub use lists::{Counts, Filter, Line, MapPoint, PAGE_MAX, Page, Queue, counts, explain, list, map};
pub use moves::{Move, NewsForRaisers, moves, news_for_raisers};
pub use news::News;
pub use owners::{inherit, open_on_seat};
pub use published::{
    Change, ChangeFilter, PUBLISHED_MAX, Published, PublishedFilter, published, published_changes, published_one,
};
pub use raise::{
    Prepared, Raise, RaisedPlace, RaiserInput, Receipt, number_of_key, prepare, raise, raise_about, raise_corrected,
    raise_prepared, raise_whole, raise_with,
};
pub use search::search;
pub use takers::takers;
pub use track::{Found, Progress, Tracked, find_by_code, track};
pub use views::{SavedView, delete_view, save_view, saved_views};
