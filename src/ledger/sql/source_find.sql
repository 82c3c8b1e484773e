-- The number of a source, and since when it is known. $1 name. Columns: source, created.
select source, created_us from fmferry_source where name = $1
