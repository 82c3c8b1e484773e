-- How many changes of a run were committed. $1 run. Columns: beats.
select beats from fmferry_run where run = $1
