//! Tables of volunteers.

use store::Migration;

/// Who somebody is, how to reach them and what they wrote is sealed. Declining leaves no row.
pub const VOLUNTEERS: Migration = Migration {
    name: "care-0010-volunteers",
    sql: "
CREATE TABLE care_volunteer (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, area_id UUID NOT NULL, state TEXT NOT NULL, identity BYTEA, contact BYTEA,
  words BYTEA, lang TEXT NOT NULL, tongues TEXT NOT NULL, skills TEXT NOT NULL, week TEXT NOT NULL, paused_until TEXT,
  insured_until TEXT, trained_on TEXT, checked_by UUID, mentor_id UUID, account_id UUID, why TEXT, code_hash BYTEA,
  idem_key TEXT NOT NULL, signed_at BIGINT NOT NULL, ended_at BIGINT, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX care_volunteer_key ON care_volunteer (district_id, idem_key);
CREATE INDEX care_volunteer_code ON care_volunteer (code_hash);
CREATE INDEX care_volunteer_account ON care_volunteer (account_id);
CREATE INDEX care_volunteer_list ON care_volunteer (district_id, state, signed_at);
CREATE INDEX care_volunteer_ended ON care_volunteer (district_id, ended_at);
CREATE TABLE care_volunteer_step (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, volunteer_id UUID NOT NULL, at BIGINT NOT NULL, step TEXT NOT NULL, by_account UUID
);
CREATE INDEX care_volunteer_step_of ON care_volunteer_step (volunteer_id, at);
CREATE TABLE care_volunteer_thanks (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, volunteer_id UUID NOT NULL, sealed BYTEA, at BIGINT NOT NULL, by_account UUID,
  seen_at BIGINT
);
CREATE INDEX care_volunteer_thanks_of ON care_volunteer_thanks (volunteer_id, at);
",
};
