-- How user_id stands to other_id as user_id may know it, one row per direction: the two may differ, since a request that
-- was declined, or made to somebody who blocks, stays an outgoing one. declines and declined_at are about requests of
-- other_id that user_id turned down; a row of state none is kept for them.
CREATE TABLE IF NOT EXISTS relations (
    user_id BIGINT UNSIGNED NOT NULL,
    other_id BIGINT UNSIGNED NOT NULL,
    state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    since BIGINT UNSIGNED NOT NULL,
    declines INT UNSIGNED NOT NULL,
    declined_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (user_id, other_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS blocks (
    blocker_id BIGINT UNSIGNED NOT NULL,
    blocked_id BIGINT UNSIGNED NOT NULL,
    created_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- people_rev counts the lasting changes of somebody's own affairs: relations, blocks and settings. A setting that is
-- null was never chosen.
ALTER TABLE users
    ADD COLUMN people_rev BIGINT UNSIGNED NOT NULL DEFAULT 1,
    ADD COLUMN who_may_write VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ADD COLUMN who_may_add VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ADD COLUMN who_may_call VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ADD COLUMN who_sees_last_seen VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ADD COLUMN who_sees_profile VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ADD COLUMN read_receipts TINYINT UNSIGNED NULL,
    ADD COLUMN typing TINYINT UNSIGNED NULL;
