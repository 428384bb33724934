//! Neighbours who look out for somebody, and their worries (N6).

use store::Migration;

pub(super) const WATCH: Migration = Migration {
    name: "care-0006-watch",
    // Name and number of a neighbour are sealed under a key of their own, which goes when they do. A worry is a dated event: who
    // pressed, what was done, no level of anybody.
    sql: "
CREATE TABLE care_watch_rule (
  district_id UUID PRIMARY KEY, callback_minutes BIGINT NOT NULL, arrive_minutes BIGINT NOT NULL, version BIGINT NOT NULL
);
CREATE TABLE care_neighbour (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, sealed BYTEA, code_hash BYTEA, phone_hash BYTEA,
  named_by TEXT NOT NULL, guardian_id UUID, since BIGINT NOT NULL, agreed_at BIGINT, agreed_way TEXT, ended_at BIGINT,
  ended_by TEXT, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX care_neighbour_code ON care_neighbour (code_hash);
CREATE INDEX care_neighbour_person ON care_neighbour (person_id, since);
CREATE INDEX care_neighbour_phone ON care_neighbour (phone_hash);
CREATE INDEX care_neighbour_ended ON care_neighbour (district_id, ended_at);
CREATE TABLE care_worry (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL,
  owner_seat UUID NOT NULL, owner_account UUID NOT NULL, due_at BIGINT NOT NULL, ring_at BIGINT, rung BIGINT NOT NULL,
  called_at BIGINT, going_at BIGINT, ended_at BIGINT, outcome TEXT, version BIGINT NOT NULL
);
CREATE INDEX care_worry_person ON care_worry (person_id, at);
CREATE INDEX care_worry_open ON care_worry (district_id, ended_at, due_at);
CREATE TABLE care_worry_press (
  worry_id UUID NOT NULL, neighbour_id UUID NOT NULL, district_id UUID NOT NULL, at BIGINT NOT NULL, typed_by UUID,
  PRIMARY KEY (worry_id, neighbour_id)
);
CREATE INDEX care_worry_press_neighbour ON care_worry_press (neighbour_id, at);
CREATE TABLE care_worry_step (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, worry_id UUID NOT NULL, at BIGINT NOT NULL, step TEXT NOT NULL, by_account UUID
);
CREATE INDEX care_worry_step_worry ON care_worry_step (worry_id, at);
",
};
