-- Documents that may be shown, by their numbers. $1 source, $2 the numbers as a list. Columns: as
-- shown_by_keys.
select d.document, d.epoch, d.record_id, v.size, v.at_us, d.repetition, d.identity, d.container, v.key, v.mime,
       d.patient, d.type, v.sha256, case when d.source = $1 then 0 else 1 end
  from fmferry_document d
  join fmferry_version v on v.document = d.document and v.number = d.version
 where d.document in (select cast(e as bigint) from jsonb_array_elements_text(cast($2 as jsonb)) e)
   and v.state = 'stored' and v.sha256 is not null
   and (+d.source = $1
        or +d.source = (select u.source from fmferry_source s join fmferry_source u on u.name = s.name || '/uploads'
                         where s.source = $1))
   and (d.state = 'stored' or d.state = 'done')
   and not exists (select 1 from fmferry_finding f where f.document = d.document)
