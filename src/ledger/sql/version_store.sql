-- Marks a version as stored. It supersedes older ones; one with the same bytes, which lies with
-- another patient, is to be removed. $1 document, $2 number, $3 its hash, $4 its imprint or null,
-- $5 the print of the application's row, or null.
update fmferry_version
   set state = case when number = $2 then 'stored'
                    when sha256 = $3 then 'leaving'
                    else 'superseded' end,
       imprint = case when number = $2 then $4 else imprint end,
       row_print = case when number = $2 then $5 else row_print end
 where document = $1
   and (number = $2 or state = 'stored' or (state = 'superseded' and sha256 = $3))
