-- Uploads that did not arrive, beside a source's documents, the newest first. $1 source, $2 at most.
-- Columns: document, type, who, when it was sent, class, message of the last try.
select d.document, d.type, u.who, u.at_us, d.class, a.message
  from fmferry_document d
  join fmferry_upload u on u.document = d.document
  left join fmferry_attempt a on a.document = d.document
       and a.number = (select max(number) from fmferry_attempt b where b.document = d.document)
 where d.state = 'failed' and d.class <> ''
   and d.source = (select t.source from fmferry_source s join fmferry_source t on t.name = s.name || '/uploads'
                    where s.source = $1)
 order by u.at_us desc, d.document desc
 limit $2
