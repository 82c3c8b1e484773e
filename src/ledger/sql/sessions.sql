-- The sessions of each run of a source. $1 source. Columns: run, sessions.
select run, sessions from fmferry_run
 where source = $1 and ended_us is null and kind = 'run' order by run
