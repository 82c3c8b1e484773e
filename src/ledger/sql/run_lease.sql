-- Says that a run lives. $1 run, $2 until when.
update fmferry_run set lease_us = $2 where run = $1 and ended_us is null
