-- Sets how many sessions a run may have. $1 run, $2 sessions.
update fmferry_run set sessions = $2 where run = $1
