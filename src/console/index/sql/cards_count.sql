-- Columns: how many documents have a card.
select count(*) from card
