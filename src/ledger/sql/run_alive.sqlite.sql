-- Whether a run may still claim. $1 run. Columns: run.
select run from fmferry_run where run = $1 and ended_us is null
