-- Whether an operator has the messages deleted, and not their author.
ALTER TABLE withdrawals ADD COLUMN by_operator TINYINT UNSIGNED NOT NULL DEFAULT 0;
