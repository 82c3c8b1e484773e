-- Doubts the patients that the application has under another id or none, in a row that is not ours.
insert into fmferry_match (filemaker_id, patient, why)
select f.filemaker_id, '',
       'the application has somebody of this name and date of birth under another id: merged there?'
  from fmferry_person f
 where f.first_name <> '' and f.last_name <> '' and f.dob <> ''
   and exists (select 1 from fmferry_patient p
                where p.dob = f.dob and p.last_name = f.last_name and p.first_name = f.first_name
                  and p.is_ours = 0)
   and not exists (select 1 from fmferry_match m where m.filemaker_id = f.filemaker_id)
