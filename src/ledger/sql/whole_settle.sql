-- Corrects a document that no run holds, unless something happened to it since we read it.
-- $1 document, $2 state, $3 mod_id, $4 now, $5 the epoch and $6 the state that we read.
update fmferry_document
   set state = $2, mod_id = $3, class = '', attempts = 0, due_us = 0, changed_us = $4
 where document = $1 and epoch = $5 and state = $6 and run is null
