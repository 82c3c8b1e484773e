-- As for SQLite; it waits for a change that is still under way on a lost connection.
select beats from fmferry_run where run = $1 for update
