-- A document with a version that has this key and counts. $1 key. Columns: document.
select document from fmferry_version
 where key = $1 and state in ('intended', 'stored', 'superseded')
 limit 1
