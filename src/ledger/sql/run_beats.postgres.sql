-- As for SQLite; a change that is still under way on a lost connection is waited for.
select beats from fmferry_run where run = $1 for update
