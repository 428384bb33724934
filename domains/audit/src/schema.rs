//! Tables of this crate. Nobody else reads or writes them.

use store::Migration;

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "audit-0001-foundation",
    sql: "
CREATE TABLE audit_verification (
  n {SEQ}, district_id UUID NOT NULL, asked_by TEXT NOT NULL, asked_at BIGINT NOT NULL, state TEXT NOT NULL,
  done BIGINT NOT NULL, entries BIGINT NOT NULL, finished_at BIGINT, report TEXT
);
CREATE INDEX audit_verification_district ON audit_verification (district_id, n);
CREATE TABLE audit_sample (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, block BIGINT NOT NULL,
  head BYTEA NOT NULL, views BIGINT NOT NULL, drawn_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX audit_sample_week ON audit_sample (district_id, from_at);
CREATE TABLE audit_review (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, sample_id UUID NOT NULL, read_n BIGINT NOT NULL, state TEXT NOT NULL,
  changed_at BIGINT NOT NULL, reviewer UUID, asked UUID, answer BYTEA
);
CREATE UNIQUE INDEX audit_review_read ON audit_review (sample_id, read_n);
CREATE INDEX audit_review_state ON audit_review (district_id, state);
CREATE INDEX audit_review_asked ON audit_review (asked, state);
CREATE TABLE withheld_reading (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, read_n BIGINT NOT NULL, matter_id UUID NOT NULL, until BIGINT NOT NULL,
  document BYTEA NOT NULL, state TEXT NOT NULL, asked_by UUID NOT NULL, asked_at BIGINT NOT NULL, decided_by UUID,
  decided_at BIGINT, ended_at BIGINT
);
CREATE INDEX withheld_reading_read ON withheld_reading (read_n);
CREATE INDEX withheld_reading_state ON withheld_reading (district_id, state);
CREATE TABLE public_count (
  district_id UUID NOT NULL, quarter TEXT NOT NULL, what TEXT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (district_id, quarter, what)
);
CREATE TABLE public_count_mark (district_id UUID PRIMARY KEY, last_event BIGINT NOT NULL);
",
}];
