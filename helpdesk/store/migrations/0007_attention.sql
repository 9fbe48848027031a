-- What needs a person's look until somebody of the staff has seen it: replies given up, mails that never went, answers
-- that did not help. The indexes hold only what was not seen yet, however much there is.
ALTER TABLE outbox ADD COLUMN seen_at TEXT;
CREATE INDEX outbox_unseen ON outbox (failed_at, message_id) WHERE failed_at IS NOT NULL AND seen_at IS NULL;

-- failed_at: given up, or past its time unsent. Of a mail that can be sent again the sealed text stays until it is seen.
ALTER TABLE mails ADD COLUMN failed_at TEXT;
ALTER TABLE mails ADD COLUMN seen_at TEXT;
UPDATE mails SET failed_at = created_at WHERE state IN ('expired', 'failed');
CREATE INDEX mails_unseen ON mails (failed_at, id) WHERE failed_at IS NOT NULL AND seen_at IS NULL;

ALTER TABLE feedback ADD COLUMN seen_at TEXT;
CREATE INDEX feedback_unseen ON feedback (created_at, conversation_id, answer) WHERE helped = 0 AND seen_at IS NULL;

CREATE INDEX IF NOT EXISTS registrations_conversation ON registrations (conversation_id);
