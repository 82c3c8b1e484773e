-- Documents that are done, by identity, record or number. $1 source, $2 after which document, $3 how many at
-- most, $4 identity or '', $5 record_id or 0, $6 document or 0.
-- Columns: as claim_pick.
select document, epoch, state, record_id, mod_id, attempts, repetition, identity, container,
       filemaker_id, patient_id, type, link, version, size, patient, linked_by
  from fmferry_document
 where source = $1 and document > $2 and state = 'done' and run is null
   and (identity = $4 or record_id = $5 or document = $6)
 order by document
 limit $3
