-- The one chat in which somebody keeps messages for themselves, claimed before it is made, like direct_chats.
CREATE TABLE IF NOT EXISTS saved_chats (
    user_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    chat_id BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS bans (
    chat_id BIGINT UNSIGNED NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    banned_by BIGINT UNSIGNED NOT NULL,
    banned_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, user_id)
) ENGINE=InnoDB;

-- The token is kept as it is, so that admins can hand it out again: it opens one group, whose messages stand beside it.
CREATE TABLE IF NOT EXISTS invites (
    token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    chat_id BIGINT UNSIGNED NOT NULL,
    created_by BIGINT UNSIGNED NOT NULL,
    created_at BIGINT UNSIGNED NOT NULL,
    expires_at BIGINT UNSIGNED NULL,
    uses INT UNSIGNED NULL,
    used INT UNSIGNED NOT NULL,
    approval TINYINT UNSIGNED NOT NULL,
    KEY of_chat (chat_id, created_at)
) ENGINE=InnoDB;

-- Who waits for an admin to let them in.
CREATE TABLE IF NOT EXISTS join_requests (
    chat_id BIGINT UNSIGNED NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    requested_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, user_id)
) ENGINE=InnoDB;
