-- All documents, newest first. As cards_of_patient.
select c.document, c.day, c.row
  from card c
 where (c.day, c.document) >= ($3, 0)
   and (c.day, c.document) < ($5, $6)
 order by c.day desc, c.document desc
 limit $7
