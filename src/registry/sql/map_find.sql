-- The patient with a FileMaker id. $1 id in lower case. Columns: patient.
select patient from fmferry_patient where filemaker_id = $1
