-- The console's index: what documents and patients there are, to find them by. Derived: it may be
-- deleted at any time, and is made anew. A script, run once on an empty file.
-- Days are numbers, 20240301; 0: not known.
create table about (
    one integer primary key check (one = 1),
    schema integer not null,
    source text not null,
    lineage integer not null,
    run integer not null default 0,
    walk integer not null default 0,
    walked_us integer not null default 0,
    peopled_us integer not null default 0,
    kinds text not null default ''
) strict;

-- Where the reading of each run's audit chain stands.
create table seen (
    run integer primary key,
    seq integer not null
) strict;

-- Patients. known 0: a document names it, and the application was not asked yet; 1: as the application
-- has it; 2: the application does not have it.
create table person (
    n integer primary key,
    patient text not null unique,
    last text not null default '' collate nocase,
    first text not null default '' collate nocase,
    born integer not null default 0,
    mrn text not null default '',
    known integer not null default 0
) strict;
create index person_born on person (born);
create index person_mrn on person (mrn);
create index person_new on person (n) where known = 0;
create virtual table people using fts5 (
    last, first, mrn, content = 'person', content_rowid = 'n',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
create trigger person_added after insert on person begin
    insert into people (rowid, last, first, mrn) values (new.n, new.last, new.first, new.mrn);
end;
create trigger person_dropped after delete on person begin
    insert into people (people, rowid, last, first, mrn) values ('delete', old.n, old.last, old.first, old.mrn);
end;
create trigger person_changed after update of last, first, mrn on person begin
    insert into people (people, rowid, last, first, mrn) values ('delete', old.n, old.last, old.first, old.mrn);
    insert into people (rowid, last, first, mrn) values (new.n, new.last, new.first, new.mrn);
end;

-- Documents that could be shown when they were looked at. person 0: not linked. Without rowid, for
-- SQLite seeks to a day and a document at once only where the document is a column of its own.
create table card (
    document integer primary key,
    row blob not null,
    person integer not null,
    type text not null collate nocase,
    day integer not null,
    name text not null
) strict, without rowid;
create index card_person on card (person, day, document);
create index card_type on card (type, day, document);
create index card_day on card (day, document);

-- How far the reading of each document's words is. shape as of enum reading_shape; 0: they wait, 8: those of
-- its scans do. due_us: not before.
create table reading (
    document integer primary key,
    sha256 blob not null,
    shape integer not null default 0,
    tries integer not null default 0,
    due_us integer not null default 0
) strict;
create index reading_waits on reading (shape, document desc) where shape in (0, 8);

-- What is sought in: a row for each page that has words, by document * 4096 + page, and one for page 0,
-- by which a document is found whose words were not read. type and name stand with each of them, so that
-- words of both kinds can be sought together. Where a text is changed, the words that it had are needed.
create table page (
    id integer primary key,
    text text not null
) strict;
create view page_words (id, name, type, body) as
    select p.id, c.name, c.type, p.text from page p join card c on c.document = p.id >> 12;
create virtual table words using fts5 (
    name, type, body, content = 'page_words', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '3'
);
create trigger page_added after insert on page begin
    insert into words (rowid, name, type, body)
    select new.id, c.name, c.type, new.text from card c where c.document = new.id >> 12;
end;
create trigger page_dropped before delete on page begin
    insert into words (words, rowid, name, type, body)
    select 'delete', old.id, c.name, c.type, old.text from card c where c.document = old.id >> 12;
end;
create trigger card_added after insert on card begin
    insert into page (id, text) values (new.document << 12, '');
end;
create trigger card_dropped before delete on card begin
    delete from page where id between old.document << 12 and (old.document << 12) + 4095;
    delete from reading where document = old.document;
end;
create trigger card_changed after update of name, type on card begin
    insert into words (words, rowid, name, type, body)
    select 'delete', p.id, old.name, old.type, p.text
      from page p
     where p.id between old.document << 12 and (old.document << 12) + 4095;
    insert into words (rowid, name, type, body)
    select p.id, new.name, new.type, p.text
      from page p
     where p.id between new.document << 12 and (new.document << 12) + 4095;
end;
create trigger reading_changed after update of sha256 on reading begin
    delete from page where id between (new.document << 12) + 1 and (new.document << 12) + 4095;
end;
