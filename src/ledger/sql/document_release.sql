-- Releases a document until a time, if it is still ours. $1 document, $2 epoch, $3 run, $4 its
-- state, $5 its new state, $6 class, $7 due, $8 attempts, $9 now.
update fmferry_document
   set state = $5, run = null, class = $6, due_us = $7, attempts = $8, changed_us = $9
 where document = $1 and epoch = $2 and run = $3 and state = $4
