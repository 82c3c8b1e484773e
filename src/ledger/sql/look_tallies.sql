-- Documents and bytes by state, class, type and link. $1 source. Columns: state, class, type, link,
-- documents, bytes.
select state, class, type, link, sum(documents), sum(bytes)
  from fmferry_tally where source = $1
 group by state, class, type, link
having sum(documents) <> 0
 order by state, class, type, link
