-- After how many seconds a new message disappears; null for never.
ALTER TABLE chats ADD COLUMN disappear_after INT UNSIGNED NULL;
