-- Ends a run that died. $1 run, $2 now.
update fmferry_run set status = 'died', ended_us = $2 where run = $1 and ended_us is null
