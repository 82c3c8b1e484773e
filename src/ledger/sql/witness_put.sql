-- Keeps the MD5 of FileMaker's by which the stored bytes are proven: of the file, or, from a FileMaker file, of the
-- object that has it among its streams. $1 source, $2 document, $3 MD5.
insert into fmferry_witness (source, document, md5) values ($1, $2, $3)
on conflict (source, document) do update set md5 = excluded.md5
