-- Keeps what a document failed with. $1 document, $2 class, $3 http status, $4 filemaker code,
-- $5 mod_id, $6 ways.
insert into fmferry_last_failure (document, class, http_status, filemaker_code, mod_id, ways)
values ($1, $2, $3, $4, $5, $6)
on conflict (document) do update
   set class = excluded.class, http_status = excluded.http_status,
       filemaker_code = excluded.filemaker_code, mod_id = excluded.mod_id, ways = excluded.ways
