-- The number of a source, and when it was added. $1 name. Columns: source, created.
select source, created_us from fmferry_source where name = $1
