-- Accounts, their signed-in devices, and the keys that sign access tokens. Times are milliseconds since 1970, UTC.

-- A username can hold nothing but the allowed set and is compared byte by byte. The recovery key is kept as its
-- SHA-256 only, the password as an Argon2id string.
CREATE TABLE IF NOT EXISTS users (
    id BIGINT UNSIGNED NOT NULL,
    username VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    display_name VARCHAR(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    description VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    avatar VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
    rev BIGINT UNSIGNED NOT NULL,
    password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    recovery_hash BINARY(32) NOT NULL,
    policy_version VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY by_username (username)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- token_hash is the SHA-256 of the login token in use, previous_hash of the one it replaced at rotated_at. A row lives
-- on for a while after revoked_at is set, so that gateways can hear of it late.
CREATE TABLE IF NOT EXISTS sessions (
    id BIGINT UNSIGNED NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    device_name VARCHAR(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    token_hash BINARY(32) NOT NULL,
    previous_hash BINARY(32) NULL,
    rotated_at BIGINT UNSIGNED NOT NULL,
    created_at BIGINT UNSIGNED NOT NULL,
    last_seen_at BIGINT UNSIGNED NOT NULL,
    revoked_at BIGINT UNSIGNED NULL,
    PRIMARY KEY (id),
    KEY by_user (user_id),
    KEY by_end (revoked_at, id),
    KEY by_use (last_seen_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One key after the other, numbered from 1, so that of two replicas that make the next one only one succeeds.
-- private_key is encrypted with a key derived from the secret of the deployment.
CREATE TABLE IF NOT EXISTS signing_keys (
    number INT UNSIGNED NOT NULL,
    kid VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    public_key VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    private_key VARBINARY(512) NOT NULL,
    signs_from BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (number)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS outbox (
    id BIGINT UNSIGNED NOT NULL,
    events MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created_at BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (id),
    KEY by_age (created_at, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
