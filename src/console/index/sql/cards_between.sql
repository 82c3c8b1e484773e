-- The documents that have a card. $1 behind this one, $2 up to this one. Columns: document.
select document from card where document > $1 and document <= $2 order by document
