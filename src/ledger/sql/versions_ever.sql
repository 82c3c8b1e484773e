-- Every version that was ever meant for a document, also those whose object is gone. $1 document.
-- Columns: number, key, sha256, size, mime, upload_id, mod_id, mark, state, patient, imprint,
-- mark_stood.
select number, key, sha256, size, mime, upload_id, mod_id, mark, state, patient, imprint,
       mark_stood
  from fmferry_version
 where document = $1
 order by number
