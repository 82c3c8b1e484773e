-- Documents that people took from their patients and that are with nobody since, by person. $1 source.
-- Columns: who, documents, at_us of the last one.
select l.who, count(*), max(l.at_us)
  from fmferry_link l join fmferry_document d on d.document = l.document
 where l.who <> '' and l.patient is null
   and l.number = (select max(m.number) from fmferry_link m where m.document = l.document)
   and d.source = $1 and d.link = 'unlinked' and d.linked_by <> '' and d.state <> 'gone'
 group by l.who
 order by count(*) desc, l.who
