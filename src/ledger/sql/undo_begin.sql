-- Waives a document that is taken back, and holds it. $1 document, $2 epoch from now on, $3 run, $4 now,
-- $5 the state that we read.
update fmferry_document
   set state = 'waived', class = 'undone', run = $3, epoch = $2, due_us = 0, attempts = 0,
       changed_us = $4
 where document = $1 and epoch = $2 - 1 and state = $5 and run is null
