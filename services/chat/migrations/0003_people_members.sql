-- The changes of the chat after known_rev up to hidden_rev are kept from this person: as far as they can tell, the chat
-- stands at known_rev, with known_seq as its newest message and messages that disappear after known_disappear seconds.
-- unaware is 1 while they do not see the chat at all.
ALTER TABLE members
    ADD COLUMN known_rev BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN known_seq BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN known_disappear INT UNSIGNED NULL,
    ADD COLUMN hidden_rev BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN unaware TINYINT UNSIGNED NOT NULL DEFAULT 0;
