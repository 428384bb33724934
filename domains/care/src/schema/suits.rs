//! What suits people: when they are rung (N10), how many days before its end extra care is spoken of (N12), and who of the family is told
//! of a worry (N6).

use store::Migration;

pub(super) const SUITS: Migration = Migration {
    name: "care-0015-suits",
    sql: "
ALTER TABLE care_company ADD COLUMN call_part TEXT NOT NULL DEFAULT '';
ALTER TABLE care_watch_rule ADD COLUMN extra_days BIGINT NOT NULL DEFAULT 7;
ALTER TABLE care_extra ADD COLUMN told_until TEXT;
DROP INDEX care_team_person_team;
CREATE INDEX care_team_person_named ON care_team_person (district_id, team_id, main_account, deputy_account);
CREATE TABLE care_watch_tell (
  person_id UUID NOT NULL, guardian_id UUID NOT NULL, district_id UUID NOT NULL, since BIGINT NOT NULL,
  PRIMARY KEY (person_id, guardian_id)
);
",
};
