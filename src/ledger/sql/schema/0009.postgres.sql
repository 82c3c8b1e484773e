-- What people or programs put into the console, each a document of the source 'NAME/uploads'. Committed with
-- the intent, so that whoever finishes a dead console's work knows the row to be written. name: the file's own;
-- day: '2024-03-01' or empty; who: the one who sent it.
create table fmferry_upload (
    document bigint primary key references fmferry_document,
    patient text not null,
    name text not null,
    day text not null,
    sha256 bytea not null,
    size bigint not null,
    mime text not null,
    who text not null,
    at_us bigint not null
);
create index fmferry_upload_sha256 on fmferry_upload (sha256);
