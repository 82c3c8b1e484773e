-- A patient's documents, newest first. $1 patient, $2 type or null, $3 from this day on,
-- $5 and $6 behind this day and document, $7 limit. Columns: document, day, row.
select c.document, c.day, c.row
  from card c
 where c.person = (select n from person where patient = $1)
   and (c.day, c.document) >= ($3, 0)
   and (c.day, c.document) < ($5, $6)
   and ($2 is null or c.type = $2)
 order by c.day desc, c.document desc
 limit $7
