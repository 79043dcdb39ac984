-- What their makers called the groups they made, so that asking for the same one again makes no other. Goes with the
-- group.
CREATE TABLE IF NOT EXISTS made_groups (
    user_id BIGINT UNSIGNED NOT NULL,
    nonce VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    chat_id BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (user_id, nonce),
    KEY of_chat (chat_id)
) ENGINE=InnoDB;
