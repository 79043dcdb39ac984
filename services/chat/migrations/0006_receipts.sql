-- How far somebody has received and read a chat: numbers that only grow. Beside members, whose rows other changes lock.
-- Who has no row has read nothing since they joined. moved_at tells a device what it missed.
CREATE TABLE IF NOT EXISTS receipts (
    chat_id BIGINT UNSIGNED NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    read_seq BIGINT UNSIGNED NOT NULL,
    delivered_seq BIGINT UNSIGNED NOT NULL,
    moved_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, user_id),
    KEY moved (chat_id, moved_at)
) ENGINE=InnoDB;

-- What was said before there were receipts counts as read.
INSERT IGNORE INTO receipts (chat_id, user_id, read_seq, delivered_seq, moved_at)
    SELECT members.chat_id, members.user_id, chats.head_seq, chats.head_seq, 0
    FROM members JOIN chats ON chats.id = members.chat_id WHERE members.left_seq IS NULL;

-- Copies of a setting that auth keeps. Who has no row shows receipts.
CREATE TABLE IF NOT EXISTS receipt_choices (
    user_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    shows BOOLEAN NOT NULL
) ENGINE=InnoDB;

-- Keyed by the person, whose devices alone ask for it. rev counts the changes of a row; a row that goes with leaving
-- the chat takes it along.
CREATE TABLE IF NOT EXISTS preferences (
    user_id BIGINT UNSIGNED NOT NULL,
    chat_id BIGINT UNSIGNED NOT NULL,
    rev BIGINT UNSIGNED NOT NULL,
    muted_until BIGINT UNSIGNED NOT NULL DEFAULT 0,
    level VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'all',
    pinned_at BIGINT UNSIGNED NOT NULL DEFAULT 0,
    archived BOOLEAN NOT NULL DEFAULT FALSE,
    important BOOLEAN NOT NULL DEFAULT FALSE,
    marked_unread BOOLEAN NOT NULL DEFAULT FALSE,
    draft TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    changed_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (user_id, chat_id)
) ENGINE=InnoDB;
