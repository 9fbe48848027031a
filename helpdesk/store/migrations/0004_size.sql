-- What is asked for often is found without looking at every row, however many there are.
-- Deleting a row looks for whatever refers to it.
CREATE INDEX attachments_conversation ON attachments (conversation_id);
CREATE INDEX inbox_conversation ON inbox (conversation_id);
CREATE INDEX outbox_conversation ON outbox (conversation_id);
CREATE INDEX IF NOT EXISTS registrations_conversation ON registrations (conversation_id);
CREATE INDEX password_links_account ON password_links (account_id);
CREATE INDEX password_links_conversation ON password_links (conversation_id);
CREATE INDEX agent_sessions_agent ON agent_sessions (agent_id);
CREATE INDEX accounts_registration ON accounts (registration_id);
CREATE INDEX accounts_email ON accounts (email_index);

-- What is past its time. (Drafts that were never filed are found as those without a case code.)
CREATE INDEX conversations_silent ON conversations (updated_at);
CREATE INDEX registration_photos_created ON registration_photos (created_at);
CREATE INDEX otp_created ON otp_challenges (created_at);
CREATE INDEX otp_expires ON otp_challenges (expires_at);
CREATE INDEX password_links_created ON password_links (created_at);
CREATE INDEX password_links_expires ON password_links (expires_at);
CREATE INDEX mails_ended ON mails (state, created_at);
CREATE INDEX errands_created ON errands (created_at);

-- Lists, newest first; and the made-up members, whom every start outside of the demo looks for.
CREATE INDEX outbox_failed ON outbox (failed_at) WHERE failed_at IS NOT NULL;
CREATE INDEX registrations_decided ON registrations (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX members_synthetic ON members (synthetic) WHERE synthetic = 1;

-- Whom a mail is about (a conversation, an application, an account, a code, a link): the ids that its key names. Erasing
-- finds the mails by these; a key is `kind:id`, `kind:id:id` or `kind:id:moment`.
CREATE TABLE mail_subjects (
    subject TEXT NOT NULL,
    mail_id TEXT NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
    PRIMARY KEY (subject, mail_id)
);
CREATE INDEX mail_subjects_mail ON mail_subjects (mail_id);
INSERT INTO mail_subjects (subject, mail_id)
    SELECT CASE WHEN INSTR(rest, ':') > 0 THEN SUBSTR(rest, 1, INSTR(rest, ':') - 1) ELSE rest END, id
    FROM (SELECT id, SUBSTR(dedup_key, INSTR(dedup_key, ':') + 1) AS rest FROM mails WHERE dedup_key LIKE '%:%') AS keys;
INSERT INTO mail_subjects (subject, mail_id)
    SELECT SUBSTR(rest, INSTR(rest, ':') + 1), id
    FROM (SELECT id, SUBSTR(dedup_key, INSTR(dedup_key, ':') + 1) AS rest FROM mails WHERE dedup_key LIKE '%:%:%') AS keys
    WHERE SUBSTR(rest, INSTR(rest, ':') + 1) NOT LIKE '%:%' ON CONFLICT DO NOTHING;

-- How many there are of what is shown as a figure, kept as it changes: no figure counts rows. Triggers, because a row
-- also goes with the row that it refers to, where no statement of ours names it. PostgreSQL gets the same by its own.
-- `cases_version` counts changes, not rows: as long as it stays, the list of waiting cases is the same.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
);
INSERT INTO counters (name, value) SELECT 'inbox', COUNT(*) FROM inbox WHERE handled_at IS NULL;
INSERT INTO counters (name, value) SELECT 'outbox', COUNT(*) FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL;
INSERT INTO counters (name, value) SELECT 'undeliverable', COUNT(*) FROM outbox WHERE failed_at IS NOT NULL;
INSERT INTO counters (name, value) SELECT 'mails', COUNT(*) FROM mails WHERE state IN ('queued', 'sending');
INSERT INTO counters (name, value) SELECT 'members', COUNT(*) FROM members;
INSERT INTO counters (name, value) SELECT 'cases', COUNT(*) FROM registrations WHERE status = 'submitted';
INSERT INTO counters (name, value) VALUES ('cases_version', 0);

