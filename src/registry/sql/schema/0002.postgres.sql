-- The rows of patients that our imports made, so that an import can be taken back. seen: a hash of
-- the whole row as we left it; another one now: somebody has changed it.
create table fmferry_imported (
    id text primary key,
    import bigint not null,
    seen text not null
);
create index fmferry_imported_import on fmferry_imported (import);
