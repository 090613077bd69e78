-- The windows of folds, with today's payload for events that were written in an earlier schema: position → payload, as the
-- program that folds has upcast them (projections/engine/upcasting.py).
create function read.upcast_window(after bigint, upto bigint, projection text, one_stream text)
returns table ("position" bigint, stream text, version bigint, type text, occurred_at timestamptz,
               recorded_at timestamptz, actor text, cycle text, subject text, data json)
language sql stable as $$
    select w.position, w.stream, w.version, w.type, w.occurred_at, w.recorded_at, w.actor, w.cycle, w.subject,
           coalesce(u.value, w.data)
    from read.window($1, $2, $3, $4) w
    left join json_each(current_setting('cairn.upcast')::json) u on u.key = w.position::text
$$;

create function read.upcast_partition_window(after bigint, upto bigint, projection text, partition text)
returns table ("position" bigint, stream text, version bigint, type text, occurred_at timestamptz,
               recorded_at timestamptz, actor text, cycle text, subject text, data json)
language sql stable as $$
    select w.position, w.stream, w.version, w.type, w.occurred_at, w.recorded_at, w.actor, w.cycle, w.subject,
           coalesce(u.value, w.data)
    from read.partition_window($1, $2, $3, $4) w
    left join json_each(current_setting('cairn.upcast')::json) u on u.key = w.position::text
$$;
