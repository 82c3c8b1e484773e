-- Sets the state of a sibling, and releases it. $1 document, $2 state, $3 mod_id, $4 now.
update fmferry_document
   set state = $2, run = null, class = '', attempts = 0, due_us = 0, mod_id = $3, changed_us = $4
 where document = $1
