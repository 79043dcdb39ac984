-- What people chose to show. It outlives every connection, and ends by itself at `ends_at` if that is set. Whoever has
-- no row never chose. `since` is when `status` became what it is; `rev` grows with each change.
CREATE TABLE IF NOT EXISTS statuses (
    user_id BIGINT UNSIGNED NOT NULL,
    status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    text VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    ends_at BIGINT UNSIGNED NULL,
    since BIGINT UNSIGNED NOT NULL,
    rev BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (user_id),
    KEY by_end (ends_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
