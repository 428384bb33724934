//! Tables of imported streets.

use store::Migration;

pub(crate) const STREETS: Migration = Migration {
    name: "places-streets-0001",
    sql: "
CREATE TABLE street_ground (district_id UUID PRIMARY KEY, token UUID NOT NULL, previous UUID);
CREATE TABLE street_version (
  district_id UUID NOT NULL, token UUID NOT NULL, file TEXT NOT NULL, imported_at BIGINT NOT NULL, counts TEXT NOT NULL,
  west DOUBLE PRECISION NOT NULL, south DOUBLE PRECISION NOT NULL, east DOUBLE PRECISION NOT NULL, north DOUBLE PRECISION NOT NULL,
  names BYTEA NOT NULL, PRIMARY KEY (district_id, token)
);
CREATE TABLE street_network (
  district_id UUID NOT NULL, token UUID NOT NULL, profile TEXT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (district_id, token, profile)
);
CREATE TABLE map_tile (
  district_id UUID NOT NULL, token UUID NOT NULL, z BIGINT NOT NULL, x BIGINT NOT NULL, y BIGINT NOT NULL, body BYTEA NOT NULL,
  PRIMARY KEY (district_id, token, z, x, y)
);
",
};
