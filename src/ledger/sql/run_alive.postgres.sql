-- As for SQLite; whoever wants to take the run for dead waits until this transaction is over.
select run from fmferry_run where run = $1 and ended_us is null for share
