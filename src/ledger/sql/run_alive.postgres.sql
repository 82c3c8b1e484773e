-- As for SQLite; a peer that would take the run for dead waits until this transaction ends.
select run from fmferry_run where run = $1 and ended_us is null for share
