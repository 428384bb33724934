//! Tables of this crate. Nobody else reads or writes them.

mod company;
mod extra;
mod mutual;
mod suits;
mod teams;
mod volunteers;
mod watch;

use store::Migration;

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "care-0001-circle",
        // What is personal is sealed. No count, level or mark of anybody (R8): scans are dated events.
        sql: "
CREATE TABLE care_contact (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, position BIGINT NOT NULL, guardian_id UUID,
  identity BYTEA, contact BYTEA, lang TEXT NOT NULL, may_collect BOOLEAN NOT NULL, barred BOOLEAN NOT NULL,
  since BIGINT NOT NULL, ended_at BIGINT
);
CREATE INDEX care_contact_person ON care_contact (person_id, position);
CREATE INDEX care_contact_ended ON care_contact (district_id, ended_at);
CREATE TABLE care_plan (
  person_id UUID PRIMARY KEY, district_id UUID NOT NULL, inner_part BYTEA, haunts BYTEA, outer_part BYTEA, outer_id UUID,
  searchable BOOLEAN NOT NULL, version BIGINT NOT NULL, changed_at BIGINT NOT NULL
);
CREATE INDEX care_plan_search ON care_plan (district_id, searchable);
CREATE TABLE care_consent (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, what TEXT NOT NULL, answer TEXT NOT NULL,
  given_by TEXT NOT NULL, guardian_id UUID, channel TEXT NOT NULL, witness BYTEA NOT NULL, at BIGINT NOT NULL,
  review_on BIGINT NOT NULL, written_by TEXT NOT NULL, ended_at BIGINT, ended_by TEXT, ended_channel TEXT
);
CREATE INDEX care_consent_person ON care_consent (person_id, what, at);
CREATE INDEX care_consent_ended ON care_consent (district_id, ended_at);
CREATE TABLE care_schedule (
  person_id UUID PRIMARY KEY, district_id UUID NOT NULL, schedule BYTEA NOT NULL, version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
",
    },
    Migration {
        name: "care-0002-cards",
        // Token and code stand on the card and nowhere else.
        sql: "
CREATE TABLE care_card (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, number BIGINT NOT NULL, post_id UUID NOT NULL, state TEXT NOT NULL,
  token_hash BYTEA NOT NULL, code_hash BYTEA NOT NULL, person_id UUID, card_condition TEXT NOT NULL,
  strap_condition TEXT NOT NULL, made_at BIGINT NOT NULL, made_by UUID, issued_at BIGINT, checked_at BIGINT,
  ended_at BIGINT, successor UUID, version BIGINT NOT NULL
);
CREATE UNIQUE INDEX care_card_token ON care_card (token_hash);
CREATE UNIQUE INDEX care_card_code ON care_card (code_hash);
CREATE INDEX care_card_person ON care_card (person_id, issued_at);
CREATE INDEX care_card_stock ON care_card (district_id, state, post_id);
CREATE TABLE care_card_check (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, card_id UUID NOT NULL, at BIGINT NOT NULL, by_account UUID,
  card_condition TEXT NOT NULL, strap_condition TEXT NOT NULL, worn BOOLEAN NOT NULL
);
CREATE INDEX care_card_check_card ON care_card_check (card_id, at);
CREATE TABLE care_scan (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, card_id UUID NOT NULL, person_id UUID, at BIGINT NOT NULL, how TEXT NOT NULL,
  told BOOLEAN NOT NULL, over BOOLEAN NOT NULL
);
CREATE INDEX care_scan_card ON care_scan (card_id, at);
CREATE INDEX care_scan_person ON care_scan (person_id, at);
CREATE INDEX care_scan_age ON care_scan (district_id, at);
CREATE TABLE care_thread (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, card_id UUID NOT NULL, person_id UUID NOT NULL, post_id UUID NOT NULL,
  finder_hash BYTEA NOT NULL, opened_at BIGINT NOT NULL, last_at BIGINT NOT NULL, closed_at BIGINT, close_reason TEXT
);
CREATE INDEX care_thread_card ON care_thread (card_id, finder_hash);
CREATE INDEX care_thread_person ON care_thread (person_id, last_at);
CREATE INDEX care_thread_age ON care_thread (district_id, last_at);
CREATE TABLE care_message (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, thread_id UUID NOT NULL, sender TEXT NOT NULL, kind TEXT NOT NULL,
  body BYTEA NOT NULL, at BIGINT NOT NULL, by_account UUID, idem_key TEXT NOT NULL
);
CREATE UNIQUE INDEX care_message_key ON care_message (idem_key);
CREATE INDEX care_message_thread ON care_message (thread_id, at);
",
    },
    Migration {
        name: "care-0003-family",
        // A change by the family or the committee is a dated fact without words: who may read them reads them in the plan.
        sql: "
ALTER TABLE care_contact ADD COLUMN no_collect_by UUID;
ALTER TABLE care_consent ADD COLUMN elder_said TEXT;
CREATE TABLE care_change (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, at BIGINT NOT NULL, what TEXT NOT NULL,
  by_kind TEXT NOT NULL, guardian_id UUID
);
CREATE INDEX care_change_person ON care_change (person_id, at);
CREATE INDEX care_change_age ON care_change (district_id, at);
CREATE TABLE care_photo (
  person_id UUID PRIMARY KEY, district_id UUID NOT NULL, photo_id UUID NOT NULL, sealed BYTEA NOT NULL, width BIGINT NOT NULL,
  height BIGINT NOT NULL, at BIGINT NOT NULL, by_actor TEXT NOT NULL
);
",
    },
    Migration {
        name: "care-0003-relay-calls",
        // The number is the provider's, shown to one finder; the finder's own is kept nowhere.
        sql: "
CREATE TABLE care_relay_wish (
  contact_id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, at BIGINT NOT NULL, by_actor TEXT NOT NULL
);
CREATE INDEX care_relay_wish_person ON care_relay_wish (person_id, at);
CREATE TABLE care_relay (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, card_id UUID NOT NULL, person_id UUID NOT NULL, contact_id UUID NOT NULL,
  finder_hash BYTEA NOT NULL, state TEXT NOT NULL, number BYTEA, at BIGINT NOT NULL, expires_at BIGINT NOT NULL, ended_at BIGINT
);
CREATE INDEX care_relay_card ON care_relay (card_id, at);
CREATE INDEX care_relay_now ON care_relay (district_id, state, expires_at);
",
    },
    Migration {
        name: "care-0004-visits",
        // Which facts call for a visit is sealed; a list says only that some do.
        sql: "
CREATE TABLE care_visit_rule (
  district_id UUID PRIMARY KEY, alone_days BIGINT NOT NULL, weekly_days BIGINT NOT NULL, others_days BIGINT NOT NULL,
  change_hours BIGINT NOT NULL, weather_days BIGINT NOT NULL, again_days BIGINT NOT NULL, misses BIGINT NOT NULL,
  welfare_hours BIGINT NOT NULL, version BIGINT NOT NULL
);
CREATE TABLE care_visit_plan (
  person_id UUID PRIMARY KEY, district_id UUID NOT NULL, begun_on TEXT NOT NULL, agreed_by TEXT NOT NULL, kind TEXT NOT NULL,
  wish_days BIGINT, wish_on TEXT, safety BYTEA, last_seen TEXT, agreed_on TEXT, misses BIGINT NOT NULL, missed_on TEXT,
  welfare_due BIGINT, version BIGINT NOT NULL
);
CREATE INDEX care_visit_plan_all ON care_visit_plan (district_id, person_id);
CREATE TABLE care_visit_fact (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, sealed BYTEA, health BOOLEAN NOT NULL,
  on_day TEXT NOT NULL, until_day TEXT, at BIGINT NOT NULL, by_account UUID
);
CREATE INDEX care_visit_fact_person ON care_visit_fact (person_id, on_day);
CREATE TABLE care_visit_round (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, area_id UUID NOT NULL, kind TEXT NOT NULL, since_day TEXT NOT NULL,
  until_day TEXT NOT NULL, at BIGINT NOT NULL, by_account UUID, ended_at BIGINT, ended_by UUID
);
CREATE INDEX care_visit_round_now ON care_visit_round (district_id, until_day);
CREATE TABLE care_visit (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, person_id UUID NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
  due_on TEXT NOT NULL, reasons TEXT NOT NULL, planned_at BIGINT NOT NULL, done_at BIGINT, version BIGINT NOT NULL
);
CREATE INDEX care_visit_person ON care_visit (person_id, state);
CREATE INDEX care_visit_due ON care_visit (district_id, state, due_on);
CREATE INDEX care_visit_age ON care_visit (district_id, done_at);
CREATE TABLE care_visit_visitor (
  visit_id UUID NOT NULL, account_id UUID NOT NULL, district_id UUID NOT NULL, force_code TEXT NOT NULL, at BIGINT NOT NULL,
  ended_at BIGINT, PRIMARY KEY (visit_id, account_id)
);
CREATE INDEX care_visit_visitor_account ON care_visit_visitor (account_id, ended_at);
CREATE TABLE care_visit_report (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, visit_id UUID NOT NULL, person_id UUID NOT NULL, outcome TEXT NOT NULL,
  state TEXT NOT NULL, why TEXT, sealed BYTEA, photo BYTEA, done_at BIGINT NOT NULL, clock_off BOOLEAN NOT NULL,
  at BIGINT NOT NULL, by_account UUID, settled_at BIGINT, settled_by UUID
);
CREATE INDEX care_visit_report_person ON care_visit_report (person_id, done_at);
CREATE INDEX care_visit_report_inbox ON care_visit_report (district_id, state, at);
",
    },
    crate::app::rounds::ROUNDS,
    watch::WATCH,
    teams::TEAMS,
    extra::EXTRA,
    mutual::MUTUAL,
    volunteers::VOLUNTEERS,
    company::COMPANY,
    crate::app::rounds::KNOWN,
    Migration {
        name: "care-0013-visits",
        // Until when a welfare check must have been made, its class says. What a guardian asked for waits until somebody has asked the elder.
        sql: "
ALTER TABLE care_visit_rule DROP COLUMN welfare_hours;
ALTER TABLE care_visit_rule ADD COLUMN pack_hours BIGINT NOT NULL DEFAULT 48;
ALTER TABLE care_visit_plan ADD COLUMN asked_at BIGINT;
ALTER TABLE care_visit_plan ADD COLUMN asked_days BIGINT;
",
    },
    crate::app::rounds::WORK,
    suits::SUITS,
    Migration {
        name: "care-0016-wish-by",
        // Whose word the wish is: nobody else takes back what the elder said.
        sql: "
ALTER TABLE care_visit_plan ADD COLUMN wish_by TEXT;
",
    },
    Migration {
        name: "care-0017-open-visits",
        // Open visits in the order in which they are due, and of one person, without what was done before.
        sql: "
CREATE INDEX care_visit_open ON care_visit (district_id, due_on, id, kind, person_id, state) WHERE state IN ('planned', 'assigned');
CREATE INDEX care_visit_open_of ON care_visit (person_id, due_on, kind, state) WHERE state IN ('planned', 'assigned');
CREATE INDEX care_volunteer_area ON care_volunteer (district_id, area_id, signed_at);
CREATE INDEX care_visit_plan_welfare ON care_visit_plan (district_id, welfare_due) WHERE welfare_due IS NOT NULL;
",
    },
];
