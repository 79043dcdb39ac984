-- What people report, and what operators do about it. Times are milliseconds since 1970, UTC.

-- All that is reported of one person, or of one message of theirs, until it is decided. `open_as` names what it is
-- about and is null once it is decided: so there is but one open report of each thing.
CREATE TABLE IF NOT EXISTS reports (
    id BIGINT UNSIGNED NOT NULL,
    open_as VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    is_open TINYINT UNSIGNED NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    chat_id BIGINT UNSIGNED NULL,
    seq BIGINT UNSIGNED NULL,
    reporters INT UNSIGNED NOT NULL,
    opened_at BIGINT UNSIGNED NOT NULL,
    reported_at BIGINT UNSIGNED NOT NULL,
    closed_at BIGINT UNSIGNED NULL,
    decision VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    PRIMARY KEY (id),
    UNIQUE KEY once_open (open_as),
    KEY by_state (is_open, id),
    KEY of_user (user_id, is_open, id),
    KEY by_closing (closed_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS complaints (
    report_id BIGINT UNSIGNED NOT NULL,
    reporter_id BIGINT UNSIGNED NOT NULL,
    reason VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    comment VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    reported_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (report_id, reporter_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Copies of messages and profiles as JSON, each once per report. They are deleted after `expires_at`.
CREATE TABLE IF NOT EXISTS evidence (
    report_id BIGINT UNSIGNED NOT NULL,
    digest BINARY(32) NOT NULL,
    body MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    copied_at BIGINT UNSIGNED NOT NULL,
    expires_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (report_id, digest),
    KEY by_end (expires_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A person has one at most; `ends_at` is null for one that has no end.
CREATE TABLE IF NOT EXISTS suspensions (
    user_id BIGINT UNSIGNED NOT NULL,
    since BIGINT UNSIGNED NOT NULL,
    ends_at BIGINT UNSIGNED NULL,
    said VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (user_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS warnings (
    user_id BIGINT UNSIGNED NOT NULL,
    id BIGINT UNSIGNED NOT NULL,
    text VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    given_at BIGINT UNSIGNED NOT NULL,
    dismissed_at BIGINT UNSIGNED NULL,
    PRIMARY KEY (user_id, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What operators did. Rows are added, never changed.
CREATE TABLE IF NOT EXISTS audit (
    id BIGINT UNSIGNED NOT NULL,
    made_at BIGINT UNSIGNED NOT NULL,
    operator VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    deed VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id BIGINT UNSIGNED NULL,
    report_id BIGINT UNSIGNED NULL,
    why VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    detail VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (id),
    KEY of_user (user_id, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
