-- A number that the database made of the whole row that the application has of this version, as we left it:
-- with another one now, somebody has changed it. Null: it was never ours alone, or nobody knows.
alter table fmferry_version add column row_print bigint;
