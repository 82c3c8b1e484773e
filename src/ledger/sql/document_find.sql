-- A document by its identity and container. $1 source, $2 identity, $3 container, $4 repetition.
-- Columns: document, record_id, mod_id, state, type, link, size, run, class, patient_id, storage,
-- epoch, changed_us.
select document, record_id, mod_id, state, type, link, size, run, class, patient_id, storage, epoch,
       changed_us
  from fmferry_document
 where source = $1 and identity = $2 and container = $3 and repetition = $4
