-- What is said in a conversation, sealed. `text` holds only what was written before and is not sealed yet: the next start
-- does that (helpdesk/conversations/plain_texts.py), and the index makes looking for it free once it is done.
ALTER TABLE messages ADD COLUMN sealed TEXT NOT NULL DEFAULT '';
CREATE INDEX messages_plain ON messages (id) WHERE text <> '';

-- The place or the phone number that came with a message, sealed; emptied once the message is answered.
ALTER TABLE inbox ADD COLUMN sealed TEXT NOT NULL DEFAULT '';
ALTER TABLE inbox DROP COLUMN latitude;
ALTER TABLE inbox DROP COLUMN longitude;
