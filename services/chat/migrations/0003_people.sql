-- barriers is a set of bits, 0 in nearly every chat: what stands between the two of a direct chat (see barriers.py), as
-- of pair_version. It is in the row that posting locks anyway.
ALTER TABLE chats
    ADD COLUMN barriers TINYINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN pair_version BIGINT UNSIGNED NOT NULL DEFAULT 0;

-- The changes of the chat after known_rev up to hidden_rev are kept from this person: as far as they can tell, the chat
-- stands at known_rev, with known_seq as its newest message. unaware is 1 while they do not see the chat at all.
ALTER TABLE members
    ADD COLUMN known_rev BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN known_seq BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN hidden_rev BIGINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN unaware TINYINT UNSIGNED NOT NULL DEFAULT 0;

-- Somebody who never sees the message: they blocked its author when it was written.
ALTER TABLE messages
    ADD COLUMN hidden_from BIGINT UNSIGNED NULL;
