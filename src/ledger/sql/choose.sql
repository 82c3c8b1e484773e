-- Documents that a person means, and that no run holds. $1 source, $2 class or '', $3 identity
-- or '', $4 record or 0, $5 the last document of the page before, $6 how many at most.
-- Columns: document, epoch, state, class, type.
select document, epoch, state, class, type from fmferry_document
 where source = $1 and run is null and state in ('waiting', 'failed', 'waived')
   and ($2 = '' or class = $2) and ($3 = '' or identity = $3) and ($4 = 0 or record_id = $4)
   and document > $5
 order by document limit $6
