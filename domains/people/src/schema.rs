//! Tables of this crate. Nobody else reads or writes them.

use store::Migration;

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "people-0001-foundation",
        sql: "
CREATE TABLE district (
  district_id UUID PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, opened_at BIGINT, created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX district_code ON district (code);
CREATE TABLE org (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
  parent_id UUID, area_id UUID, post_id UUID, phone TEXT, active BOOLEAN NOT NULL, version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX org_name ON org (district_id, kind, name_key);
CREATE INDEX org_area ON org (area_id);
CREATE TABLE account (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, login TEXT NOT NULL, login_key TEXT NOT NULL,
  display_name TEXT NOT NULL, name_key TEXT NOT NULL, name_pinyin TEXT NOT NULL, name_initials TEXT NOT NULL,
  phone_ext TEXT, email BYTEA, lang TEXT NOT NULL, status TEXT NOT NULL, password_hash TEXT,
  must_change BOOLEAN NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_login ON account (district_id, login_key);
CREATE TABLE seat (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, role TEXT NOT NULL, org_id UUID, area_id UUID, post_id UUID,
  title TEXT NOT NULL, reports_to UUID, is_open BOOLEAN NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL
);
CREATE INDEX seat_area ON seat (area_id, role);
CREATE INDEX seat_post ON seat (post_id, role);
CREATE INDEX seat_org ON seat (org_id, role);
CREATE INDEX seat_role ON seat (district_id, role);
CREATE TABLE term (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, seat_id UUID NOT NULL, account_id UUID NOT NULL, kind TEXT NOT NULL,
  from_at BIGINT NOT NULL, to_at BIGINT, available_until BIGINT, version BIGINT NOT NULL, created_at BIGINT NOT NULL
);
CREATE INDEX term_seat ON term (seat_id, from_at);
CREATE INDEX term_account ON term (account_id, from_at);
CREATE TABLE login_session (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, token_hash BYTEA NOT NULL,
  device TEXT NOT NULL, created_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX login_session_token ON login_session (token_hash);
CREATE INDEX login_session_account ON login_session (account_id, created_at);
CREATE TABLE login_guard (
  guard_key BYTEA NOT NULL, district_id UUID NOT NULL, failures BIGINT NOT NULL, last_at BIGINT NOT NULL,
  locked_until BIGINT, PRIMARY KEY (guard_key)
);
CREATE INDEX login_guard_age ON login_guard (last_at);
CREATE TABLE api_token (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, token_hash BYTEA NOT NULL,
  label TEXT NOT NULL, scopes TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT, last_used_at BIGINT,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX api_token_hash ON api_token (token_hash);
CREATE INDEX api_token_account ON api_token (account_id, created_at);
",
    },
    Migration {
        name: "people-0002-sign-in",
        sql: "
ALTER TABLE login_session ADD COLUMN method TEXT;
ALTER TABLE login_session ADD COLUMN opened_from TEXT;
ALTER TABLE login_session ADD COLUMN last_from TEXT;
ALTER TABLE login_session ADD COLUMN last_device TEXT;
ALTER TABLE login_session ADD COLUMN fresh_at BIGINT;
ALTER TABLE login_session ADD COLUMN rights BYTEA;
ALTER TABLE login_session ADD COLUMN ended_why TEXT;
CREATE TABLE login_step (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, token_hash BYTEA NOT NULL,
  method TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX login_step_token ON login_step (token_hash);
CREATE INDEX login_step_age ON login_step (expires_at);
CREATE TABLE second_factor (
  account_id UUID PRIMARY KEY, district_id UUID NOT NULL, secret BYTEA NOT NULL, last_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL, confirmed_at BIGINT
);
CREATE TABLE recovery_code (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, code_hash BYTEA NOT NULL,
  created_at BIGINT NOT NULL, used_at BIGINT
);
CREATE INDEX recovery_code_account ON recovery_code (account_id, code_hash);
CREATE TABLE sign_in_rule (
  district_id UUID PRIMARY KEY, factor_roles TEXT NOT NULL, max_sessions BIGINT NOT NULL, idle_minutes BIGINT NOT NULL,
  life_hours BIGINT NOT NULL, fresh_minutes BIGINT NOT NULL, version BIGINT NOT NULL
);
CREATE TABLE account_news (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, kind TEXT NOT NULL, by_account UUID,
  at BIGINT NOT NULL, seen_at BIGINT
);
CREATE INDEX account_news_account ON account_news (account_id, at);
CREATE INDEX account_news_unseen ON account_news (account_id, seen_at);
",
    },
    Migration {
        name: "people-0003-seats-by-place",
        // With the district in front: otherwise SQLite takes the index of roles and walks every seat of the district.
        sql: "
DROP INDEX seat_area;
DROP INDEX seat_post;
DROP INDEX seat_org;
CREATE INDEX seat_area ON seat (district_id, area_id, role);
CREATE INDEX seat_post ON seat (district_id, post_id, role);
CREATE INDEX seat_org ON seat (district_id, org_id, role);
",
    },
    Migration {
        name: "people-0004-calendar-feed",
        sql: "
CREATE TABLE calendar_feed (
  account_id UUID PRIMARY KEY, district_id UUID NOT NULL, token_hash BYTEA NOT NULL, created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE UNIQUE INDEX calendar_feed_token ON calendar_feed (token_hash);
",
    },
    Migration {
        name: "people-0005-key-areas",
        sql: "
ALTER TABLE api_token ADD COLUMN area_id UUID;
",
    },
    Migration {
        name: "people-0006-persons",
        // What is personal is sealed, each part under a key of its own class. No count, level or mark of anybody (R8).
        sql: "
CREATE TABLE person (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, area_id UUID NOT NULL, import_key BYTEA, import_digest BYTEA,
  identity BYTEA, contact BYTEA, health BYTEA, location BYTEA, version BIGINT NOT NULL, created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX person_import ON person (district_id, import_key) WHERE import_key IS NOT NULL;
CREATE TABLE person_area (
  person_id UUID NOT NULL, area_id UUID NOT NULL, district_id UUID NOT NULL, PRIMARY KEY (person_id, area_id)
);
CREATE TABLE person_token (
  district_id UUID NOT NULL, token BIGINT NOT NULL, person_id UUID NOT NULL, PRIMARY KEY (district_id, token, person_id)
);
CREATE INDEX person_token_person ON person_token (person_id);
CREATE TABLE guardian (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, position BIGINT NOT NULL, identity BYTEA,
  contact BYTEA, since BIGINT NOT NULL, ended_at BIGINT
);
CREATE INDEX guardian_person ON guardian (person_id, position);
CREATE TABLE person_lookup (
  account_id UUID NOT NULL, day TEXT NOT NULL, district_id UUID NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (account_id, day)
);
CREATE TABLE record_rule (
  district_id UUID PRIMARY KEY, daily_lookups BIGINT NOT NULL, hits BIGINT NOT NULL, window_minutes BIGINT NOT NULL,
  review_days BIGINT NOT NULL, version BIGINT NOT NULL
);
CREATE TABLE break_glass (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, reason BYTEA NOT NULL, opened_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL, supervisor UUID NOT NULL, review_due BIGINT NOT NULL, provisional BOOLEAN NOT NULL,
  verdict TEXT, verdict_note BYTEA, reviewed_by UUID, reviewed_at BIGINT
);
CREATE INDEX break_glass_account ON break_glass (account_id, until_at);
CREATE INDEX break_glass_review ON break_glass (district_id, reviewed_at, review_due);
CREATE TABLE break_glass_person (
  window_id UUID NOT NULL, person_id UUID NOT NULL, district_id UUID NOT NULL, first_at BIGINT NOT NULL, told_at BIGINT,
  told_by UUID, told_how TEXT, PRIMARY KEY (window_id, person_id)
);
CREATE TABLE consent (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, part TEXT NOT NULL, answer TEXT NOT NULL,
  given_by TEXT NOT NULL, guardian_id UUID, purpose TEXT NOT NULL, channel TEXT NOT NULL, witness BYTEA NOT NULL,
  at BIGINT NOT NULL, review_on BIGINT NOT NULL, written_by TEXT NOT NULL, ended_at BIGINT, ended_by TEXT,
  ended_channel TEXT
);
CREATE INDEX consent_person ON consent (person_id, part, at);
CREATE TABLE lawful_demand (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, document BYTEA NOT NULL, authority BYTEA NOT NULL,
  parts TEXT NOT NULL, state TEXT NOT NULL, asked_by UUID NOT NULL, asked_at BIGINT NOT NULL, first_by UUID, first_at BIGINT,
  second_by UUID, second_at BIGINT, exported_at BIGINT, expires_at BIGINT, delay_until BIGINT, delay_by UUID,
  delay_reason BYTEA, told_at BIGINT, told_by UUID, told_how TEXT
);
CREATE INDEX lawful_demand_at ON lawful_demand (district_id, asked_at);
",
    },
    // Ended sessions, for the rule of how long they are kept.
    Migration {
        name: "people-sessions-by-end",
        sql: "
CREATE INDEX login_session_end ON login_session (district_id, expires_at);
",
    },
    // The code itself stands on the letter and nowhere else.
    Migration {
        name: "people-person-links",
        sql: "
CREATE TABLE person_link (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, guardian_id UUID, code_hash BYTEA NOT NULL,
  proof TEXT NOT NULL, issued_by UUID NOT NULL, issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, revoked_at BIGINT
);
CREATE UNIQUE INDEX person_link_code ON person_link (code_hash);
CREATE INDEX person_link_person ON person_link (person_id, issued_at);
CREATE INDEX person_link_end ON person_link (district_id, expires_at);
CREATE INDEX lawful_demand_person ON lawful_demand (person_id);
",
    },
    // Subjects, states and codes are there as keyed hashes only.
    Migration {
        name: "people-oidc",
        sql: "
CREATE TABLE oidc_link (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, issuer TEXT NOT NULL,
  subject_hash BYTEA NOT NULL, vouched BOOLEAN NOT NULL, created_at BIGINT NOT NULL, last_used_at BIGINT
);
CREATE UNIQUE INDEX oidc_link_subject ON oidc_link (district_id, subject_hash);
CREATE INDEX oidc_link_account ON oidc_link (account_id);
CREATE TABLE oidc_trip (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, provider TEXT NOT NULL, state_hash BYTEA NOT NULL,
  browser_hash BYTEA NOT NULL, aim TEXT NOT NULL, account_id UUID, session_id UUID, invite_id UUID, next TEXT NOT NULL,
  left_at BIGINT NOT NULL, expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX oidc_trip_state ON oidc_trip (state_hash);
CREATE INDEX oidc_trip_age ON oidc_trip (expires_at);
CREATE TABLE oidc_invite (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, code_hash BYTEA NOT NULL,
  issued_by UUID NOT NULL, issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX oidc_invite_code ON oidc_invite (code_hash);
CREATE INDEX oidc_invite_account ON oidc_invite (account_id);
",
    },
    // A letter of one person alone opens no copy.
    Migration {
        name: "people-person-links-confirmed",
        sql: "
ALTER TABLE person_link ADD COLUMN confirmed_by UUID;
ALTER TABLE person_link ADD COLUMN confirmed_at BIGINT;
",
    },
    // Where people in care lived before, and the end of their care.
    Migration {
        name: "people-end-of-care",
        sql: "
ALTER TABLE person ADD COLUMN ended_at BIGINT;
ALTER TABLE person ADD COLUMN end_reason TEXT;
CREATE INDEX person_ended ON person (district_id, ended_at);
CREATE TABLE person_move (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, from_area UUID NOT NULL, to_area UUID NOT NULL,
  at BIGINT NOT NULL, by_account UUID
);
CREATE INDEX person_move_person ON person_move (person_id, at);
",
    },
    // A credential is a public key with its counter.
    Migration {
        name: "people-passkeys",
        sql: "
CREATE TABLE passkey (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, credential_hash BYTEA NOT NULL,
  credential TEXT NOT NULL, name TEXT NOT NULL, created_at BIGINT NOT NULL, last_used_at BIGINT
);
CREATE UNIQUE INDEX passkey_credential ON passkey (district_id, credential_hash);
CREATE INDEX passkey_account ON passkey (account_id);
CREATE TABLE passkey_challenge (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, token_hash BYTEA NOT NULL, aim TEXT NOT NULL, account_id UUID,
  session_id UUID, state TEXT NOT NULL, expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX passkey_challenge_token ON passkey_challenge (token_hash);
CREATE INDEX passkey_challenge_age ON passkey_challenge (expires_at);
",
    },
    // Whoever opens the pages of a plan says, besides the code of the letter, the end of their telephone number.
    Migration {
        name: "people-person-links-tries",
        sql: "
ALTER TABLE person_link ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person_link ADD COLUMN tried_at BIGINT;
ALTER TABLE consent ADD COLUMN elder_said TEXT;
",
    },
    // Other keys under which registers know somebody; keyed hashes, as the first is.
    Migration {
        name: "people-import-keys",
        sql: "
CREATE TABLE person_import_key (
  district_id UUID NOT NULL, import_key BYTEA NOT NULL, person_id UUID NOT NULL, import_digest BYTEA NOT NULL,
  PRIMARY KEY (district_id, import_key)
);
CREATE INDEX person_import_key_person ON person_import_key (person_id);
",
    },
    // Two records of one person: which was joined into which, what went along, and who was found to be somebody else.
    Migration {
        name: "people-joins",
        sql: "
ALTER TABLE person ADD COLUMN joined_into UUID;
CREATE INDEX person_joined ON person (joined_into);
CREATE TABLE person_join (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, kept_id UUID NOT NULL, away_id UUID NOT NULL, reason BYTEA NOT NULL,
  at BIGINT NOT NULL, by_account UUID, taken TEXT NOT NULL, narrowed TEXT NOT NULL, moved BIGINT NOT NULL, was_identity BYTEA,
  was_contact BYTEA, was_health BYTEA, was_location BYTEA, was_area UUID NOT NULL, away_key BYTEA, undone_at BIGINT,
  undone_by UUID, undo_reason BYTEA
);
CREATE INDEX person_join_kept ON person_join (kept_id, at);
CREATE INDEX person_join_away ON person_join (away_id, at);
CREATE INDEX person_join_at ON person_join (district_id, at);
CREATE TABLE person_join_row (
  join_id UUID NOT NULL, n BIGINT NOT NULL, district_id UUID NOT NULL, in_table TEXT NOT NULL, in_column TEXT NOT NULL,
  row_key TEXT NOT NULL, did TEXT NOT NULL, PRIMARY KEY (join_id, n)
);
CREATE TABLE person_apart (
  one_id UUID NOT NULL, other_id UUID NOT NULL, district_id UUID NOT NULL, at BIGINT NOT NULL, by_account UUID,
  PRIMARY KEY (one_id, other_id)
);
CREATE INDEX person_apart_other ON person_apart (other_id);
CREATE INDEX person_apart_all ON person_apart (district_id, at);
",
    },
    // The register as a file: asked for, agreed to, taken.
    Migration {
        name: "people-register-exports",
        sql: "
CREATE TABLE register_export (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, purpose BYTEA NOT NULL, asked_by UUID NOT NULL, asked_at BIGINT NOT NULL,
  answered_by UUID, answered_at BIGINT, agreed BOOLEAN, until_at BIGINT NOT NULL, taken BIGINT NOT NULL
);
CREATE INDEX register_export_asked ON register_export (district_id, asked_at);
",
    },
    // Lists begin with the places where whoever asks works, and read nobody else.
    Migration {
        name: "people-by-home",
        sql: "
CREATE INDEX person_home ON person (district_id, area_id, ended_at, id);
",
    },
    // Colleagues by name, some at a time.
    Migration {
        name: "people-accounts-by-name",
        sql: "
CREATE INDEX account_name ON account (district_id, name_pinyin, name_key, id);
",
    },
];
