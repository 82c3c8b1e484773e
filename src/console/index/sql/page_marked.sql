-- A page's text with the words that are found between the characters 1 and 2. $1 words, $2 document,
-- $3 page, $4 the SHA-256 of its bytes. Columns: text.
select highlight(words, 2, char(1), char(2))
  from words w
  join reading r on r.document = $2 and r.sha256 = $4
 where w.words match $1 and w.rowid = ($2 << 12) + $3
