-- What others may know of a pointer while it is not all of it (see pointers.py); null when it is. own_moved_at is about
-- a move that only the person's own devices may learn of.
ALTER TABLE receipts
    ADD COLUMN shown_read_seq BIGINT UNSIGNED NULL,
    ADD COLUMN shown_delivered_seq BIGINT UNSIGNED NULL,
    ADD COLUMN own_moved_at BIGINT UNSIGNED NOT NULL DEFAULT 0;
