-- Every patient. Columns: id, filemaker_metadata.
select id, filemaker_metadata from patients_patient where filemaker_metadata is not null
