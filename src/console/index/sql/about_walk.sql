-- How far the walk over all documents is. $1 the last document; $2 when it ended, or null: it goes on.
update about set walk = $1, walked_us = coalesce($2, walked_us)
