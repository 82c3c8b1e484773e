-- The newest document whose words wait; those of scans wait for all others. $1 now. Columns: document,
-- row, tries, shape.
select r.document, c.row, r.tries, r.shape
  from reading r
  join card c on c.document = r.document
 where r.shape in (0, 8) and r.due_us <= $1
 order by r.shape, r.document desc
 limit 1
