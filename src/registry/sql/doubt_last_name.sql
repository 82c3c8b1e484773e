-- Doubts the patients whose last names differ.
update fmferry_match
   set why = 'FileMaker and the application tell different last names'
 where why = ''
   and exists (select 1
                 from fmferry_person f join fmferry_patient p on p.filemaker_id = f.filemaker_id
                where f.filemaker_id = fmferry_match.filemaker_id
                  and f.last_name <> '' and p.last_name <> '' and f.last_name <> p.last_name)
