-- failed or waived to waiting. $1 document, $2 now, $3 the epoch and $4 the state that we
-- read.
update fmferry_document
   set state = 'waiting', class = '', attempts = 0, due_us = 0, changed_us = $2
 where document = $1 and run is null and epoch = $3 and state = $4
   and state in ('failed', 'waived')
