-- claimed to stored, if still ours. $1 document, $2 epoch, $3 run, $4 version, $5 size, $6 patient,
-- $7 link, $8 mod_id, $9 now.
update fmferry_document
   set state = 'stored', version = $4, size = $5, patient = $6, link = $7, mod_id = $8,
       changed_us = $9
 where document = $1 and epoch = $2 and run = $3 and state = 'claimed'
