-- A held upload has another type, and is released. $1 document, $2 epoch, $3 run, $4 type, $5 now.
update fmferry_document set type = $4, run = null, changed_us = $5
 where document = $1 and epoch = $2 and run = $3 and state = 'done'
