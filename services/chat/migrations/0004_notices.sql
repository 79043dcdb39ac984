-- What a message of kind `system` says, as JSON.
ALTER TABLE messages ADD COLUMN notice TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;
