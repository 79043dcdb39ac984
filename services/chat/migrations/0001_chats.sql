-- Keyed by chat_id throughout, so that it shards by chat_id. A direct chat's people are in the row itself: its topics
-- are known without reading members. member_rev is the rev of the last change of who is in the chat.
CREATE TABLE IF NOT EXISTS chats (
    id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    title VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    avatar VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    head_seq BIGINT UNSIGNED NOT NULL,
    rev BIGINT UNSIGNED NOT NULL,
    member_rev BIGINT UNSIGNED NOT NULL,
    member_count INT UNSIGNED NOT NULL,
    low_id BIGINT UNSIGNED NULL,
    high_id BIGINT UNSIGNED NULL,
    created_at BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB;

-- The one chat of two people, claimed before the chat is made: keyed by the pair, it may live in another shard.
CREATE TABLE IF NOT EXISTS direct_chats (
    low_id BIGINT UNSIGNED NOT NULL,
    high_id BIGINT UNSIGNED NOT NULL,
    chat_id BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (low_id, high_id),
    KEY of_high (high_id, low_id)
) ENGINE=InnoDB;

-- left_seq is null while somebody is in the chat.
CREATE TABLE IF NOT EXISTS members (
    chat_id BIGINT UNSIGNED NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    joined_seq BIGINT UNSIGNED NOT NULL,
    joined_at BIGINT UNSIGNED NOT NULL,
    left_seq BIGINT UNSIGNED NULL,
    rev BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, user_id),
    KEY of_user (user_id, left_seq, chat_id),
    KEY changed (chat_id, rev)
) ENGINE=InnoDB;
