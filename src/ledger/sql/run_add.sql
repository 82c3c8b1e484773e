-- Begins a run. $1 source, $2 machine, $3 host, $4 pid, $5 version, $6 now,
-- $7 kind. Columns: run.
insert into fmferry_run (source, machine, host, pid, version, started_us, kind, status)
values ($1, $2, $3, $4, $5, $6, $7, 'running') returning run
