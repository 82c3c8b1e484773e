-- When all patients were read last. $1 now.
update about set peopled_us = $1
