-- As for SQLite.
insert into fmferry_document (source, identity, container, repetition, record_id, filemaker_id,
                              patient_id, type, storage, mod_id, changed_us)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (source, identity, container, repetition) do nothing
