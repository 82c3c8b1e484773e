-- A page's words. $1 document, $2 page, $3 text.
insert into page (id, text) values (($1 << 12) + $2, $3)
