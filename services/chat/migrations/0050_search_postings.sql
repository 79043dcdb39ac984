-- The terms of messages are kept together in buckets: a fifth of the room, and of the pages that a search reads. What is
-- searched is indexed anew from the messages when chat starts.
DROP TABLE IF EXISTS search_terms;

-- Which messages have which terms. A term is a hash of a word, of a part of one, of two that stand together, or of
-- something else to find a message by; it belongs in one of 1024 buckets. Each 2048 messages of a chat are a shelf.
-- Of a bucket and a shelf there are four bytes for each term of each message: two for the term and two for the message,
-- of which only the first is 128 or more. They are in the order of the messages; those of terms that a message got when
-- later ones had been indexed already (late) have rows of their own, in any order.
CREATE TABLE IF NOT EXISTS search_terms (
    chat_id BIGINT UNSIGNED NOT NULL,
    bucket SMALLINT UNSIGNED NOT NULL,
    shelf INT UNSIGNED NOT NULL,
    late BOOLEAN NOT NULL,
    postings MEDIUMBLOB NOT NULL,
    PRIMARY KEY (chat_id, bucket, shelf, late)
) ENGINE=InnoDB;

TRUNCATE TABLE search_blocks;

TRUNCATE TABLE search_chats;
