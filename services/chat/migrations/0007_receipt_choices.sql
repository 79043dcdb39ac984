-- The number of the settings that the copy is of: of two, the higher one is the newer.
ALTER TABLE receipt_choices
    ADD COLUMN rev BIGINT UNSIGNED NOT NULL DEFAULT 0;
