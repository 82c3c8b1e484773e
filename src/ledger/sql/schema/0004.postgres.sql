-- Bytes that came for a document and were not taken for its file: a page that may be an error's, no
-- bytes at all, or what may not go under a key that others hold. The same bytes at a later reading,
-- or a person's word, may let them pass. accepted_us NULL: nobody accepted them.
create table fmferry_refused (
    document bigint not null references fmferry_document,
    sha256 bytea not null,
    size bigint not null,
    class text not null,
    readings bigint not null,
    at_us bigint not null,
    accepted_us bigint,
    who text,
    reason text,
    primary key (document, sha256)
);
create index fmferry_refused_sha256 on fmferry_refused (sha256);
