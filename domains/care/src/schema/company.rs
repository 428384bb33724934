//! Tables of calls and activities.

use store::Migration;

/// Who came is not written, only how many.
pub const COMPANY: Migration = Migration {
    name: "care-0011-company",
    sql: "
CREATE TABLE care_company (
  person_id UUID PRIMARY KEY, district_id UUID NOT NULL, calls BOOLEAN NOT NULL, activities BOOLEAN NOT NULL, agreed_by TEXT NOT NULL,
  agreed_on TEXT NOT NULL, caller_id UUID, version BIGINT NOT NULL
);
CREATE INDEX care_company_all ON care_company (district_id, person_id);
CREATE INDEX care_company_caller ON care_company (caller_id);
CREATE TABLE care_call (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, outcome TEXT NOT NULL, at BIGINT NOT NULL, by_account UUID
);
CREATE INDEX care_call_person ON care_call (person_id, at);
CREATE INDEX care_call_age ON care_call (district_id, at);
CREATE TABLE care_activity (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, area_id UUID NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, place TEXT NOT NULL,
  on_day TEXT NOT NULL, begins TEXT NOT NULL, capacity BIGINT NOT NULL, state TEXT NOT NULL, attended BIGINT, idem_key TEXT NOT NULL,
  at BIGINT NOT NULL, by_account UUID, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX care_activity_key ON care_activity (district_id, idem_key);
CREATE INDEX care_activity_day ON care_activity (district_id, on_day);
CREATE TABLE care_invitation (
  activity_id UUID NOT NULL, person_id UUID NOT NULL, district_id UUID NOT NULL, reply TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (activity_id, person_id)
);
CREATE INDEX care_invitation_person ON care_invitation (person_id);
CREATE INDEX care_invitation_age ON care_invitation (district_id, at);
",
};
