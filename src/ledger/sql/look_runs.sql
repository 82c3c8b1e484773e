-- Every run. $1 source. Columns: run, started_us, ended_us, found, processed, successful, failed,
-- waiting, status, kind, version, host, sessions.
select run, started_us, ended_us, found, processed, successful, failed, waiting, status, kind,
       version, host, sessions
  from fmferry_run where source = $1 order by run
