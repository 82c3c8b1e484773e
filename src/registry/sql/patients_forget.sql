-- Forgets the application's patients.
delete from fmferry_patient
