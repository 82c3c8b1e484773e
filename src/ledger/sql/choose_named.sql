-- Documents by identity or record, whatever their state. $1 source, $2 class or '', $3 type, $4 whether
-- it counts (1) or any does (0), $5 identity or '', $6 record or 0, $7 the last document of the page
-- before, $8 how many at most.
-- Columns: document, epoch, state, class, type, held.
select document, epoch, state, class, type, case when run is null then 0 else 1 end
  from fmferry_document
 where source = $1 and (identity = $5 or record_id = $6)
   and ($5 = '' or identity = $5) and ($6 = 0 or record_id = $6)
   and ($2 = '' or class = $2) and ($4 = 0 or type = $3)
   and document > $7
 order by document limit $8
