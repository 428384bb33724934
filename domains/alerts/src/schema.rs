//! Tables of this crate. Nobody else reads or writes them.

use store::Migration;

pub const MIGRATIONS: &[Migration] = &[FOUNDATION, BULLETINS, WEBHOOKS, BY_AGE, CHANNELS, PUSH, FAMILY];

const FOUNDATION: Migration = Migration {
    name: "alerts-0001-foundation",
    sql: "
CREATE TABLE notice (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID NOT NULL, kind TEXT NOT NULL, matter_id UUID NOT NULL,
  number TEXT NOT NULL, idem_key TEXT NOT NULL, created_at BIGINT NOT NULL, read_at BIGINT
);
CREATE UNIQUE INDEX notice_key ON notice (idem_key);
CREATE INDEX notice_account ON notice (account_id, created_at);
CREATE INDEX notice_unread ON notice (account_id, read_at);
CREATE TABLE message (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, channel TEXT NOT NULL, kind TEXT NOT NULL, matter_id UUID NOT NULL,
  to_account UUID, to_raiser UUID, opening BIGINT, try_no BIGINT NOT NULL, idem_key TEXT NOT NULL, state TEXT NOT NULL,
  created_at BIGINT NOT NULL, settled_at BIGINT
);
CREATE UNIQUE INDEX message_key ON message (idem_key);
CREATE INDEX message_matter ON message (matter_id, created_at);
CREATE TABLE message_attempt (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, message_id UUID NOT NULL, at BIGINT NOT NULL, result TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX message_attempt_message ON message_attempt (message_id, at);
CREATE TABLE discard_note (
  job_n BIGINT PRIMARY KEY, district_id UUID NOT NULL, at BIGINT NOT NULL, account_id UUID, reason TEXT NOT NULL
);
",
};

/// What everybody is told at once.
const BULLETINS: Migration = Migration {
    name: "alerts-0002-bulletins",
    sql: "
CREATE TABLE bulletin (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, version BIGINT NOT NULL, state TEXT NOT NULL,
  category TEXT NOT NULL, urgency TEXT NOT NULL, severity TEXT NOT NULL, certainty TEXT NOT NULL,
  event_zh TEXT NOT NULL, headline_zh TEXT NOT NULL, description_zh TEXT NOT NULL, instruction_zh TEXT NOT NULL,
  event_en TEXT, headline_en TEXT, description_en TEXT, instruction_en TEXT,
  area_id UUID, lat DOUBLE PRECISION, lon DOUBLE PRECISION, radius_m BIGINT, expires_at BIGINT NOT NULL,
  exercise BOOLEAN NOT NULL, numbers_checked BOOLEAN NOT NULL, made_by UUID NOT NULL, made_at BIGINT NOT NULL,
  published_by UUID, published_at BIGINT, cancelled_by UUID, cancelled_at BIGINT, cancel_reason TEXT
);
CREATE INDEX bulletin_state ON bulletin (district_id, state, expires_at);
CREATE INDEX bulletin_made ON bulletin (district_id, made_at);
",
};

/// Programs elsewhere that are told when something moves.
const WEBHOOKS: Migration = Migration {
    name: "alerts-0003-webhooks",
    sql: "
CREATE TABLE webhook (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, version BIGINT NOT NULL, label TEXT NOT NULL, url BYTEA NOT NULL,
  types TEXT NOT NULL, secret BYTEA NOT NULL, old_secret BYTEA, old_until BIGINT, state TEXT NOT NULL, seen BIGINT NOT NULL,
  failures BIGINT NOT NULL, failing_since BIGINT, rests_until BIGINT, last_at BIGINT, last_ok_at BIGINT, last_result TEXT,
  made_by UUID, made_at BIGINT NOT NULL
);
CREATE INDEX webhook_district ON webhook (district_id, state);
CREATE TABLE webhook_delivery (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, webhook_id UUID NOT NULL, type TEXT NOT NULL, payload TEXT NOT NULL,
  idem_key TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, created_at BIGINT NOT NULL,
  last_at BIGINT, last_result TEXT
);
CREATE UNIQUE INDEX webhook_delivery_key ON webhook_delivery (webhook_id, idem_key);
CREATE INDEX webhook_delivery_next ON webhook_delivery (webhook_id, state, next_at);
",
};

/// Old messages, for the rule of how long they are kept.
const BY_AGE: Migration = Migration {
    name: "alerts-by-age",
    sql: "
CREATE INDEX message_age ON message (district_id, created_at);
",
};

/// What gateways call our text messages, and robots of chat groups with what they still have to say.
const CHANNELS: Migration = Migration {
    name: "alerts-0004-channels",
    sql: "
CREATE TABLE sms_sent (
  gateway_id TEXT NOT NULL, message_id UUID NOT NULL, district_id UUID NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (district_id, gateway_id)
);
CREATE INDEX sms_sent_message ON sms_sent (message_id);
CREATE TABLE robot (
  district_id UUID NOT NULL, name TEXT NOT NULL, seen BIGINT NOT NULL, rests_until BIGINT, PRIMARY KEY (district_id, name)
);
CREATE TABLE robot_line (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, robot TEXT NOT NULL, event TEXT NOT NULL, matter_id UUID NOT NULL,
  number TEXT NOT NULL, class TEXT NOT NULL, place TEXT, at BIGINT NOT NULL
);
CREATE INDEX robot_line_next ON robot_line (district_id, robot, at);
",
};

/// Devices that get news, the district's key for them, and which message goes to which device.
const PUSH: Migration = Migration {
    name: "alerts-0005-push",
    sql: "
CREATE TABLE push_key (
  district_id UUID PRIMARY KEY, id UUID NOT NULL, private BYTEA NOT NULL, seen BIGINT NOT NULL, made_at BIGINT NOT NULL
);
CREATE TABLE push_subscription (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, account_id UUID, raiser_id UUID, mark TEXT NOT NULL, device BYTEA NOT NULL,
  lang TEXT NOT NULL, made_at BIGINT NOT NULL, used_at BIGINT NOT NULL, last_ok_at BIGINT
);
CREATE UNIQUE INDEX push_subscription_mark ON push_subscription (district_id, mark);
CREATE INDEX push_subscription_account ON push_subscription (account_id);
CREATE INDEX push_subscription_raiser ON push_subscription (raiser_id);
CREATE INDEX push_subscription_used ON push_subscription (district_id, used_at);
CREATE TABLE push_message (
  message_id UUID PRIMARY KEY, subscription_id UUID NOT NULL, district_id UUID NOT NULL
);
CREATE INDEX push_message_subscription ON push_message (subscription_id);
",
};

/// Messages to the circle of an elder.
const FAMILY: Migration = Migration {
    name: "alerts-family",
    sql: "
ALTER TABLE message ADD COLUMN to_contact UUID;
ALTER TABLE message ADD COLUMN about_person UUID;
",
};
