//! Tables of rounds. What was agreed with a household is sealed under the key of the person.

use store::Migration;

/// When the household was told that somebody comes, and a keyed digest of the address that the way was reckoned to.
pub const KNOWN: Migration = Migration {
    name: "care-0012-rounds-known",
    sql: "
ALTER TABLE care_round_stop ADD COLUMN known_day TEXT;
ALTER TABLE care_round_stop ADD COLUMN known_min BIGINT;
ALTER TABLE care_round_stop ADD COLUMN door BYTEA;
",
};

/// How far the planning of a round is: one row for each, the last time.
pub const WORK: Migration = Migration {
    name: "care-0014-rounds-work",
    sql: "
CREATE TABLE care_round_work (
  round_id UUID PRIMARY KEY, district_id UUID NOT NULL, run UUID NOT NULL, state TEXT NOT NULL, wish TEXT, done BIGINT NOT NULL,
  visits BIGINT NOT NULL, left_out BIGINT, begun_at BIGINT NOT NULL, heard_at BIGINT NOT NULL, by_account UUID
);
",
};

pub const ROUNDS: Migration = Migration {
    name: "care-0005-rounds",
    sql: "
CREATE TABLE care_visitor (
  account_id UUID PRIMARY KEY, district_id UUID NOT NULL, from_min BIGINT NOT NULL, to_min BIGINT NOT NULL, languages TEXT NOT NULL,
  nurse BOOLEAN NOT NULL, at BIGINT NOT NULL
);
CREATE TABLE care_round (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, area_id UUID NOT NULL, days TEXT NOT NULL, to_day TEXT NOT NULL, post_id UUID,
  rest_from BIGINT NOT NULL, rest_lasts BIGINT NOT NULL, state TEXT NOT NULL, made_at BIGINT NOT NULL, made_by UUID,
  published_at BIGINT, version BIGINT NOT NULL
);
CREATE INDEX care_round_days ON care_round (district_id, to_day);
CREATE INDEX care_round_age ON care_round (district_id, made_at);
CREATE TABLE care_round_pair (
  id UUID PRIMARY KEY, round_id UUID NOT NULL, district_id UUID NOT NULL, number BIGINT NOT NULL, one UUID NOT NULL, two UUID NOT NULL,
  from_min BIGINT NOT NULL, to_min BIGINT NOT NULL, first_day TEXT NOT NULL, last_day TEXT NOT NULL, off_from TEXT, off_to TEXT
);
CREATE INDEX care_round_pair_round ON care_round_pair (round_id, number);
CREATE TABLE care_round_stop (
  round_id UUID NOT NULL, visit_id UUID NOT NULL, district_id UUID NOT NULL, person_id UUID NOT NULL, sealed BYTEA,
  locked BOOLEAN NOT NULL, minutes BIGINT NOT NULL, pair_id UUID, day TEXT, start_min BIGINT NOT NULL,
  end_min BIGINT NOT NULL, walk_min BIGINT NOT NULL, why TEXT, was TEXT NOT NULL, told_pair UUID, told_day TEXT, told_min BIGINT,
  PRIMARY KEY (round_id, visit_id)
);
CREATE INDEX care_round_stop_visit ON care_round_stop (visit_id);
CREATE INDEX care_round_stop_told ON care_round_stop (told_pair, told_day);
",
};
