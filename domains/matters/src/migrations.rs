//! Tables of the closed loop. The matter row carries everything a list shows or sorts by; texts and names are elsewhere
//! and encrypted.

use ::store::Migration;

pub const MIGRATIONS: &[Migration] = &[
    CLOSED_LOOP,
    PUBLISHED,
    TILES,
    FEWER,
    COPIES,
    BY_STATE,
    AUDIENCE,
    ABOUT,
    DATA_REQUESTS,
    CLOSED,
    OF_IMPORT,
    WELFARE_CHECK,
    SAID_AGAIN,
];

const CLOSED_LOOP: Migration = Migration {
    name: "matters-0001-closed-loop",
    sql: "
CREATE TABLE matter (
  n {SEQ}, id UUID NOT NULL, district_id UUID NOT NULL, version BIGINT NOT NULL,
  number TEXT NOT NULL, code_hash BYTEA, idem TEXT, idem_digest BYTEA, foreign_key TEXT,
  class TEXT NOT NULL, class_version BIGINT NOT NULL, family TEXT NOT NULL, origin TEXT NOT NULL,
  emergency BOOLEAN NOT NULL, state TEXT NOT NULL, is_open BIGINT NOT NULL, opening BIGINT NOT NULL,
  received_at BIGINT NOT NULL, last_at BIGINT NOT NULL, closed_at BIGINT,
  stage TEXT NOT NULL, due_at BIGINT NOT NULL, yellow_at BIGINT NOT NULL, provisional BOOLEAN NOT NULL,
  paused_until BIGINT, alarm_at BIGINT, level BIGINT NOT NULL,
  owner_seat UUID NOT NULL, owner_account UUID NOT NULL, owner_org UUID, owner_via TEXT NOT NULL, assigned_by UUID,
  lat DOUBLE PRECISION, lon DOUBLE PRECISION, town UUID, community UUID, grid UUID, police UUID,
  post UUID, post_mid UUID, post_top UUID,
  summary TEXT NOT NULL, outcome TEXT, answer_note UUID, returned BOOLEAN NOT NULL, extensions BIGINT NOT NULL,
  verified_by UUID, verified_at BIGINT, answered_at BIGINT, merged_into UUID, rating BIGINT,
  elsewhere BOOLEAN NOT NULL, typed_by UUID, target_at BIGINT, root UUID
);
CREATE UNIQUE INDEX matter_id ON matter (id);
CREATE UNIQUE INDEX matter_number ON matter (district_id, number);
CREATE UNIQUE INDEX matter_code ON matter (code_hash);
CREATE UNIQUE INDEX matter_idem ON matter (district_id, idem);
CREATE INDEX matter_district ON matter (district_id, is_open, due_at, n);
CREATE INDEX matter_class_due ON matter (district_id, class, is_open, due_at, n);
CREATE INDEX matter_account ON matter (owner_account, is_open, due_at, n);
CREATE INDEX matter_seat ON matter (owner_seat, is_open, due_at, n);
CREATE INDEX matter_org ON matter (owner_org, is_open, due_at, n);
CREATE INDEX matter_assigned_by ON matter (assigned_by, is_open, due_at, n);
CREATE INDEX matter_town ON matter (town, is_open, due_at, n);
CREATE INDEX matter_community ON matter (community, is_open, due_at, n);
CREATE INDEX matter_grid ON matter (grid, is_open, due_at, n);
CREATE INDEX matter_police ON matter (police, is_open, due_at, n);
CREATE INDEX matter_post ON matter (post, is_open, due_at, n);
CREATE INDEX matter_post_mid ON matter (post_mid, is_open, due_at, n) WHERE post_mid IS NOT NULL;
CREATE INDEX matter_post_top ON matter (post_top, is_open, due_at, n) WHERE post_top IS NOT NULL;
CREATE INDEX matter_lat ON matter (district_id, is_open, lat);
CREATE INDEX matter_alarm ON matter (district_id, alarm_at) WHERE alarm_at IS NOT NULL;
CREATE INDEX matter_merged ON matter (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE matter_note (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, matter_id UUID NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL,
  author TEXT NOT NULL, for_raiser BOOLEAN NOT NULL, body BYTEA NOT NULL
);
CREATE INDEX matter_note_matter ON matter_note (matter_id, at);

CREATE TABLE matter_raiser (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, matter_id UUID NOT NULL, origin_matter UUID NOT NULL, at BIGINT NOT NULL,
  channel TEXT NOT NULL, anonymous BOOLEAN NOT NULL, lang TEXT NOT NULL,
  name BYTEA, phone BYTEA, email BYTEA, address BYTEA, code BYTEA, phone_hash BYTEA,
  opening BIGINT NOT NULL, proof TEXT, proof_at BIGINT
);
CREATE INDEX matter_raiser_matter ON matter_raiser (matter_id);
CREATE INDEX matter_raiser_origin ON matter_raiser (origin_matter);
CREATE INDEX matter_raiser_phone ON matter_raiser (phone_hash) WHERE phone_hash IS NOT NULL;

CREATE TABLE matter_delivery (
  n {SEQ}, district_id UUID NOT NULL, matter_id UUID NOT NULL, raiser_id UUID NOT NULL, opening BIGINT NOT NULL,
  at BIGINT NOT NULL, result TEXT NOT NULL, author TEXT NOT NULL, note_id UUID
);
CREATE INDEX matter_delivery_matter ON matter_delivery (matter_id, n);

CREATE TABLE matter_handler (
  matter_id UUID NOT NULL, opening BIGINT NOT NULL, account_id UUID NOT NULL, district_id UUID NOT NULL,
  PRIMARY KEY (matter_id, opening, account_id)
);

CREATE TABLE matter_command (
  district_id UUID NOT NULL, key TEXT NOT NULL, matter_id UUID NOT NULL, kind TEXT NOT NULL, version BIGINT NOT NULL,
  PRIMARY KEY (district_id, key)
);

CREATE TABLE matter_attachment (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, matter_id UUID NOT NULL, at BIGINT NOT NULL, author TEXT NOT NULL,
  mime TEXT NOT NULL, width BIGINT NOT NULL, height BIGINT NOT NULL, bytes BIGINT NOT NULL, body BYTEA NOT NULL
);
CREATE INDEX matter_attachment_matter ON matter_attachment (matter_id, at);

CREATE TABLE matter_class (
  district_id UUID NOT NULL, code TEXT NOT NULL, version BIGINT NOT NULL, current BIGINT NOT NULL, at BIGINT NOT NULL,
  family TEXT NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT NULL, hint_zh TEXT NOT NULL, hint_en TEXT NOT NULL,
  route TEXT NOT NULL, agency TEXT, scope TEXT NOT NULL, time_kind TEXT NOT NULL, on_return TEXT NOT NULL,
  urgency TEXT NOT NULL, sign_in TEXT NOT NULL, contact_in TEXT NOT NULL, handle_in TEXT NOT NULL, verify_in TEXT NOT NULL,
  active BOOLEAN NOT NULL, position BIGINT NOT NULL,
  PRIMARY KEY (district_id, code, version)
);

CREATE TABLE matter_view (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX matter_view_account ON matter_view (account_id, at);

CREATE TABLE matter_foreign (
  matter_id UUID PRIMARY KEY, district_id UUID NOT NULL, foreign_key TEXT NOT NULL, digest BYTEA NOT NULL,
  opened_at BIGINT NOT NULL, target_at BIGINT, closed_at BIGINT, stated_on_time BOOLEAN, channel TEXT,
  duplicate BOOLEAN NOT NULL, doubts TEXT
);
CREATE UNIQUE INDEX matter_foreign_key ON matter_foreign (district_id, foreign_key);

CREATE TABLE work_calendar (
  district_id UUID NOT NULL, year BIGINT NOT NULL, csv TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (district_id, year)
);
{FTS matter_fts}
",
};

/// What anybody may see: which classes, and the order of the public list.
const PUBLISHED: Migration = Migration {
    name: "matters-0002-published",
    sql: "
ALTER TABLE matter_class ADD COLUMN published BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX matter_received ON matter (district_id, received_at, n);
",
};

/// Open matters by cell of the map. A cell is computed as in `store::tiles`; rounding half down is the same on both databases.
const TILES: Migration = Migration {
    name: "matters-0003-tiles",
    sql: "
ALTER TABLE matter ADD COLUMN tile BIGINT;
UPDATE matter SET tile = CAST(ROUND((lat + 90) * 100 - 0.5) AS BIGINT) * 36000 + CAST(ROUND((lon + 180) * 100 - 0.5) AS BIGINT)
  WHERE lat IS NOT NULL AND lon IS NOT NULL;
DROP INDEX matter_lat;
CREATE INDEX matter_tile ON matter (district_id, is_open, tile);
",
};

/// Most matters are owned by a seat, given by nobody and led by no body: their rows need no entry here. Raising and changes
/// of due times write less.
const FEWER: Migration = Migration {
    name: "matters-0004-fewer-entries",
    sql: "
DROP INDEX matter_account;
DROP INDEX matter_org;
DROP INDEX matter_assigned_by;
DROP INDEX matter_idem;
CREATE INDEX matter_account ON matter (owner_account, is_open, due_at, n) WHERE owner_via = 'catch_all';
CREATE INDEX matter_org ON matter (owner_org, is_open, due_at, n) WHERE owner_org IS NOT NULL;
CREATE INDEX matter_assigned_by ON matter (assigned_by, is_open, due_at, n) WHERE assigned_by IS NOT NULL;
CREATE UNIQUE INDEX matter_idem ON matter (district_id, idem) WHERE idem IS NOT NULL;
",
};

/// The raiser's words apart, and a redacted copy for each body that has had the matter (R3).
const COPIES: Migration = Migration {
    name: "matters-0005-copies",
    sql: "
ALTER TABLE matter_note ADD COLUMN sealed_as TEXT NOT NULL DEFAULT 'text';
ALTER TABLE matter_note ADD COLUMN hidden BYTEA;
CREATE TABLE matter_copy (
  note_id UUID NOT NULL, body_id UUID NOT NULL, district_id UUID NOT NULL, matter_id UUID NOT NULL, at BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (note_id, body_id)
);
",
};

/// What waits for a check, and any other state, in the order of the list. Only open matters have an entry.
const BY_STATE: Migration = Migration {
    name: "matters-0006-by-state",
    sql: "
CREATE INDEX matter_state ON matter (district_id, is_open, state, due_at, n) WHERE is_open = 1;
",
};

/// For whom a picture is. Until now all came from raisers, or were shown to them.
const AUDIENCE: Migration = Migration {
    name: "matters-0007-audience",
    sql: "
ALTER TABLE matter_attachment ADD COLUMN audience TEXT NOT NULL DEFAULT 'raiser';
",
};

/// Whom a matter is about: a body whose people have no part in it (R3), and people in care whose records its owner may
/// open (R5).
const ABOUT: Migration = Migration {
    name: "matters-0008-about",
    sql: "
ALTER TABLE matter ADD COLUMN about_org UUID;
CREATE TABLE matter_person (
  matter_id UUID NOT NULL, person_id UUID NOT NULL, district_id UUID NOT NULL, at BIGINT NOT NULL, by_actor TEXT NOT NULL,
  ended_at BIGINT, PRIMARY KEY (matter_id, person_id)
);
CREATE INDEX matter_person_person ON matter_person (person_id, at);
",
};

/// What people ask about their own data. What was said and the copy are sealed under keys of the request itself.
const DATA_REQUESTS: Migration = Migration {
    name: "matters-data-requests",
    sql: "
CREATE TABLE data_request (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, subject_kind TEXT NOT NULL, subject UUID NOT NULL, origin_matter UUID,
  matter_id UUID, kind TEXT NOT NULL, state TEXT NOT NULL, words BYTEA NOT NULL, proof TEXT NOT NULL, taken_by UUID,
  asked_at BIGINT NOT NULL, due_at BIGINT NOT NULL, provisional BOOLEAN NOT NULL, extended_at BIGINT, decided_by UUID,
  decided_at BIGINT, refusal TEXT, answer BYTEA, approved_by UUID, approved_at BIGINT, copy BYTEA, copy_until BIGINT,
  copy_taken_at BIGINT, done_at BIGINT
);
CREATE INDEX data_request_subject ON data_request (subject, asked_at);
CREATE INDEX data_request_due ON data_request (district_id, state, due_at);
CREATE INDEX data_request_done ON data_request (district_id, done_at);
",
};

/// What was closed in a month, for its report.
const CLOSED: Migration = Migration {
    name: "matters-closed",
    sql: "
CREATE INDEX matter_closed ON matter (district_id, closed_at, n) WHERE closed_at IS NOT NULL;
",
};

/// Which import brought it, so that it can be undone.
const OF_IMPORT: Migration = Migration {
    name: "matters-of-import",
    sql: "
ALTER TABLE matter_foreign ADD COLUMN import_id UUID;
CREATE INDEX matter_foreign_import ON matter_foreign (import_id) WHERE import_id IS NOT NULL;
",
};

/// The class of welfare checks, for districts that were there before it: as in `seed::classes`, not offered to anybody.
const WELFARE_CHECK: Migration = Migration {
    name: "matters-welfare-check",
    sql: "
INSERT INTO matter_class (district_id, code, version, current, at, family, name_zh, name_en, hint_zh, hint_en, route, agency,
  scope, time_kind, on_return, urgency, sign_in, contact_in, handle_in, verify_in, active, position, published)
SELECT c.district_id, 'welfare-check', 1, 1, c.at, 'non_police', '平安确认', 'Welfare check',
  '连续上门都没有人开门，要确认老人平安', 'Nobody opened several times: somebody makes sure that they are well', 'committee', NULL,
  'whole_case', 'calendar', 'restart', 'normal', '1h', '4h', '24h', '3d', (1 = 0), 170, (1 = 0)
FROM matter_class c WHERE c.code = 'other' AND c.current = 1
  AND NOT EXISTS (SELECT 1 FROM matter_class w WHERE w.district_id = c.district_id AND w.code = 'welfare-check');
",
};

/// What was found at somebody's home, as a keyed digest: said again, it is one more report in the same matter.
const SAID_AGAIN: Migration = Migration {
    name: "matters-said-again",
    sql: "
ALTER TABLE matter_person ADD COLUMN about BYTEA;
",
};
