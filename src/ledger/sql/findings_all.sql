-- The documents of a source, and of its uploads, with which something is wrong. $1 source. Columns: document, kind.
select f.document, f.kind
  from fmferry_finding f join fmferry_document d on d.document = f.document
 where d.source = $1
    or d.source = (select u.source from fmferry_source s join fmferry_source u on u.name = s.name || '/uploads'
                    where s.source = $1)
 order by f.document
