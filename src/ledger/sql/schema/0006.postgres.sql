-- A key is found by a number that is made of it (the first eight bytes of its SHA-256), and the audit
-- chain names it by a digest. Versions from before this step have no number; they are found by the
-- key itself.
alter table fmferry_version add column key_number bigint;
drop index fmferry_version_key;
create index fmferry_version_key on fmferry_version (key_number) where key_number is not null;
create index fmferry_version_key_before on fmferry_version (key) where key_number is null;
