-- Forgets a document's words. $1 document.
delete from page where id between ($1 << 12) + 1 and ($1 << 12) + 4095
