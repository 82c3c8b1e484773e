-- The traits of failed documents, in the order of their records. $1 source.
-- The + keeps SQLite from walking all documents in that order instead of the failed ones alone.
-- Columns: record_id, class, type, storage, created, author, path.
select d.record_id, d.class, d.type, d.storage, t.created, t.author, t.path
  from fmferry_document d left join fmferry_trait t on t.document = d.document
 where d.source = $1 and d.state = 'failed'
 order by +d.record_id, +d.document
