-- Whether a census was closed that began since a time, or was closed since another.
-- $1 source, $2 begun since, $3 closed since. Columns: count.
select count(*) from fmferry_census
 where source = $1 and closed_us is not null and (started_us >= $2 or closed_us >= $3)
