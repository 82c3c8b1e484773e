-- Notes that a document was edited, unless something happened to it since we read it. $1 document,
-- $2 mod_id, $3 state, $4 class, $5 type, $6 patient_id, $7 storage, $8 now, $9 the epoch and
-- $10 the state that we read. One that waits because it was edited goes on waiting: else a record
-- that is edited each time we read it would be due at once for ever.
update fmferry_document
   set mod_id = $2, state = $3, type = $5, patient_id = $6, storage = $7, changed_us = $8,
       class = case when state = 'waiting' and (class = 'source-changed' or class = 'source-reacts')
               then class else $4 end,
       due_us = case when state = 'waiting' and (class = 'source-changed' or class = 'source-reacts')
               then due_us else 0 end,
       attempts = case when state = 'waiting' and (class = 'source-changed' or class = 'source-reacts')
               then attempts else 0 end
 where document = $1 and epoch = $9 and state = $10 and run is null
