-- The step that the ledger's schema has reached. Columns: step.
select step from fmferry_schema where part = 'ledger'
