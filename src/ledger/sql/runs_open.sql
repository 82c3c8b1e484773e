-- Runs that never ended. $1 source, $2 the present run. Columns: run, machine, host, lease_us.
select run, machine, host, lease_us from fmferry_run
 where source = $1 and ended_us is null and run <> $2 order by run
