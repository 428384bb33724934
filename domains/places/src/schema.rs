//! Tables of areas, posts and duty.

use store::Migration;

/// Run by the program at start, before those of the crates above.
pub const MIGRATIONS: &[Migration] =
    &[AREAS, crate::streets::schema::STREETS, crate::gazetteer::TABLES, crate::app::edit_later::EDITS];

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