CREATE TRIGGER inbox_accepted AFTER INSERT ON inbox WHEN NEW.handled_at IS NULL BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'inbox';
END;
CREATE TRIGGER inbox_changed AFTER UPDATE OF handled_at ON inbox
WHEN (NEW.handled_at IS NULL) <> (OLD.handled_at IS NULL) BEGIN
    UPDATE counters SET value = value + (NEW.handled_at IS NULL) - (OLD.handled_at IS NULL) WHERE name = 'inbox';
END;
CREATE TRIGGER inbox_gone AFTER DELETE ON inbox WHEN OLD.handled_at IS NULL BEGIN
    UPDATE counters SET value = value - 1 WHERE name = 'inbox';
END;

CREATE TRIGGER outbox_put AFTER INSERT ON outbox BEGIN
    UPDATE counters SET value = value + (NEW.sent_at IS NULL AND NEW.failed_at IS NULL) WHERE name = 'outbox';
    UPDATE counters SET value = value + (NEW.failed_at IS NOT NULL) WHERE name = 'undeliverable';
END;
CREATE TRIGGER outbox_changed AFTER UPDATE OF sent_at, failed_at ON outbox BEGIN
    UPDATE counters SET value = value + (NEW.sent_at IS NULL AND NEW.failed_at IS NULL)
        - (OLD.sent_at IS NULL AND OLD.failed_at IS NULL) WHERE name = 'outbox';
    UPDATE counters SET value = value + (NEW.failed_at IS NOT NULL) - (OLD.failed_at IS NOT NULL)
        WHERE name = 'undeliverable' AND (NEW.failed_at IS NULL) <> (OLD.failed_at IS NULL);
END;
CREATE TRIGGER outbox_gone AFTER DELETE ON outbox WHEN OLD.sent_at IS NULL OR OLD.failed_at IS NOT NULL BEGIN
    UPDATE counters SET value = value - (OLD.sent_at IS NULL AND OLD.failed_at IS NULL) WHERE name = 'outbox';
    UPDATE counters SET value = value - (OLD.failed_at IS NOT NULL) WHERE name = 'undeliverable';
END;

CREATE TRIGGER mails_put AFTER INSERT ON mails WHEN NEW.state IN ('queued', 'sending') BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'mails';
END;
CREATE TRIGGER mails_changed AFTER UPDATE OF state ON mails
WHEN (NEW.state IN ('queued', 'sending')) <> (OLD.state IN ('queued', 'sending')) BEGIN
    UPDATE counters SET value = value + (NEW.state IN ('queued', 'sending')) - (OLD.state IN ('queued', 'sending'))
        WHERE name = 'mails';
END;
CREATE TRIGGER mails_gone AFTER DELETE ON mails WHEN OLD.state IN ('queued', 'sending') BEGIN
    UPDATE counters SET value = value - 1 WHERE name = 'mails';
END;

CREATE TRIGGER members_added AFTER INSERT ON members BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'members';
END;
CREATE TRIGGER members_gone AFTER DELETE ON members BEGIN
    UPDATE counters SET value = value - 1 WHERE name = 'members';
END;

CREATE TRIGGER cases_filed AFTER INSERT ON registrations WHEN NEW.status = 'submitted' BEGIN
    UPDATE counters SET value = value + 1 WHERE name IN ('cases', 'cases_version');
END;
CREATE TRIGGER cases_changed AFTER UPDATE OF status, submitted_at ON registrations
WHEN NEW.status = 'submitted' OR OLD.status = 'submitted' BEGIN
    UPDATE counters SET value = value + (NEW.status = 'submitted') - (OLD.status = 'submitted') WHERE name = 'cases';
    UPDATE counters SET value = value + 1 WHERE name = 'cases_version';
END;
CREATE TRIGGER cases_gone AFTER DELETE ON registrations WHEN OLD.status = 'submitted' BEGIN
    UPDATE counters SET value = value - 1 WHERE name = 'cases';
    UPDATE counters SET value = value + 1 WHERE name = 'cases_version';
END;
