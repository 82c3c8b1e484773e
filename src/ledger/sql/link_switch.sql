-- A held document belongs to another patient now. $1 document, $2 epoch, $3 run, $4 version,
-- $5 patient, $6 link, $7 by whom or '', $8 now.
update fmferry_document
   set version = $4, patient = $5, link = $6, linked_by = $7, changed_us = $8
 where document = $1 and epoch = $2 and run = $3 and state = 'done'
