-- Doubts the patients whose first names differ.
update fmferry_match
   set why = 'FileMaker and the application tell different first names'
 where why = ''
   and exists (select 1
                 from fmferry_person f join fmferry_patient p on p.filemaker_id = f.filemaker_id
                where f.filemaker_id = fmferry_match.filemaker_id
                  and f.first_name <> '' and p.first_name <> '' and f.first_name <> p.first_name)
