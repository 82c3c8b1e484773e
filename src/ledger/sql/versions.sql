-- Every version of a document, but for those whose bytes lie elsewhere now. $1 document.
-- Columns: number, key, sha256, size, mime, upload_id, mod_id, mark, state, patient.
select number, key, sha256, size, mime, upload_id, mod_id, mark, state, patient
  from fmferry_version
 where document = $1 and state in ('intended', 'stored', 'superseded')
 order by number
