//! Mutual help: what elders offer and need, who helps whom, and the hours (N9).

use store::Migration;

pub(super) const MUTUAL: Migration = Migration {
    name: "care-0009-mutual",
    // Hours and no money. A balance is reckoned from confirmed hours when it is shown, and stored nowhere (R8).
    sql: "
CREATE TABLE care_mutual_line (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, side TEXT NOT NULL, what TEXT NOT NULL,
  agreed_by TEXT NOT NULL, since BIGINT NOT NULL, ended_at BIGINT
);
CREATE INDEX care_mutual_line_person ON care_mutual_line (person_id, ended_at);
CREATE INDEX care_mutual_line_open ON care_mutual_line (district_id, ended_at, side);
CREATE TABLE care_mutual_pair (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, giver_id UUID NOT NULL, taker_id UUID NOT NULL, what TEXT NOT NULL,
  proposed_at BIGINT NOT NULL, proposed_by UUID, giver_said BIGINT, taker_said BIGINT, ended_at BIGINT, ended_by TEXT
);
CREATE INDEX care_mutual_pair_giver ON care_mutual_pair (giver_id, ended_at);
CREATE INDEX care_mutual_pair_taker ON care_mutual_pair (taker_id, ended_at);
CREATE INDEX care_mutual_pair_open ON care_mutual_pair (district_id, ended_at);
CREATE TABLE care_mutual_hours (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, pair_id UUID NOT NULL, on_day TEXT NOT NULL, quarters BIGINT NOT NULL,
  noted_at BIGINT NOT NULL, giver_ok BIGINT, taker_ok BIGINT, refused_at BIGINT
);
CREATE INDEX care_mutual_hours_pair ON care_mutual_hours (pair_id, on_day);
",
};
