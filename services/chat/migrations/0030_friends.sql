-- Whether the two people of a direct chat are friends, as auth says; kept in step like `barriers`.
ALTER TABLE chats ADD COLUMN friends TINYINT UNSIGNED NOT NULL DEFAULT 0;
