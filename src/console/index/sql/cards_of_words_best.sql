-- As cards_of_words, best first: type and name count for more than a page. A page's own score is taken
-- whole, so that it can stand in a cursor. $5 and $6 behind this score and document.
-- Columns: document, score, and on as cards_of_words.
with found (id, score) as materialized (
    select w.rowid, cast(bm25(words, 4.0, 2.0, 1.0) * -1000000 as integer)
      from words w
      cross join card c on c.document = w.rowid >> 12
     where w.words match $8
       and ($9 = 0 or w.rowid & 4095 = 0)
       and c.day >= $3 and c.day <= $4
       and ($1 is null or c.person = (select n from person where patient = $1))
       and ($2 is null or c.type = $2)
     order by w.rowid desc
     limit 5001
), fit (document, score, page) as materialized (
    select id >> 12, max(score), min(id & 4095) from found group by id >> 12
)
select c.document, f.score, c.row, (select count(*) from found), (select count(*) from fit), f.page
  from fit f
  cross join card c on c.document = f.document
 where (f.score, f.document) < ($5, $6)
 order by f.score desc, f.document desc
 limit $7
