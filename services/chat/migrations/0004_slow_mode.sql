-- When somebody last posted while slow mode was on.
ALTER TABLE members ADD COLUMN posted_at BIGINT UNSIGNED NULL;
