-- What the index is of, and how far it is. Columns: schema, source, lineage, run, walk, walked, peopled.
select schema, source, lineage, run, walk, walked_us, peopled_us from about
