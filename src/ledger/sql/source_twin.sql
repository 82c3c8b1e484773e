-- Another source that was begun with the same database, layout and containers, and has documents.
-- $1 source, $2 database, $3 layout, $4 containers. Columns: name.
select s.name from fmferry_source s
  join fmferry_note d on d.source = s.source and d.name = 'database' and d.value = $2
  join fmferry_note l on l.source = s.source and l.name = 'layout' and l.value = $3
  join fmferry_note c on c.source = s.source and c.name = 'containers' and c.value = $4
 where s.source <> $1 and exists (select 1 from fmferry_document x where x.source = s.source)
 order by s.name limit 1
