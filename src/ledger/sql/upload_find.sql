-- An upload by its identity. $1 source, $2 identity.
-- Columns: document, state, identity, patient, type, day, sha256, whether a run holds it.
select d.document, d.state, d.identity, u.patient, d.type, u.day, u.sha256,
       case when d.run is null then 0 else 1 end
  from fmferry_document d
  join fmferry_upload u on u.document = d.document
 where d.source = $1 and d.identity = $2 and d.container = '' and d.repetition = 1
