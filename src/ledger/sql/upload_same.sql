-- Uploads of the same bytes for the same patient, those that arrived first. $1 source, $2 SHA-256, $3 patient.
-- Columns: as upload_find.
select d.document, d.state, d.identity, u.patient, d.type, u.day, u.sha256,
       case when d.run is null then 0 else 1 end
  from fmferry_upload u
  join fmferry_document d on d.document = u.document
 where u.sha256 = $2 and d.source = $1 and coalesce(d.patient, u.patient) = $3
   and (d.state = 'done' or d.state = 'stored' or d.state = 'claimed' or d.state = 'waiting' or d.state = 'failed')
 order by case d.state when 'done' then 0 when 'stored' then 0 when 'claimed' then 1 else 2 end, d.document
