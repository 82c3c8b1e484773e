-- Doubts the patients that FileMaker has several times.
update fmferry_match
   set why = 'several records in FileMaker carry this id'
 where why = ''
   and exists (select 1
                 from fmferry_person f join fmferry_patient p on p.filemaker_id = f.filemaker_id
                where f.filemaker_id = fmferry_match.filemaker_id
                  and f.times > 1)
