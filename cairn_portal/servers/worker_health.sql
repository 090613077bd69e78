-- name: silent
-- How long the sessions whose names begin so have asked nothing; null where there are none that this login sees.
select clock_timestamp() - max(greatest(query_start, state_change)) as silent
from pg_stat_activity
where datname = current_database() and starts_with(application_name, $1)
