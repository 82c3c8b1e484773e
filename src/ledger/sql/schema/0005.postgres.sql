-- What a document failed with when its tries were used up, and what it was like then. As long as
-- nothing of this has changed, a later run takes one try. `ways`: a hash of the settings that say by
-- which ways a file is asked for.
create table fmferry_last_failure (
    document bigint primary key references fmferry_document,
    class text not null,
    http_status integer not null,
    filemaker_code integer not null,
    mod_id bigint not null,
    ways text not null
);
