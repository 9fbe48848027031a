-- Registrations, OTPs, mails, accounts, staff and the insurance registry. Columns named `sealed` hold a person's data,
-- encrypted (helpdesk/store/sealing.py); columns named `*_index` hold a keyed hash that finds a person without decrypting.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    sealed TEXT NOT NULL
);

-- status: draft, submitted, approved, rejected, withdrawn
CREATE TABLE registrations (
    id TEXT PRIMARY KEY,
    case_code TEXT UNIQUE,
    conversation_id TEXT REFERENCES conversations (id) ON DELETE SET NULL,
    status TEXT NOT NULL,
    sealed TEXT NOT NULL,
    -- Where the dialogue is: no personal data.
    progress TEXT NOT NULL DEFAULT '{}',
    consent_version TEXT,
    consent_at TEXT,
    bhxh_index TEXT,
    national_index TEXT,
    email_index TEXT,
    flags TEXT NOT NULL DEFAULT '[]',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    submitted_at TEXT,
    decided_at TEXT,
    decided_by TEXT,
    repair TEXT NOT NULL DEFAULT '[]',
    office_reminded_at TEXT,
    citizen_told_at TEXT
);
-- One draft a conversation, and one application a person that waits for a decision: filing twice is impossible.
CREATE UNIQUE INDEX registrations_draft ON registrations (conversation_id) WHERE status = 'draft';
CREATE UNIQUE INDEX registrations_waiting ON registrations (bhxh_index) WHERE status = 'submitted';
CREATE UNIQUE INDEX registrations_waiting_person ON registrations (national_index) WHERE status = 'submitted';
CREATE INDEX registrations_queue ON registrations (status, submitted_at);
CREATE INDEX registrations_email ON registrations (email_index);

-- Cleaned pictures, encrypted in DATA_DIR/photos; side: portrait, front, back, card. verdict: accepted, doubtful.
CREATE TABLE registration_photos (
    id TEXT PRIMARY KEY,
    registration_id TEXT NOT NULL REFERENCES registrations (id) ON DELETE CASCADE,
    side TEXT NOT NULL,
    verdict TEXT NOT NULL,
    findings TEXT NOT NULL DEFAULT '[]',
    size INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (registration_id, side)
);

-- Codes sent by mail. subject: the conversation or the link they are for. tried_by: a keyed hash of the last wrong
-- try, so that a turn that is run again doesn't count twice.
CREATE TABLE otp_challenges (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    address_index TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    superseded_at TEXT,
    tried_by TEXT,
    used_at TEXT,
    used_by TEXT
);
CREATE INDEX otp_subject ON otp_challenges (subject, purpose, created_at);
CREATE INDEX otp_address ON otp_challenges (address_index, created_at);

-- Mails on their way out. dedup_key: what is queued twice under one key is sent once.
-- state: queued, sending, sent, expired, failed. The sealed text is emptied once the mail is gone.
CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    dedup_key TEXT NOT NULL UNIQUE,
    address_index TEXT NOT NULL,
    sealed TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    next_try_at TEXT NOT NULL,
    expires_at TEXT,
    created_at TEXT NOT NULL,
    sent_at TEXT
);
CREATE INDEX mails_waiting ON mails (state, next_try_at);
CREATE INDEX mails_address ON mails (address_index);

-- Demo mode: what the local SMTP catcher caught.
CREATE TABLE caught_mails (
    id TEXT PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at TEXT NOT NULL
);
CREATE INDEX caught_mails_recipient ON caught_mails (recipient, received_at);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    bhxh_index TEXT NOT NULL UNIQUE,
    email_index TEXT NOT NULL,
    sealed TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- 1 until the owner has replaced the first password that was mailed.
    first_password INTEGER NOT NULL DEFAULT 1,
    registration_id TEXT,
    conversation_id TEXT REFERENCES conversations (id) ON DELETE SET NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX accounts_conversation ON accounts (conversation_id);

-- One-time links to the password page; purpose: change, recover. new_password_hash waits there for its OTP.
-- conversation_id: where the link was asked for, to limit how many are.
CREATE TABLE password_links (
    token_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    conversation_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    new_password_hash TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT
);

-- Staff. An agent is always a person. login: the name as it is compared (case and spaces don't matter).
CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    login TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    disabled_at TEXT
);
-- Tries of a login that did not succeed yet, counted for names that nobody has, too: the answers must not differ.
CREATE TABLE agent_tries (
    login_index TEXT PRIMARY KEY,
    tries INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    locked_until TEXT
);
CREATE TABLE agent_sessions (
    token_hash TEXT PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    csrf TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
-- Who saw and did what. subject: a registration's id or nothing; never a person's data.
CREATE TABLE audit_log (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    agent_id TEXT,
    agent_name TEXT,
    action TEXT NOT NULL,
    subject TEXT,
    detail TEXT
);
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_subject ON audit_log (subject, at);

-- The embedded registry: people in the insurance registry as imported or, in the demo, made up.
CREATE TABLE members (
    id TEXT PRIMARY KEY,
    bhxh_index TEXT NOT NULL UNIQUE,
    national_index TEXT,
    person_index TEXT NOT NULL,
    sealed TEXT NOT NULL,
    synthetic INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT NOT NULL
);
CREATE INDEX members_national ON members (national_index);
CREATE INDEX members_person ON members (person_index);

-- A small errand under way in a conversation: getting a draft back, a password link, deleting one's data.
CREATE TABLE errands (
    conversation_id TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    sealed TEXT NOT NULL,
    progress TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL
);
