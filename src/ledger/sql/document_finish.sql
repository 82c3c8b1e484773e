-- stored to done, if still ours. $1 document, $2 epoch, $3 run, $4 mod_id, $5 now.
update fmferry_document
   set state = 'done', run = null, class = '', attempts = 0, due_us = 0, mod_id = $4,
       changed_us = $5
 where document = $1 and epoch = $2 and run = $3 and state = 'stored'
