-- Documents that wait, or lack only their mark, after a try that did not end well, by class. $1
-- source.
-- Columns: class, documents.
select class, count(*) from fmferry_document
 where source = $1 and class <> '' and state in ('waiting', 'claimed', 'stored')
 group by class order by class
