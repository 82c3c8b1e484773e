-- Takes a document. $1 document, $2 run, $3 state, $4 now. Columns: epoch.
update fmferry_document set state = $3, run = $2, epoch = epoch + 1, changed_us = $4
 where document = $1
