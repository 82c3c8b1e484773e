-- Doubts the patients that FileMaker no longer has, if its last import was complete.
update fmferry_match
   set why = 'FileMaker does not have this patient any more: merged, or deleted'
 where why = ''
   and (select complete from fmferry_import order by import desc limit 1) = 1
   and not exists (select 1 from fmferry_person f
                    where f.filemaker_id = fmferry_match.filemaker_id)
