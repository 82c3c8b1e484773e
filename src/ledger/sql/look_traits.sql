-- The traits of documents that failed, or wait after a failure, in the order of their records.
-- $1 source. The + keeps SQLite from walking all documents in that order instead of these alone, and
-- class <> '' is what the index of such documents asks for.
-- Columns: record_id, state, class, type, storage, created, author, path.
select d.record_id, d.state, d.class, d.type, d.storage, t.created, t.author, t.path
  from fmferry_document d left join fmferry_trait t on t.document = d.document
 where d.source = $1 and d.class <> '' and d.state in ('failed', 'waiting', 'stored')
 order by +d.record_id, +d.document
