-- Every version of a document whose object may exist. $1 document.
-- Columns: number, key, sha256, size, mime, upload_id, mod_id, mark, state, patient, imprint,
-- mark_stood, row_print.
select number, key, sha256, size, mime, upload_id, mod_id, mark, state, patient, imprint,
       mark_stood, row_print
  from fmferry_version
 where document = $1 and state <> 'removed'
 order by number
