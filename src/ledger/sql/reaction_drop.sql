-- A record was marked as it should be, or a person has mended what answered. $1 source,
-- $2 record_id.
delete from fmferry_reaction where source = $1 and record_id = $2
