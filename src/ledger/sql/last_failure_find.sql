-- What a document failed with. $1 document. Columns: class, http_status, filemaker_code, mod_id, ways.
select class, http_status, filemaker_code, mod_id, ways
  from fmferry_last_failure
 where document = $1
