-- Documents that a person means without naming them, and that no run holds: those that failed, wait
-- after a failure, or were waived; in a range of records those that wait, too. $1 source, $2 class or
-- '', $3 type, $4 whether it counts (1) or any does (0), $5 the first record or 0, $6 the last record,
-- $7 the last document of the page before, $8 how many at most.
-- Columns: document, epoch, state, class, type, held.
select document, epoch, state, class, type, 0 from fmferry_document
 where source = $1 and run is null and state in ('waiting', 'failed', 'waived')
   and ($2 = '' or class = $2) and ($4 = 0 or type = $3)
   and (($5 = 0 and (class <> '' or state = 'waived')) or (record_id >= $5 and record_id <= $6))
   and document > $7
 order by document limit $8
