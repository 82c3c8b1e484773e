-- Every version of a document. $1 document. Columns: number, key, sha256, size, mime, upload_id,
-- mod_id, mark, state.
select number, key, sha256, size, mime, upload_id, mod_id, mark, state
  from fmferry_version where document = $1 order by number
