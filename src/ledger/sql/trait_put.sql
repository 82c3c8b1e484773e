-- The traits that a failed document may share with others. $1 document, $2 created, $3 author,
-- $4 path.
insert into fmferry_trait (document, created, author, path) values ($1, $2, $3, $4)
on conflict (document) do update
   set created = excluded.created, author = excluded.author, path = excluded.path
