-- A message as it still is for somebody who blocks whoever has changed it since. Gone with the message.
CREATE TABLE IF NOT EXISTS versions (
    chat_id BIGINT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    user_id BIGINT UNSIGNED NOT NULL,
    message MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (chat_id, seq, user_id)
) ENGINE=InnoDB;
