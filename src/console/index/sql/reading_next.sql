-- The newest document whose words wait. $1 now. Columns: document, row, tries.
select r.document, c.row, r.tries
  from reading r
  join card c on c.document = r.document
 where r.shape = 0 and r.due_us <= $1
 order by r.document desc
 limit 1
