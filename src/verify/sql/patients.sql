-- Every patient of the application. Columns: id, filemaker_metadata.
select cast(id as text), cast(filemaker_metadata as text)
  from patients_patient where filemaker_metadata is not null
