-- Runs that never ended. $1 source, $2 the present run, $3 how long a lease is, in microseconds.
-- Columns: run, machine, host, is_late, pid. Whether a run of this machine lives is known by its lock,
-- never by time.
select run, machine, host, 0 * $3, pid from fmferry_run
 where source = $1 and ended_us is null and run <> $2 order by run
