-- The application's patients that FileMaker's patient may be: of the same id, or of the same name and date of
-- birth. $1 FileMaker id in lower case, $2 how many at most. Columns: patient, first name, last name, date of birth.
select patient, first_name, last_name, dob from fmferry_patient where filemaker_id = $1
union
select p.patient, p.first_name, p.last_name, p.dob
  from fmferry_person f
  join fmferry_patient p on p.dob = f.dob and p.last_name = f.last_name and p.first_name = f.first_name
 where f.filemaker_id = $1 and f.dob <> '' and f.last_name <> ''
 order by 1
 limit $2
