-- Keyed by chat_id first, so that all of a chat lies in one shard; what workers look for has an index of its own.

-- Who reacted with what. The message's own row holds the sums, so that reading pages needs none of these.
CREATE TABLE IF NOT EXISTS reactions (
    chat_id BIGINT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    emoji VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    reacted_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, seq, emoji, user_id)
) ENGINE=InnoDB;

-- What a message said before it was edited. version counts from 1; written_at is when that text was written.
CREATE TABLE IF NOT EXISTS edits (
    chat_id BIGINT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    version INT UNSIGNED NOT NULL,
    text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    written_at BIGINT UNSIGNED NOT NULL,
    replaced_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, seq, version),
    KEY replaced (replaced_at)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS pins (
    chat_id BIGINT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    pinned_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, seq)
) ENGINE=InnoDB;

-- Messages that somebody does not want to see again.
CREATE TABLE IF NOT EXISTS hidden (
    chat_id BIGINT UNSIGNED NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, user_id, seq)
) ENGINE=InnoDB;

-- Messages that disappear. Beside the messages, so that an ordinary one has no index entry for it.
CREATE TABLE IF NOT EXISTS expiring (
    chat_id BIGINT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    expires_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, seq),
    KEY due (expires_at)
) ENGINE=InnoDB;

-- Messages to be posted later. claimed_at is when somebody last began to post one: from then on it cannot be taken back.
-- One with a failure is kept for its author to see.
CREATE TABLE IF NOT EXISTS scheduled (
    id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    chat_id BIGINT UNSIGNED NOT NULL,
    author_id BIGINT UNSIGNED NOT NULL,
    nonce VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    reply_to BIGINT UNSIGNED NULL,
    mentions TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    mention_all TINYINT NOT NULL,
    send_at BIGINT UNSIGNED NOT NULL,
    claimed_at BIGINT UNSIGNED NULL,
    failure VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    UNIQUE KEY scheduled_once (author_id, chat_id, nonce),
    KEY due (failure, send_at)
) ENGINE=InnoDB;

-- Authors whose messages were forwarded into a chat: its members may ask who they are.
CREATE TABLE IF NOT EXISTS forwarded (
    chat_id BIGINT UNSIGNED NOT NULL,
    author_id BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, author_id)
) ENGINE=InnoDB;

-- Chats to look at: whether everybody has cleared, or left, some of it.
CREATE TABLE IF NOT EXISTS purges (
    chat_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    asked_at BIGINT UNSIGNED NOT NULL,
    KEY oldest (asked_at)
) ENGINE=InnoDB;

-- Authors who want all their messages in a chat deleted, up to one. after_nonce is how far that has come.
CREATE TABLE IF NOT EXISTS withdrawals (
    chat_id BIGINT UNSIGNED NOT NULL,
    author_id BIGINT UNSIGNED NOT NULL,
    upto BIGINT UNSIGNED NOT NULL,
    after_nonce VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    asked_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, author_id),
    KEY oldest (asked_at)
) ENGINE=InnoDB;
