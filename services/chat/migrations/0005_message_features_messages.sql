-- What only some messages have, as JSON: mentions, reactions, where it was forwarded from. Null for most.
ALTER TABLE messages ADD COLUMN body TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;
