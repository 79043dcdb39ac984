-- What the messages of a chat can be found by. Emptying these three tables has everything indexed anew.

-- How far a chat is indexed: all of its messages up to seq. Whoever changes what is indexed of a chat holds this row.
-- last_at is the latest of their times.
CREATE TABLE IF NOT EXISTS search_chats (
    chat_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    seq BIGINT UNSIGNED NOT NULL,
    last_at BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB;

-- Each 512 messages of a chat are a block: when they were sent, as 8 bytes each, never falling.
CREATE TABLE IF NOT EXISTS search_blocks (
    chat_id BIGINT UNSIGNED NOT NULL,
    block INT UNSIGNED NOT NULL,
    first_at BIGINT UNSIGNED NOT NULL,
    last_at BIGINT UNSIGNED NOT NULL,
    times VARBINARY(4096) NOT NULL,
    PRIMARY KEY (chat_id, block),
    KEY spans (chat_id, block, first_at, last_at)
) ENGINE=InnoDB;

-- Which messages of a block have a term: one bit each, in eight numbers of which those without a bit are null. A term
-- is a hash of a word, of a part of one, or of something else to find a message by. What a chat has of one term lies
-- together: looking for it is one range read per chat.
CREATE TABLE IF NOT EXISTS search_terms (
    chat_id BIGINT UNSIGNED NOT NULL,
    block INT UNSIGNED NOT NULL,
    term INT UNSIGNED NOT NULL,
    b0 BIGINT UNSIGNED NULL,
    b1 BIGINT UNSIGNED NULL,
    b2 BIGINT UNSIGNED NULL,
    b3 BIGINT UNSIGNED NULL,
    b4 BIGINT UNSIGNED NULL,
    b5 BIGINT UNSIGNED NULL,
    b6 BIGINT UNSIGNED NULL,
    b7 BIGINT UNSIGNED NULL,
    PRIMARY KEY (chat_id, term, block)
) ENGINE=InnoDB;
