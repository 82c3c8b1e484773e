-- Keeps the mark of a version that is about to get another one. $1 document, $2 number, $3 the new
-- one.
insert into fmferry_mark (document, mark)
select document, mark from fmferry_version
 where document = $1 and number = $2 and mark is not null and mark <> coalesce($3, '')
on conflict do nothing
