-- Says what a new index is of. $1 schema, $2 source, $3 lineage.
insert into about (one, schema, source, lineage) values (1, $1, $2, $3)
