-- Keeps the MD5 that FileMaker says of a document's file, and that the stored bytes have. $1 source,
-- $2 document, $3 MD5.
insert into fmferry_witness (source, document, md5) values ($1, $2, $3)
on conflict (source, document) do update set md5 = excluded.md5
