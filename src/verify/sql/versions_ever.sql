-- Every version that a document ever had, with every mark of its record. $1 source, $2 document,
-- $3 record_id. Columns: key, sha256, size, mark.
select v.key, v.sha256, v.size, m.mark
  from fmferry_version v
  join (select w.mark from fmferry_version w join fmferry_document d on d.document = w.document
         where d.source = $1 and d.record_id = $3 and w.mark is not null
        union
        select n.mark from fmferry_mark n join fmferry_document d on d.document = n.document
         where d.source = $1 and d.record_id = $3) m on 1 = 1
 where v.document = $2 and v.sha256 is not null
