-- Whether a run is over, or dead. $1 run. Columns: 1 if it is.
select count(*) from fmferry_run where run = $1 and ended_us is not null
