-- Doubts the patients who lack a date of birth on one side, and whose names do not agree.
update fmferry_match
   set why = 'a date of birth is missing, and the names differ in FileMaker and in the application'
 where why = ''
   and exists (select 1
                 from fmferry_person f join fmferry_patient p on p.filemaker_id = f.filemaker_id
                where f.filemaker_id = fmferry_match.filemaker_id
                  and (f.dob = '' or p.dob = '')
                  and ((f.first_name <> '' and p.first_name <> '' and f.first_name <> p.first_name)
                    or (f.last_name <> '' and p.last_name <> '' and f.last_name <> p.last_name)))
