//! Tables of this crate. Nobody else reads or writes them. A device's number is a keyed hash and a sealed value; where somebody was
//! is sealed under a key of its own for each person (`locator_permit.key_id`), so that withdrawing erases by destroying one key.
//!
//! Positions themselves stand in a table for each district and day (`app::tracks`), which is dropped whole.

use store::Migration;

pub const MIGRATIONS: &[Migration] = &[DEVICES, AGREED, STATE, ALERTS, BY_POST, IN_HAND];

const DEVICES: Migration = Migration {
    name: "locators-0001-devices",
    sql: "
CREATE TABLE locator (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, number_hash BYTEA NOT NULL, number BYTEA NOT NULL, kind TEXT NOT NULL,
  protocol TEXT NOT NULL, model TEXT NOT NULL, datum TEXT NOT NULL, label TEXT NOT NULL, state TEXT NOT NULL, post_id UUID,
  made_at BIGINT NOT NULL, made_by TEXT NOT NULL, ended_at BIGINT, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX locator_number ON locator (district_id, number_hash);
CREATE INDEX locator_stock ON locator (district_id, state, made_at);
CREATE TABLE locator_binding (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, locator_id UUID NOT NULL, person_id UUID NOT NULL, bound_at BIGINT NOT NULL,
  bound_by TEXT NOT NULL, by_kind TEXT NOT NULL, guardian_id UUID, name BYTEA, ended_at BIGINT, end_reason TEXT, successor UUID
);
CREATE UNIQUE INDEX locator_binding_now ON locator_binding (locator_id) WHERE ended_at IS NULL;
CREATE INDEX locator_binding_person ON locator_binding (person_id, bound_at);
CREATE INDEX locator_binding_open ON locator_binding (district_id, ended_at);
CREATE TABLE locator_rule (
  district_id UUID PRIMARY KEY, family_minutes BIGINT NOT NULL, silence_minutes BIGINT NOT NULL, low_pct BIGINT NOT NULL,
  charged_pct BIGINT NOT NULL, before_case_minutes BIGINT NOT NULL, version BIGINT NOT NULL
);
",
};

/// What was agreed to, by whom, and who sees what. The permit is what all of it comes to, written in the transaction of the answer.
const AGREED: Migration = Migration {
    name: "locators-0002-agreed",
    sql: "
CREATE TABLE locator_consent (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, answer TEXT NOT NULL, given_by TEXT NOT NULL,
  guardian_id UUID, purpose TEXT NOT NULL, channel TEXT NOT NULL, witness BYTEA NOT NULL, at BIGINT NOT NULL,
  review_on BIGINT NOT NULL, written_by TEXT NOT NULL, ended_at BIGINT
);
CREATE INDEX locator_consent_person ON locator_consent (person_id, at);
CREATE INDEX locator_consent_ended ON locator_consent (district_id, ended_at);
CREATE TABLE locator_decision (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, answer TEXT NOT NULL, words BYTEA NOT NULL,
  at BIGINT NOT NULL, by_account UUID NOT NULL
);
CREATE INDEX locator_decision_person ON locator_decision (person_id, at);
CREATE TABLE locator_permit (
  person_id UUID PRIMARY KEY, district_id UUID NOT NULL, key_id UUID NOT NULL, allowed BOOLEAN NOT NULL, why TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX locator_permit_district ON locator_permit (district_id, allowed);
CREATE TABLE locator_pause (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  by_kind TEXT NOT NULL, guardian_id UUID, ended_at BIGINT
);
CREATE INDEX locator_pause_person ON locator_pause (person_id, ended_at);
CREATE INDEX locator_pause_age ON locator_pause (district_id, until_at);
CREATE TABLE locator_sight (
  person_id UUID NOT NULL, viewer UUID NOT NULL, said_by UUID NOT NULL, district_id UUID NOT NULL, sight TEXT NOT NULL,
  at BIGINT NOT NULL, PRIMARY KEY (person_id, viewer, said_by)
);
CREATE TABLE locator_fence (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, body BYTEA NOT NULL, drawn_at BIGINT NOT NULL,
  drawn_by TEXT NOT NULL, guardian_id UUID, ended_at BIGINT, version BIGINT NOT NULL
);
CREATE INDEX locator_fence_person ON locator_fence (person_id, ended_at);
",
};

/// The last that is known of each binding, how its fences stand, and the tables of days.
const STATE: Migration = Migration {
    name: "locators-0003-state",
    sql: "
CREATE TABLE locator_state (
  binding_id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, heard_at BIGINT, late_s BIGINT,
  clock_wrong BOOLEAN NOT NULL, status_at BIGINT, battery BIGINT, charging BOOLEAN, fix_at BIGINT, fix BYTEA, watches BYTEA,
  silence_at BIGINT, tick_at BIGINT, version BIGINT NOT NULL
);
CREATE INDEX locator_state_person ON locator_state (person_id);
CREATE TABLE locator_day (
  district_id UUID NOT NULL, day BIGINT NOT NULL, made_at BIGINT NOT NULL, PRIMARY KEY (district_id, day)
);
CREATE TABLE locator_alarm (
  binding_id UUID NOT NULL, kind TEXT NOT NULL, mark BIGINT NOT NULL, district_id UUID NOT NULL, received BIGINT NOT NULL,
  PRIMARY KEY (binding_id, kind, mark)
);
CREATE INDEX locator_alarm_age ON locator_alarm (district_id, received);
CREATE TABLE locator_case (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, case_id UUID NOT NULL, person_id UUID NOT NULL, opened_at BIGINT NOT NULL,
  linked_at BIGINT NOT NULL, ended_at BIGINT
);
CREATE UNIQUE INDEX locator_case_one ON locator_case (case_id, person_id);
CREATE INDEX locator_case_person ON locator_case (person_id, ended_at);
CREATE INDEX locator_case_open ON locator_case (district_id, ended_at);
CREATE TABLE locator_case_fix (
  link_id UUID NOT NULL, binding_id UUID NOT NULL, mark BIGINT NOT NULL, district_id UUID NOT NULL, at BIGINT NOT NULL,
  received BIGINT NOT NULL, fix BYTEA NOT NULL, PRIMARY KEY (link_id, binding_id, mark)
);
",
};

/// Episodes, who looked, and what devices are asked. No count of anything about a person (R8).
const ALERTS: Migration = Migration {
    name: "locators-0004-alerts",
    sql: "
CREATE TABLE locator_alert (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, number BIGINT NOT NULL, binding_id UUID NOT NULL, person_id UUID NOT NULL,
  kind TEXT NOT NULL, fence_id UUID NOT NULL, began_at BIGINT NOT NULL, opened_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
  post_at BIGINT, owner_seat UUID, owner_account UUID, answer TEXT, answered_at BIGINT, answered_by TEXT, answered_guardian UUID,
  case_id UUID, place BYTEA, ended_at BIGINT, end_why TEXT, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX locator_alert_one ON locator_alert (binding_id, kind, fence_id) WHERE ended_at IS NULL;
CREATE INDEX locator_alert_person ON locator_alert (person_id, opened_at);
CREATE INDEX locator_alert_open ON locator_alert (district_id, ended_at, post_at);
CREATE TABLE locator_look (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, at BIGINT NOT NULL, by_kind TEXT NOT NULL,
  by_account UUID, guardian_id UUID, why TEXT NOT NULL, case_id UUID, what TEXT NOT NULL
);
CREATE INDEX locator_look_person ON locator_look (person_id, at);
CREATE INDEX locator_look_age ON locator_look (district_id, at);
CREATE TABLE locator_command (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, locator_id UUID NOT NULL, binding_id UUID NOT NULL, command TEXT NOT NULL,
  seconds BIGINT, asked_at BIGINT NOT NULL, by_kind TEXT NOT NULL, expires_at BIGINT NOT NULL, sent_at BIGINT, outcome TEXT
);
CREATE INDEX locator_command_waits ON locator_command (district_id, sent_at, expires_at);
CREATE INDEX locator_command_locator ON locator_command (locator_id, asked_at);
",
};

/// The drawer of a post, and all devices by when they were registered.
const BY_POST: Migration = Migration {
    name: "locators-0005-by-post",
    sql: "
CREATE INDEX locator_post ON locator (post_id, state, made_at);
CREATE INDEX locator_made ON locator (district_id, made_at);
",
};

/// Who has an alert in hand at the post and how often it was told again, and the times for that.
const IN_HAND: Migration = Migration {
    name: "locators-0006-in-hand",
    sql: "
ALTER TABLE locator_rule ADD COLUMN unheard_hours BIGINT NOT NULL DEFAULT 24;
ALTER TABLE locator_rule ADD COLUMN take_minutes BIGINT NOT NULL DEFAULT 5;
ALTER TABLE locator_alert ADD COLUMN told_at BIGINT;
ALTER TABLE locator_alert ADD COLUMN taken_at BIGINT;
ALTER TABLE locator_alert ADD COLUMN rung BIGINT NOT NULL DEFAULT 0;
",
};
