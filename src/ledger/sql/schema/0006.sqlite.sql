-- A key stands in the ledger once. It is found by a number that is made of it (the first eight bytes
-- of its SHA-256), and the audit chain names it by a digest. Versions from before this step have no
-- number; they are found by the key itself.
alter table fmferry_version add column key_number integer;
drop index fmferry_version_key;
create index fmferry_version_key on fmferry_version (key_number) where key_number is not null;
create index fmferry_version_key_before on fmferry_version (key) where key_number is null;

-- The most frequent type of file is a number: 0: application/pdf. `mime` reads as before.
alter table fmferry_version add column kind any;
update fmferry_version set kind = case mime when 'application/pdf' then 0 else mime end;
alter table fmferry_version drop column mime;
alter table fmferry_version add column mime text as
    (case kind when 0 then 'application/pdf' else kind end);

-- How FileMaker spells the id that the identity was made of: null: in capital letters; 1: just so;
-- 0: there is no id; else the text itself. `filemaker_id` reads as before.
alter table fmferry_document add column spelling any;
update fmferry_document
   set spelling = case when filemaker_id is null then 0
                       when filemaker_id = identity then 1 else filemaker_id end
 where filemaker_id is null or filemaker_id <> upper(identity);
alter table fmferry_document drop column filemaker_id;
alter table fmferry_document add column filemaker_id text as
    (case when spelling is null then upper(identity) when spelling = 0 then null
          when spelling = 1 then identity else spelling end);

-- The chain's entries with their words as numbers, and with the version or the mark that an entry
-- tells of in columns. `before`, `after` and `evidence` read as before, and as the hash covers them.
alter table fmferry_audit rename to fmferry_audit_before;
create table fmferry_audit (
    run integer not null references fmferry_run,
    seq integer not null,
    at_us integer not null,
    document integer,
    epoch integer not null,
    was any not null,
    became any not null,
    words text not null,
    key_digest blob,
    size integer,
    sha256 blob,
    mod_id integer,
    hash blob not null,
    before text as (case was when 0 then 'waiting' when 1 then 'claimed' when 2 then 'stored'
                    when 3 then 'done' when 4 then 'failed' else was end),
    after text as (case became when 0 then 'waiting' when 1 then 'claimed' when 2 then 'stored'
                   when 3 then 'done' when 4 then 'failed' else became end),
    evidence text as (case when mod_id is null then words
                      when sha256 is null then 'marked, modId ' || mod_id || words
                      else lower(hex(key_digest)) || ' ' || size || ' bytes sha256 '
                           || lower(hex(sha256)) || ' modId ' || mod_id || words end),
    primary key (run, seq)
) strict, without rowid;
insert into fmferry_audit (run, seq, at_us, document, epoch, was, became, words, hash)
select run, seq, at_us, document, epoch,
       case before when 'waiting' then 0 when 'claimed' then 1 when 'stored' then 2
                   when 'done' then 3 when 'failed' then 4 else before end,
       case after when 'waiting' then 0 when 'claimed' then 1 when 'stored' then 2
                  when 'done' then 3 when 'failed' then 4 else after end,
       evidence, hash
  from fmferry_audit_before;
drop table fmferry_audit_before;
