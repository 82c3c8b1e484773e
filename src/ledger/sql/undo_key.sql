-- Another document, of any source, with a version that has this key and counts. $1 key, $2 its number,
-- $3 document. Columns: document.
select document from fmferry_version
 where ((key_number = $2 and key = $1) or (key_number is null and key = $1))
   and state in ('intended', 'stored', 'superseded') and document <> $3
 limit 1
