-- Older stored versions give way to a newer one; one with the same bytes, which lies with another
-- patient, is to be removed. $1 document, $2 the newer one's number, $3 its hash.
update fmferry_version
   set state = case when sha256 = $3 then 'leaving' else 'superseded' end
 where document = $1 and number <> $2
   and (state = 'stored' or (state = 'superseded' and sha256 = $3))
