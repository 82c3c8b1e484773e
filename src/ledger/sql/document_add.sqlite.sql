-- Adds a document that is new, unless another census was faster. $1 source,
-- $2 identity, $3 container, $4 repetition, $5 record_id, $6 filemaker_id, $7 patient_id, $8 type,
-- $9 storage, $10 mod_id, $11 now.
insert into fmferry_document (source, identity, container, repetition, record_id, spelling,
                              patient_id, type, storage, mod_id, changed_us)
values ($1, $2, $3, $4, $5,
        case when $6 is null then 0 when $6 = $2 then 1 when $6 <> upper($2) then $6 end,
        $7, $8, $9, $10, $11)
on conflict (source, identity, container, repetition) do nothing
