-- Every document that is done. $1 source, $2 after which document, $3 how many at most.
-- Columns: as claim_pick.
select document, epoch, state, record_id, mod_id, attempts, repetition, identity, container,
       filemaker_id, patient_id, type, link, version, size, patient, linked_by
  from fmferry_document
 where source = $1 and document > $2 and state = 'done' and run is null
 order by document
 limit $3
