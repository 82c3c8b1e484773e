-- Notes the modification id that a document's record has since its mark was emptied. $1 document,
-- $2 epoch, $3 run, $4 modification id, $5 now.
update fmferry_document set mod_id = $4, changed_us = $5
 where document = $1 and epoch = $2 and run = $3 and state = 'waived'
