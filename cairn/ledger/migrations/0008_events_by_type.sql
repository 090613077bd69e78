-- outside a transaction
-- What a subscription reads: the events of some types in the log's order, whatever lies between them. (The epoch is an
-- integer here so that no plan takes event_order for this order, and reads all that lies between.)
create index concurrently if not exists event_by_type on ledger.event (type, (epoch::integer), xid, id);
-- What was written in a later schema than the first, which is little or nothing: readers that know no later one look there.
create index concurrently if not exists event_in_a_later_schema on ledger.event (epoch, xid, id) where schema_version > 1;
