-- How far the ledger's schema is. Columns: step.
select step from fmferry_schema where part = 'ledger'
