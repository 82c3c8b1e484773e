-- Begins a run. $1 source, $2 machine, $3 host, $4 pid, $5 version, $6 now. Columns: run.
insert into fmferry_run (source, machine, host, pid, version, started_us, status)
values ($1, $2, $3, $4, $5, $6, 'running') returning run
