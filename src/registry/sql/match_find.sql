-- The patient with a FileMaker id. $1 id in lower case. Columns: patient, why not.
select patient, why from fmferry_match where filemaker_id = $1
