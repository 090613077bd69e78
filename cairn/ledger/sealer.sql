-- name: lead
select pg_try_advisory_lock(7161696, 1);

-- name: unsealed
-- What lies below the horizon: no transaction with a lower id is still running anywhere in the cluster, so nothing can
-- appear before or between these rows any more. Whole transactions only (with ties), so an append is never cut in two.
-- Of an epoch before the last one everything is there, whatever its transaction ids are: they may be another cluster's.
with last as (
    select s.no, s.base_position + s.n as position, s.epoch, s.last_xid, s.last_id, s.root
    from ledger.segment s order by s.no desc limit 1
), home as (
    select max(e.no) as epoch from ledger.epoch e
), next as (
    select e.epoch from ledger.event e
    where (e.epoch, e.xid, e.id) > (coalesce((select l.epoch from last l), 0::smallint),
                                    coalesce((select l.last_xid from last l), '0'::xid8),
                                    coalesce((select l.last_id from last l), 0))
    order by e.epoch, e.xid, e.id limit 1
), pending as (
    select p.xid, p.id, p.leaf
    from home, next, lateral (
        select e.xid, e.id, e.leaf from ledger.event e
        where e.epoch = next.epoch
          and e.xid < case when next.epoch < home.epoch then '18446744073709551615'::xid8
                           else pg_snapshot_xmin(pg_current_snapshot()) end
          and (e.xid, e.id) > (coalesce((select l.last_xid from last l where l.epoch = next.epoch), '0'::xid8),
                               coalesce((select l.last_id from last l where l.epoch = next.epoch), 0))
        order by e.xid
        fetch first $1 rows with ties
    ) p
)
select coalesce((select no from last), 0) as last_no,
       coalesce((select position from last), 0) as last_position,
       (select root from last) as last_root,
       (select epoch from next) as epoch,
       (select next.epoch = home.epoch from next, home) as is_last_epoch,
       (current_setting('cairn.home', true) is not distinct from 'yes' or ledger.at_home()) as at_home,
       clock_timestamp() as sealed_at,
       count(*)::integer as n,
       string_agg(leaf, '' order by xid, id) as leaves,
       (array_agg(xid order by xid, id))[1]::text as first_xid,
       (array_agg(id order by xid, id))[1] as first_id,
       (array_agg(xid order by xid desc, id desc))[1]::text as last_xid,
       (array_agg(id order by xid desc, id desc))[1] as last_id
from pending;

-- name: seal
-- The one NOTIFY of the ledger: it goes out with the commit that makes the segment readable.
with sealed as (
    insert into ledger.segment (
        no, base_position, first_xid, first_id, last_xid, last_id, sealed_at, n, epoch, tree, prev_root, root)
    values ($1, $2, $3::text::xid8, $4, $5::text::xid8, $6, $7, $8, $9, $10, $11, $12)
    returning base_position + n as position
)
select position, pg_notify('cairn_sealed', position::text) from sealed;
