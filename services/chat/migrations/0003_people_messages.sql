-- Somebody who never sees the message: they blocked its author when it was written.
ALTER TABLE messages
    ADD COLUMN hidden_from BIGINT UNSIGNED NULL;
