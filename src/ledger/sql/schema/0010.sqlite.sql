-- The MD5 that FileMaker itself says of a document's file ([source] md5_field), where the stored bytes have it.
create table fmferry_witness (
    source integer not null references fmferry_source,
    document integer not null references fmferry_document,
    md5 blob not null,
    primary key (source, document)
) strict, without rowid;
