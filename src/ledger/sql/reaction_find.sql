-- How a record was found after its mark was written. $1 source, $2 record_id. Columns: mark, is_ours,
-- rise, mod_id, same, times.
select mark, is_ours, rise, mod_id, same, times from fmferry_reaction
 where source = $1 and record_id = $2
