-- Releases a document that its run no longer works on. $1 document, $2 state, $3 now.
update fmferry_document set state = $2, run = null, due_us = 0, changed_us = $3 where document = $1
