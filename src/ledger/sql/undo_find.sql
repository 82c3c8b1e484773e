-- Documents that may be taken back, with those whose taking back was begun, and those whose record is
-- gone. $1 source, $2 after which document, $3 how many at most. Columns: as claim_pick, then class.
select document, epoch, state, record_id, mod_id, attempts, repetition, identity, container,
       filemaker_id, patient_id, type, link, version, size, patient, linked_by, class
  from fmferry_document
 where source = $1 and document > $2 and run is null and (state <> 'waived' or class = 'undone')
 order by document
 limit $3
