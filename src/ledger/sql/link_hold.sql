-- Holds a document that is done. $1 document, $2 epoch from now on, $3 run, $4 now.
update fmferry_document set run = $3, epoch = $2, changed_us = $4
 where document = $1 and epoch = $2 - 1 and state = 'done' and run is null
