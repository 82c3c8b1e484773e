-- Forgets the reaction to a record's mark: the record was marked as it should be. $1 source,
-- $2 record_id.
delete from fmferry_reaction where source = $1 and record_id = $2
