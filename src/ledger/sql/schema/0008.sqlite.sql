-- Documents without a patient, by the id that their record names: for people who find out whose they are.
create index fmferry_document_unlinked on fmferry_document (source, coalesce(lower(patient_id), ''), document)
 where link = 'unlinked' or link = 'review';
