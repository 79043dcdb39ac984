-- What a group is about and how it works: for each permission the lowest role that has it. A change of these counts as
-- a change of the chat, not of its members.
ALTER TABLE chats
    ADD COLUMN description VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    ADD COLUMN slow_mode INT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN may_send VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'member',
    ADD COLUMN may_add VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'member',
    ADD COLUMN may_edit VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'admin',
    ADD COLUMN may_pin VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'admin',
    ADD COLUMN may_call VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'member',
    ADD COLUMN may_delete VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'admin';
