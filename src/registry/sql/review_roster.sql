-- What FileMaker says of a patient, and how the comparison ended. $1 FileMaker id in lower case. Columns: first
-- name, last name, date of birth, the application's patient (null: none), why not (null: no comparison has this id).
select f.first_name, f.last_name, f.dob, m.patient, m.why
  from (select $1 as filemaker_id) i
  left join fmferry_person f on f.filemaker_id = i.filemaker_id
  left join fmferry_match m on m.filemaker_id = i.filemaker_id
