-- Clustered by (chat_id, seq): a page of history is one range read. The nonce makes sending idempotent for ever.
CREATE TABLE IF NOT EXISTS messages (
    chat_id BIGINT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    rev BIGINT UNSIGNED NOT NULL,
    author_id BIGINT UNSIGNED NOT NULL,
    nonce VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    reply_to BIGINT UNSIGNED NULL,
    sent_at BIGINT UNSIGNED NOT NULL,
    edited_at BIGINT UNSIGNED NULL,
    deleted_at BIGINT UNSIGNED NULL,
    PRIMARY KEY (chat_id, seq),
    UNIQUE KEY sent_once (chat_id, author_id, nonce),
    KEY changed (chat_id, rev)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS outbox (
    id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    events LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created_at BIGINT UNSIGNED NOT NULL,
    KEY waiting (created_at, id)
) ENGINE=InnoDB;

-- One row. Whoever restores a backup raises the epoch, and clients drop what they hold.
CREATE TABLE IF NOT EXISTS deployment (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    epoch BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB;

INSERT IGNORE INTO deployment (id, epoch) VALUES (1, 1);
