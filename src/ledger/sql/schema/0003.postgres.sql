-- Marks that were written to a record lately, each announced before it is written: never more than
-- a few an hour, whatever answers them. With one modification id, one can be written only once.
create table fmferry_edit (
    source bigint not null references fmferry_source,
    record_id bigint not null,
    mod_id bigint not null,
    at_us bigint not null,
    primary key (source, record_id, mod_id)
);

-- The state of a record after its mark was written, if it was not as it should be: by how much its
-- modification id rose, with which mark, how often in a row, and how often in all. `kept`: when the
-- mark that was found there was taken to count.
create table fmferry_reaction (
    source bigint not null references fmferry_source,
    record_id bigint not null,
    mark text not null,
    is_ours bigint not null,
    rise bigint not null,
    mod_id bigint not null,
    same bigint not null,
    times bigint not null,
    at_us bigint not null,
    kept_us bigint,
    primary key (source, record_id)
);

-- Whether the version's mark stood in the record before, and was not written for it: then it stands
-- at the modification id that was read, not at the next one.
alter table fmferry_version add column mark_stood bigint not null default 0;
