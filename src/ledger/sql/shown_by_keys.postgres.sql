-- (+d.source: the documents are few and known; an index of the source would read all of it.)
-- Documents that may be shown, by the keys of their present versions. $1 source, $2 the keys' numbers and
-- $3 the keys, as lists. Columns: document, epoch, record_id, size, stored_us, repetition, identity, container,
-- key, mime, patient, type, sha256, 1 if it was uploaded.
select d.document, d.epoch, d.record_id, v.size, v.at_us, d.repetition, d.identity, d.container, v.key, v.mime,
       d.patient, d.type, v.sha256, case when d.source = $1 then 0 else 1 end
  from (select * from fmferry_version
         where key_number in (select cast(e as bigint) from jsonb_array_elements_text(cast($2 as jsonb)) e)
           and key in (select e from jsonb_array_elements_text(cast($3 as jsonb)) e)
        union all
        select * from fmferry_version
         where key_number is null and key in (select e from jsonb_array_elements_text(cast($3 as jsonb)) e)) v
  join fmferry_document d on d.document = v.document and d.version = v.number
 where v.state = 'stored' and v.sha256 is not null
   and (+d.source = $1
        or +d.source = (select u.source from fmferry_source s join fmferry_source u on u.name = s.name || '/uploads'
                         where s.source = $1))
   and (d.state = 'stored' or d.state = 'done')
   and not exists (select 1 from fmferry_finding f where f.document = d.document)
