-- Which words are read: those that these programs and languages read, beside the usual ones. $1 their names.
update about set kinds = $1
