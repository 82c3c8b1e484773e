-- Forgets marks that were announced for a record before a time. $1 source, $2 record_id, $3 before.
delete from fmferry_edit where source = $1 and record_id = $2 and at_us <= $3
