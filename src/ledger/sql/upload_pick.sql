-- One document that no run holds, as claim_pick has it. $1 document.
-- Columns: document, epoch, state, record_id, mod_id, attempts, repetition, identity, container,
-- filemaker_id, patient_id, type, link, version, size, patient, linked_by.
select document, epoch, state, record_id, mod_id, attempts, repetition, identity, container,
       filemaker_id, patient_id, type, link, version, size, patient, linked_by
  from fmferry_document
 where document = $1 and run is null
