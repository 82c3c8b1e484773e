-- How many patients there are. Columns: count.
select count(*) from patients_patient
