-- barriers is a set of bits, 0 in nearly every chat: what stands between the two of a direct chat (see barriers.py), as
-- of pair_version. It is in the row that posting locks anyway.
ALTER TABLE chats
    ADD COLUMN barriers TINYINT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN pair_version BIGINT UNSIGNED NOT NULL DEFAULT 0;
