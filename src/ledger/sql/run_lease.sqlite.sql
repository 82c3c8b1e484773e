-- Renews the lease of a run, unless it was taken for dead. $1 run, $2 for how many microseconds.
update fmferry_run set lease_us = 0 where run = $1 and ended_us is null and $2 > 0
