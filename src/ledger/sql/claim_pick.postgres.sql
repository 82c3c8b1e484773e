-- As for SQLite; documents that a peer is just claiming are passed over.
select document, epoch, state, record_id, mod_id, attempts, repetition, identity, container,
       filemaker_id, patient_id, type, link, version, size, patient, linked_by
  from fmferry_document
 where source = $1 and run is null and state in ('waiting', 'stored') and due_us >= $2
   and due_us <= $3 and epoch <= $5
 order by due_us, document
 limit $4
   for update skip locked
