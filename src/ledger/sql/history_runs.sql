-- The newest runs that changed documents within a time. $1 source, $2 from, $3 to, $4 at most.
-- Columns: run.
select run
  from fmferry_run
 where source = $1 and kind <> 'verify' and started_us <= $3 and coalesce(ended_us, $3) >= $2
 order by run desc limit $4
