-- Whether the source was ever counted to its end. $1 source. Columns: count.
select count(*) from fmferry_census where source = $1 and closed_us is not null
