-- Forgets the map of patients.
delete from fmferry_patient
