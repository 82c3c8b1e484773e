-- The reaction to a record's mark: how the record was found afterwards. $1 source, $2 record_id.
-- Columns: mark, is_ours, rise, mod_id, same, times.
select mark, is_ours, rise, mod_id, same, times from fmferry_reaction
 where source = $1 and record_id = $2
