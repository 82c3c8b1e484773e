-- Releases a document that is done. $1 document, $2 epoch, $3 run, $4 now.
update fmferry_document set run = null, changed_us = $4
 where document = $1 and epoch = $2 and run = $3
