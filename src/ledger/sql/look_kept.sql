-- Documents whose mark counts although the source answered it. $1 source. Columns: documents.
select count(distinct a.document)
  from fmferry_attempt a join fmferry_document d on d.document = a.document
 where d.source = $1 and d.state = 'done' and a.step = 'kept'
