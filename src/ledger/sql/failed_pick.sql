-- Failed documents of a class. $1 source, $2 class, $3 how many at most.
-- Columns: document, epoch, type, class.
select document, epoch, type, class from fmferry_document
 where source = $1 and state = 'failed' and class = $2 order by document limit $3
