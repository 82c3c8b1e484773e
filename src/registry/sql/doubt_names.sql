-- Doubts the patients whose first and last names both differ: nobody changes both at once.
update fmferry_match
   set why = 'neither first nor last name is the same in FileMaker and in the application'
 where why = ''
   and exists (select 1
                 from fmferry_person f join fmferry_patient p on p.filemaker_id = f.filemaker_id
                where f.filemaker_id = fmferry_match.filemaker_id
                  and f.first_name <> '' and p.first_name <> '' and f.first_name <> p.first_name
                  and f.last_name <> '' and p.last_name <> '' and f.last_name <> p.last_name)
