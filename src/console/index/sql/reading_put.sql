-- A document's words are to be read, anew if its bytes are others. $1 document, $2 their SHA-256.
insert into reading (document, sha256) values ($1, $2)
on conflict (document) do update set sha256 = excluded.sha256, shape = 0, tries = 0, due_us = 0
 where sha256 <> excluded.sha256
