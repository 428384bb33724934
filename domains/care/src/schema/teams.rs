//! Help teams (N3): who is in them, and whom they look after.

use store::Migration;

pub(super) const TEAMS: Migration = Migration {
    name: "care-0007-teams",
    // Of a person: that they agreed, what they wish and whom they were given. No age, no level (R8).
    sql: "
CREATE TABLE care_team (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, area_id UUID NOT NULL, name TEXT NOT NULL, base TEXT NOT NULL,
  base_lon DOUBLE PRECISION, base_lat DOUBLE PRECISION, since BIGINT NOT NULL, ended_at BIGINT, version BIGINT NOT NULL
);
CREATE INDEX care_team_area ON care_team (district_id, area_id, ended_at);
CREATE TABLE care_team_member (
  team_id UUID NOT NULL, account_id UUID NOT NULL, district_id UUID NOT NULL, force_code TEXT NOT NULL, hours BIGINT NOT NULL,
  languages TEXT NOT NULL, since BIGINT NOT NULL, ended_at BIGINT, PRIMARY KEY (team_id, account_id)
);
CREATE INDEX care_team_member_account ON care_team_member (account_id, ended_at);
CREATE TABLE care_team_person (
  person_id UUID PRIMARY KEY, district_id UUID NOT NULL, agreed_by TEXT NOT NULL, agreed_at BIGINT NOT NULL,
  own_language BOOLEAN NOT NULL, not_account UUID, team_id UUID, main_account UUID, deputy_account UUID, given_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX care_team_person_team ON care_team_person (district_id, team_id);
",
};
