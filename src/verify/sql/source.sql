-- The number of a source, by its name. $1 name. Columns: source.
select source from fmferry_source where name = $1
