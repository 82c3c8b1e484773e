-- What the index is of, and how far it is. Columns: schema, source, lineage, run, walk, walked, peopled,
-- kinds.
select schema, source, lineage, run, walk, walked_us, peopled_us, kinds from about
