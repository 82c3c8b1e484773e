-- The class that most of a document's last tries ended with; of two as frequent, the later one.
-- $1 document, $2 how many tries. Columns: class.
select class
  from (select class, number from fmferry_attempt where document = $1
         order by number desc limit $2) as latest
 group by class
 order by count(*) desc, max(number) desc
 limit 1
