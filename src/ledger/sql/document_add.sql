-- Adds a document that is new, unless another census was faster. $1 source,
-- $2 identity, $3 container, $4 repetition, $5 record_id, $6 filemaker_id, $7 patient_id, $8 type,
-- $9 storage, $10 mod_id, $11 now.
insert into fmferry_document (source, identity, container, repetition, record_id, filemaker_id,
                              patient_id, type, storage, mod_id, changed_us)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (source, identity, container, repetition) do nothing
