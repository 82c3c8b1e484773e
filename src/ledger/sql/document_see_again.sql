-- A document that was edited. $1 document, $2 mod_id, $3 state, $4 class, $5 type, $6 patient_id,
-- $7 storage, $8 now.
update fmferry_document
   set mod_id = $2, state = $3, class = $4, type = $5, patient_id = $6, storage = $7, due_us = 0,
       attempts = 0, changed_us = $8
 where document = $1
