-- Copies of what auth says: who blocks whom, as of the pair's version. A row that is not active any more stays for its
-- version.
CREATE TABLE IF NOT EXISTS blocks (
    blocker_id BIGINT UNSIGNED NOT NULL,
    blocked_id BIGINT UNSIGNED NOT NULL,
    active BOOLEAN NOT NULL,
    version BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id),
    KEY blocked (blocked_id, blocker_id)
) ENGINE=InnoDB;
