//! Tables of this crate. Nobody else reads or writes them. What was said, where somebody was and who reported it are sealed under
//! the case, each under a key class of its own; who the elder is, is an id.

use store::Migration;

pub const MIGRATIONS: &[Migration] = &[CASES, CONFERENCES, APPEALS, SIGHTINGS, SEARCHES];

/// Which cases a care conference is about; the conference itself is a matter (L10).
const CONFERENCES: Migration = Migration {
    name: "lost-0002-conferences",
    sql: "
CREATE TABLE lost_conference (
  case_id UUID NOT NULL, person_id UUID NOT NULL, district_id UUID NOT NULL, matter_id UUID NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (case_id, person_id)
);
CREATE INDEX lost_conference_person ON lost_conference (person_id, at);
CREATE INDEX lost_conference_matter ON lost_conference (matter_id);
",
};

const CASES: Migration = Migration {
    name: "lost-0001-cases",
    sql: "
CREATE TABLE lost_case (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
  is_open BOOLEAN NOT NULL, outcome TEXT, idem_key TEXT, code_hash BYTEA NOT NULL, person_id UUID, identified_by TEXT,
  identified_how TEXT, identified_at BIGINT, post_id UUID, owner_seat UUID NOT NULL, owner_account UUID NOT NULL,
  reporter_account UUID, reporter_lang TEXT NOT NULL, scene BYTEA NOT NULL, place BYTEA, reporter BYTEA,
  opened_at BIGINT NOT NULL, taken_at BIGINT, taken_by UUID, found_at BIGINT, home_at BIGINT, answered_at BIGINT,
  debriefed_at BIGINT, closed_at BIGINT, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX lost_case_number ON lost_case (district_id, number);
CREATE UNIQUE INDEX lost_case_code ON lost_case (code_hash);
CREATE UNIQUE INDEX lost_case_idem ON lost_case (district_id, idem_key) WHERE idem_key IS NOT NULL;
CREATE INDEX lost_case_open ON lost_case (district_id, is_open, opened_at);
CREATE INDEX lost_case_person ON lost_case (person_id, opened_at);
CREATE INDEX lost_case_closed ON lost_case (district_id, closed_at);
CREATE TABLE lost_area (
  case_id UUID NOT NULL, area_id UUID NOT NULL, district_id UUID NOT NULL, nth BIGINT NOT NULL, PRIMARY KEY (case_id, area_id)
);
CREATE INDEX lost_area_area ON lost_area (area_id, case_id);
CREATE TABLE lost_post (
  case_id UUID NOT NULL, post_id UUID NOT NULL, district_id UUID NOT NULL, nth BIGINT NOT NULL, PRIMARY KEY (case_id, post_id)
);
CREATE INDEX lost_post_post ON lost_post (post_id, case_id);
CREATE TABLE lost_entry (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, case_id UUID NOT NULL, at BIGINT NOT NULL, by_actor TEXT NOT NULL,
  kind TEXT NOT NULL, code TEXT, ref_id UUID, moment BIGINT, words BYTEA
);
CREATE INDEX lost_entry_case ON lost_entry (case_id, at, id);
CREATE TABLE lost_ask (
  case_id UUID NOT NULL, org_id UUID NOT NULL, district_id UUID NOT NULL, at BIGINT NOT NULL, answered_at BIGINT, answer TEXT,
  PRIMARY KEY (case_id, org_id)
);
CREATE INDEX lost_ask_org ON lost_ask (org_id, case_id);
CREATE TABLE lost_helper (
  case_id UUID NOT NULL, account_id UUID NOT NULL, district_id UUID NOT NULL, state TEXT NOT NULL, task TEXT NOT NULL,
  at BIGINT NOT NULL, ended_at BIGINT, PRIMARY KEY (case_id, account_id)
);
CREATE INDEX lost_helper_account ON lost_helper (account_id, state);
CREATE TABLE lost_call (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, case_id UUID NOT NULL, radius_m BIGINT NOT NULL, called BIGINT NOT NULL,
  at BIGINT NOT NULL, by_account UUID, expires_at BIGINT NOT NULL, ended_at BIGINT
);
CREATE INDEX lost_call_case ON lost_call (case_id, at);
CREATE TABLE lost_called (
  call_id UUID NOT NULL, account_id UUID NOT NULL, district_id UUID NOT NULL, PRIMARY KEY (call_id, account_id)
);
CREATE INDEX lost_called_account ON lost_called (account_id, call_id);
CREATE TABLE lost_keep (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, case_id UUID NOT NULL, post_id UUID NOT NULL, from_at BIGINT NOT NULL,
  to_at BIGINT, look_due BIGINT NOT NULL, medical_at BIGINT
);
CREATE INDEX lost_keep_case ON lost_keep (case_id, from_at);
CREATE TABLE lost_attempt (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, case_id UUID NOT NULL, contact_id UUID NOT NULL, at BIGINT NOT NULL,
  by_actor TEXT NOT NULL, result TEXT NOT NULL, eta BIGINT
);
CREATE INDEX lost_attempt_case ON lost_attempt (case_id, at);
CREATE TABLE lost_code (
  case_id UUID NOT NULL, contact_id UUID NOT NULL, district_id UUID NOT NULL, code_hash BYTEA NOT NULL, code BYTEA NOT NULL,
  at BIGINT NOT NULL, expires_at BIGINT NOT NULL, tries BIGINT NOT NULL, used_at BIGINT, PRIMARY KEY (case_id, contact_id)
);
CREATE TABLE lost_hand_over (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, case_id UUID NOT NULL, state TEXT NOT NULL, receiver_kind TEXT NOT NULL,
  contact_id UUID, receiver BYTEA, proof TEXT NOT NULL, place_kind TEXT NOT NULL, override_reason BYTEA, code_checked BOOLEAN NOT NULL,
  asked_at BIGINT NOT NULL, asked_by UUID NOT NULL, second_by UUID, at BIGINT, signature BYTEA
);
CREATE INDEX lost_hand_over_case ON lost_hand_over (case_id, asked_at);
CREATE TABLE lost_key (
  token_hash BYTEA PRIMARY KEY, district_id UUID NOT NULL, case_id UUID NOT NULL, contact_id UUID NOT NULL, at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX lost_key_case ON lost_key (case_id, contact_id);
CREATE TABLE lost_rule (
  district_id UUID PRIMARY KEY, take_minutes BIGINT NOT NULL, next_contact_minutes BIGINT NOT NULL, look_minutes BIGINT NOT NULL,
  keep_hours BIGINT NOT NULL, code_minutes BIGINT NOT NULL, call_hours BIGINT NOT NULL, conference_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
",
};

/// What an appeal said is gone when it ends: the body is set to NULL, the times of its messages stay for whoever must be told that
/// it is over.
const APPEALS: Migration = Migration {
    name: "lost-0002-appeals",
    sql: "
CREATE TABLE lost_appeal (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, case_id UUID NOT NULL, at BIGINT NOT NULL, by_account UUID,
  expires_at BIGINT NOT NULL, consent_by TEXT NOT NULL, contact_id UUID, channel TEXT NOT NULL, witness BYTEA NOT NULL,
  name_ok BOOLEAN NOT NULL, ended_at BIGINT, end_why TEXT
);
CREATE INDEX lost_appeal_case ON lost_appeal (case_id, at);
CREATE INDEX lost_appeal_open ON lost_appeal (district_id, ended_at, at);
CREATE TABLE lost_appeal_message (
  appeal_id UUID NOT NULL, nth BIGINT NOT NULL, district_id UUID NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, body BYTEA,
  PRIMARY KEY (appeal_id, nth)
);
",
};

/// The search of a case: its log, sealed under the place of the case, codes of teams, which commands of phones were taken, and how the map stood
/// where the elder was found, in numbers.
const SEARCHES: Migration = Migration {
    name: "lost-0005-searches",
    sql: "
CREATE TABLE lost_search_entry (
  case_id UUID NOT NULL, nth BIGINT NOT NULL, district_id UUID NOT NULL, at BIGINT NOT NULL, told_at BIGINT NOT NULL,
  by_actor TEXT NOT NULL, kind TEXT NOT NULL, team_id UUID, body BYTEA NOT NULL, PRIMARY KEY (case_id, nth)
);
CREATE TABLE lost_search_team (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, case_id UUID NOT NULL, code_hash BYTEA NOT NULL, code BYTEA, ended_at BIGINT
);
CREATE UNIQUE INDEX lost_search_team_code ON lost_search_team (code_hash);
CREATE INDEX lost_search_team_case ON lost_search_team (case_id);
CREATE TABLE lost_search_command (
  team_id UUID NOT NULL, id UUID NOT NULL, district_id UUID NOT NULL, case_id UUID NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (team_id, id)
);
CREATE TABLE lost_search_score (
  case_id UUID PRIMARY KEY, district_id UUID NOT NULL, at BIGINT NOT NULL, share DOUBLE PRECISION,
  rest_of_world DOUBLE PRECISION NOT NULL, km2_50 DOUBLE PRECISION NOT NULL, km2_75 DOUBLE PRECISION NOT NULL,
  km2_95 DOUBLE PRECISION NOT NULL, metres DOUBLE PRECISION NOT NULL, minutes DOUBLE PRECISION NOT NULL
);
",
};

/// Where somebody says they saw the elder, sealed like the place of the case.
const SIGHTINGS: Migration =
    Migration { name: "lost-0004-places-of-entries", sql: "ALTER TABLE lost_entry ADD COLUMN place BYTEA;" };
