-- Moves a document to another record of a rebuilt file, unless something happened to it since we
-- read it. $1 document, $2 record_id, $3 mod_id, $4 state, $5 now, $6 the epoch and $7 the state
-- that we read.
update fmferry_document
   set record_id = $2, mod_id = $3, state = $4, due_us = 0, attempts = 0, changed_us = $5
 where document = $1 and epoch = $6 and state = $7 and run is null
