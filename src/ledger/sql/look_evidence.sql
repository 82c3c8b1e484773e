-- The last evidence of one step, per document, in the order of the source. $1 source, $2 step.
-- Columns: record_id, identity, class, message, state.
select d.record_id, d.identity, a.class, a.message, d.state
  from fmferry_document d join fmferry_attempt a on a.document = d.document
 where d.source = $1 and a.step = $2
   and a.number = (select max(b.number) from fmferry_attempt b
                    where b.document = d.document and b.step = $2)
 order by d.record_id, d.document
