-- Every patient of the application. Columns: id, mrn, first_name, last_name, dob,
-- filemaker_metadata.
select cast(id as text), mrn, first_name, last_name, cast(dob as text),
       cast(filemaker_metadata as text)
  from patients_patient order by id
