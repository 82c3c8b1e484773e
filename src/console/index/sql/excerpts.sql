-- A few words around those that were found, on pages where they stand; the found ones stand between the
-- characters 1 and 2. In one pass from the highest number down: FTS5 finds a number among those that
-- have a word by going through them, and would do so for each. $1 words, $2 a JSON list of
-- document * 4096 + page, $3 and $4 the lowest and the highest of them.
-- Columns: document, SHA-256 of the bytes that were read, text.
select w.rowid >> 12, r.sha256, snippet(words, 2, char(1), char(2), '…', 24)
  from words w
  cross join reading r on r.document = w.rowid >> 12
 where w.words match $1
   and w.rowid >= $3 and w.rowid <= $4
   and +w.rowid in (select value from json_each($2))
 order by w.rowid desc
