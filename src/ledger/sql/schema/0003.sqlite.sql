-- Marks that were written to a record lately, each announced before it is written: never more than
-- a few an hour, whatever answers them. With one modification id, one can be written only once.
create table fmferry_edit (
    source integer not null references fmferry_source,
    record_id integer not null,
    mod_id integer not null,
    at_us integer not null,
    primary key (source, record_id, mod_id)
) strict, without rowid;

-- The state of a record after its mark was written, if it was not as it should be: by how much its
-- modification id rose, with which mark, how often in a row, and how often in all. `kept`: when the
-- mark that was found there was taken to count.
create table fmferry_reaction (
    source integer not null references fmferry_source,
    record_id integer not null,
    mark text not null,
    is_ours integer not null,
    rise integer not null,
    mod_id integer not null,
    same integer not null,
    times integer not null,
    at_us integer not null,
    kept_us integer,
    primary key (source, record_id)
) strict, without rowid;

-- Whether the version's mark stood in the record before, and was not written for it: then it stands
-- at the modification id that was read, not at the next one.
alter table fmferry_version add column mark_stood integer not null default 0;
