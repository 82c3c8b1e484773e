-- Doubts the patients whose first names differ if another has their date of birth and last name.
update fmferry_match
   set why = 'the first names differ, and somebody else has this date of birth and last name: a twin?'
 where why = ''
   and exists (select 1
                 from fmferry_person f join fmferry_patient p on p.filemaker_id = f.filemaker_id
                where f.filemaker_id = fmferry_match.filemaker_id
                  and f.first_name <> '' and p.first_name <> '' and f.first_name <> p.first_name
                  and (exists (select 1 from fmferry_person t
                                where t.dob = f.dob and t.last_name = f.last_name
                                  and t.filemaker_id <> f.filemaker_id)
                    or exists (select 1 from fmferry_patient t
                                where t.dob = p.dob and t.last_name = p.last_name
                                  and t.patient <> p.patient)))
