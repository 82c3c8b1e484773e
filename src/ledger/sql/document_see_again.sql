-- A document that was edited, unless something happened to it since we looked. $1 document,
-- $2 mod_id, $3 state, $4 class, $5 type, $6 patient_id, $7 storage, $8 now, $9 the epoch and
-- $10 the state that we saw.
update fmferry_document
   set mod_id = $2, state = $3, class = $4, type = $5, patient_id = $6, storage = $7, due_us = 0,
       attempts = 0, changed_us = $8
 where document = $1 and epoch = $9 and state = $10 and run is null
