//! Tables of areas, posts and duty.

use store::Migration;

/// Run by the program at start, before those of the crates above.
pub const MIGRATIONS: &[Migration] = &[
    AREAS,
    crate::streets::schema::STREETS,
    crate::gazetteer::TABLES,
    crate::app::edit_later::EDITS,
    RESOURCES,
    crate::gazetteer::list::LISTS,
    ENGLISH,
    CONTACT_CARDS,
];

/// Beside the rows of areas, so that what an import kept of them before is still what stands there.
const ENGLISH: Migration = Migration {
    name: "places-0003-english-names-of-areas",
    sql: "
CREATE TABLE area_english (area_id UUID PRIMARY KEY, district_id UUID NOT NULL, name TEXT NOT NULL);
CREATE INDEX area_english_district ON area_english (district_id);
",
};

const AREAS: Migration = Migration {
    name: "places-0001-areas-and-posts",
    sql: "
CREATE TABLE area (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, kind TEXT NOT NULL, code TEXT, name TEXT NOT NULL, parent_id UUID,
  valid_from BIGINT NOT NULL, valid_to BIGINT, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX area_code ON area (district_id, kind, code) WHERE valid_to IS NULL;
CREATE INDEX area_parent ON area (parent_id);
CREATE TABLE area_outline (
  district_id UUID NOT NULL, area_id UUID NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT, shape BYTEA NOT NULL,
  PRIMARY KEY (area_id, valid_from)
);
CREATE INDEX area_outline_district ON area_outline (district_id);
CREATE TABLE places_token (district_id UUID PRIMARY KEY, token UUID NOT NULL);
CREATE TABLE post (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, tier TEXT NOT NULL, code TEXT, name TEXT NOT NULL, parent_id UUID,
  address TEXT NOT NULL, phone TEXT NOT NULL, lon DOUBLE PRECISION, lat DOUBLE PRECISION, hours TEXT NOT NULL,
  state TEXT NOT NULL, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX post_code ON post (district_id, code);
CREATE TABLE post_area (area_id UUID PRIMARY KEY, district_id UUID NOT NULL, post_id UUID NOT NULL);
CREATE INDEX post_area_district ON post_area (district_id);
CREATE TABLE duty_slot (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, post_id UUID NOT NULL, account_id UUID NOT NULL,
  starts BIGINT NOT NULL, ends BIGINT NOT NULL, confirmed_at BIGINT, cancelled_at BIGINT
);
CREATE INDEX duty_slot_post ON duty_slot (post_id, ends);
CREATE INDEX duty_slot_account ON duty_slot (account_id, ends);
",
};

/// What posts have, and crowd days. To whom something is lent is sealed under the loan; the key goes when it is back.
const RESOURCES: Migration = Migration {
    name: "places-0002-resources-and-crowd-days",
    sql: "
CREATE TABLE resource_kind (
  district_id UUID NOT NULL, code TEXT NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT NULL, is_active BOOLEAN NOT NULL,
  version BIGINT NOT NULL, PRIMARY KEY (district_id, code)
);
CREATE TABLE resource (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, post_id UUID NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  place TEXT NOT NULL, how_many BIGINT NOT NULL, state TEXT NOT NULL, hours TEXT NOT NULL, is_kept BOOLEAN NOT NULL,
  changed_at BIGINT NOT NULL, version BIGINT NOT NULL
);
CREATE INDEX resource_district ON resource (district_id, kind);
CREATE INDEX resource_post ON resource (post_id);
CREATE TABLE resource_loan (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, resource_id UUID NOT NULL, how_many BIGINT NOT NULL, at BIGINT NOT NULL,
  due_at BIGINT NOT NULL, back_at BIGINT, borrower BYTEA
);
CREATE INDEX resource_loan_resource ON resource_loan (resource_id, back_at);
CREATE INDEX resource_loan_out ON resource_loan (district_id, back_at, due_at);
CREATE TABLE crowd_event (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, first_day TEXT NOT NULL,
  last_day TEXT NOT NULL, from_minute BIGINT NOT NULL, to_minute BIGINT NOT NULL, place TEXT NOT NULL,
  lon DOUBLE PRECISION, lat DOUBLE PRECISION, post_id UUID NOT NULL, expected BIGINT NOT NULL, is_on BOOLEAN NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX crowd_event_district ON crowd_event (district_id, last_day);
CREATE TABLE crowd_decision (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, suggestion TEXT NOT NULL, day TEXT NOT NULL, post_id UUID NOT NULL,
  accepted BOOLEAN NOT NULL, reason TEXT NOT NULL, at BIGINT NOT NULL, by_account UUID
);
CREATE UNIQUE INDEX crowd_decision_suggestion ON crowd_decision (district_id, suggestion);
CREATE TABLE crowd_slot (
  slot_id UUID PRIMARY KEY, district_id UUID NOT NULL, decision_id UUID NOT NULL, duty TEXT NOT NULL
);
CREATE INDEX crowd_slot_decision ON crowd_slot (decision_id);
",
};

/// Buildings with the card on their wall (which lines, as digests), and of each household only what it said to the card.
const CONTACT_CARDS: Migration = Migration {
    name: "places-0004-contact-cards",
    sql: "
CREATE TABLE contact_building (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, area_id UUID NOT NULL, name TEXT NOT NULL, printed_at BIGINT,
  printed TEXT NOT NULL, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX contact_building_name ON contact_building (district_id, area_id, name);
CREATE TABLE contact_household (
  building_id UUID NOT NULL, district_id UUID NOT NULL, door TEXT NOT NULL, place BIGINT NOT NULL, answer TEXT, at BIGINT,
  PRIMARY KEY (building_id, door)
);
",
};
