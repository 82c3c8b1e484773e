-- A document that lives in another record of a rebuilt file. $1 document, $2 record_id, $3 mod_id,
-- $4 state, $5 now.
update fmferry_document
   set record_id = $2, mod_id = $3, state = $4, due_us = 0, attempts = 0, changed_us = $5
 where document = $1 and run is null
