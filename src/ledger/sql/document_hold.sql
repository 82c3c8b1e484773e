-- Touches a document if it is still ours. $1 document, $2 epoch, $3 run, $4 state, $5 now.
update fmferry_document set changed_us = $5
 where document = $1 and epoch = $2 and run = $3 and state = $4
