-- As for SQLite; nobody else can take or change them meanwhile.
select d.document, d.state, d.epoch, d.type, d.link, d.size, d.run, v.mod_id
  from fmferry_document d
  left join fmferry_version v on v.document = d.document and v.number = d.version
 where d.source = $1 and d.record_id = $2 and d.document <> $3
 order by d.document
   for update of d
