-- Notes the progress of a run, unless it was taken for dead. $1 run, $2 status, $3 ended or null,
-- $4 found, $5 processed, $6 successful, $7 failed, $8 waiting.
update fmferry_run set status = $2, ended_us = $3, found = $4, processed = $5, successful = $6,
       failed = $7, waiting = $8
 where run = $1 and ended_us is null
