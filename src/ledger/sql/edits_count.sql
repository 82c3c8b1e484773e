-- Marks announced for a record since a time, except one. $1 source, $2 record_id, $3 since, $4 the
-- mod_id of the one, or -1.
-- Columns: how many, the oldest.
select count(*), coalesce(min(at_us), 0) from fmferry_edit
 where source = $1 and record_id = $2 and at_us > $3 and mod_id <> $4
