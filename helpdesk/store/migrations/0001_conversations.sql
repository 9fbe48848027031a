-- Conversations, the durable inbox and outbox, feedback. Types and statements stay within what SQLite and PostgreSQL share:
-- text ids, ISO 8601 UTC times as text, 0/1 for booleans.
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    external_id TEXT NOT NULL,
    token_hash TEXT,
    status TEXT NOT NULL DEFAULT 'pending',
    next_seq INTEGER NOT NULL DEFAULT 1,
    last_answer TEXT,
    last_answer_repeats INTEGER NOT NULL DEFAULT 0,
    slowed INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (channel, external_id)
);
CREATE UNIQUE INDEX conversations_token ON conversations (token_hash) WHERE token_hash IS NOT NULL;

CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    payload TEXT,
    buttons TEXT NOT NULL DEFAULT '[]',
    pictures TEXT NOT NULL DEFAULT '[]',
    answer TEXT,
    in_reply_to TEXT,
    created_at TEXT NOT NULL,
    UNIQUE (conversation_id, seq)
);

CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX attachments_message ON attachments (message_id);
CREATE INDEX attachments_created ON attachments (created_at);

-- What a platform handed over. The key drops a repeat; handled_at NULL means that an answer is owed.
CREATE TABLE inbox (
    channel TEXT NOT NULL,
    platform_message_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    latitude REAL,
    longitude REAL,
    attempts INTEGER NOT NULL DEFAULT 0,
    notified_late INTEGER NOT NULL DEFAULT 0,
    received_at TEXT NOT NULL,
    handled_at TEXT,
    PRIMARY KEY (channel, platform_message_id)
);
CREATE UNIQUE INDEX inbox_message ON inbox (message_id);
CREATE INDEX inbox_unhandled ON inbox (conversation_id, seq) WHERE handled_at IS NULL;

-- Replies on their way out through a channel that pushes (a web page fetches its own).
CREATE TABLE outbox (
    message_id TEXT PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    parts_sent INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at TEXT NOT NULL,
    sent_at TEXT,
    failed_at TEXT
);
CREATE INDEX outbox_unsent ON outbox (conversation_id, seq) WHERE sent_at IS NULL AND failed_at IS NULL;

-- Every payload that a button of this conversation has carried: the only ones it may send back.
CREATE TABLE offered_payloads (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    payload TEXT NOT NULL,
    title TEXT NOT NULL,
    PRIMARY KEY (conversation_id, payload)
);

CREATE TABLE feedback (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    answer TEXT NOT NULL,
    helped INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (conversation_id, answer)
);
CREATE INDEX feedback_answer ON feedback (answer, created_at);

-- One row that readiness writes to, so that a full or read-only disk shows before a citizen feels it.
CREATE TABLE store_checks (
    id INTEGER PRIMARY KEY,
    checked_at TEXT NOT NULL,
    filler TEXT NOT NULL
);
