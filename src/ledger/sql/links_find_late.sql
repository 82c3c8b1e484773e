-- Documents that are done and may have to be moved: not linked, half-way between two patients, or
-- with objects that are to be removed. $1 source, $2 after which document, $3 how many at most.
-- Columns: as claim_pick.
select document, epoch, state, record_id, mod_id, attempts, repetition, identity, container,
       filemaker_id, patient_id, type, link, version, size, patient, linked_by
  from fmferry_document d
 where source = $1 and document > $2 and state = 'done' and run is null
   and ((link in ('unlinked', 'review') and linked_by = '')
        or exists (select 1 from fmferry_version v
                    where v.document = d.document
                      and (v.state = 'leaving'
                           or (v.state <> 'removed'
                               and coalesce(v.patient, '') <> coalesce(d.patient, '')))))
 order by document
 limit $3
