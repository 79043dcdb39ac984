-- What somebody has made of the chat for themselves: nothing up to cleared_seq exists for them, and the chat is off
-- their list until something is said after closed_seq. mark counts what they did, so that their devices notice.
ALTER TABLE members
    ADD COLUMN cleared_seq BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN closed_seq BIGINT UNSIGNED NULL,
    ADD COLUMN mark BIGINT UNSIGNED NOT NULL DEFAULT 0;
