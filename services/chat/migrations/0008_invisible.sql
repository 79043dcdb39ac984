-- A copy of whether somebody is invisible, as of the number of what they chose: others learn of their receipts later.
ALTER TABLE receipt_choices
    ADD COLUMN invisible BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN status_rev BIGINT UNSIGNED NOT NULL DEFAULT 0;
