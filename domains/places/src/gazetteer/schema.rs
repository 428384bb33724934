//! Tables of names and doors. Keys and paths are bytes: both databases compare those alike.

use store::Migration;

pub(crate) const TABLES: Migration = Migration {
    name: "places-gazetteer",
    sql: "
CREATE TABLE place_name (
  district_id UUID NOT NULL, id BIGINT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  lon DOUBLE PRECISION NOT NULL, lat DOUBLE PRECISION NOT NULL, doors BIGINT NOT NULL, PRIMARY KEY (district_id, id)
);
CREATE INDEX place_name_source ON place_name (district_id, source);
CREATE TABLE place_key (
  district_id UUID NOT NULL, key BYTEA NOT NULL, name_id BIGINT NOT NULL, PRIMARY KEY (district_id, key, name_id)
);
CREATE TABLE place_door (
  district_id UUID NOT NULL, name_id BIGINT NOT NULL, path BYTEA NOT NULL, lon DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL, cell BIGINT NOT NULL, PRIMARY KEY (district_id, name_id, path)
);
CREATE INDEX place_door_cell ON place_door (district_id, cell);
",
};
