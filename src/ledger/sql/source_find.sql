-- The number of a source. $1 name. Columns: source.
select source from fmferry_source where name = $1
