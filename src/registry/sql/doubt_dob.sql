-- Doubts the patients whose dates of birth differ.
update fmferry_match
   set why = 'FileMaker and the application tell different dates of birth'
 where why = ''
   and exists (select 1
                 from fmferry_person f join fmferry_patient p on p.filemaker_id = f.filemaker_id
                where f.filemaker_id = fmferry_match.filemaker_id
                  and f.dob <> '' and p.dob <> '' and f.dob <> p.dob)
