-- The classes of failed documents. $1 source. Columns: class.
select distinct class from fmferry_document where source = $1 and state = 'failed' order by class
