//! Extra care for a time (N12).

use store::Migration;

pub(super) const EXTRA: Migration = Migration {
    name: "care-0008-extra",
    // Why is sealed, each under a key of its own; it is one of a closed list of care reasons and never a suspicion.
    sql: "
CREATE TABLE care_extra (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, what TEXT NOT NULL, sealed BYTEA, health BOOLEAN NOT NULL,
  agreed_by TEXT NOT NULL, guardian_id UUID, asked_at BIGINT NOT NULL, asked_by UUID, state TEXT NOT NULL, until_day TEXT,
  decided_at BIGINT, decided_by UUID, ended_at BIGINT, version BIGINT NOT NULL
);
CREATE INDEX care_extra_person ON care_extra (person_id, asked_at);
CREATE INDEX care_extra_state ON care_extra (district_id, state, until_day);
CREATE INDEX care_extra_ended ON care_extra (district_id, ended_at);
",
};
