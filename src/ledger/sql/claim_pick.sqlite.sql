-- Documents that are due and that no run holds. $1 source, due from $2 to $3, $4 how many at most,
-- $5 how often they were claimed before at most.
-- Columns: document, epoch, state, record_id, mod_id, attempts, repetition, identity, container,
-- filemaker_id, patient_id, type, link, version, size, patient, linked_by.
select document, epoch, state, record_id, mod_id, attempts, repetition, identity, container,
       filemaker_id, patient_id, type, link, version, size, patient, linked_by
  from fmferry_document
 where source = $1 and run is null and state in ('waiting', 'stored') and due_us >= $2
   and due_us <= $3 and epoch <= $5
 order by due_us, document
 limit $4
