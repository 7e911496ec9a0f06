namespace HospitalStreaming.Core.Transactions;

/// <summary>The transaction block of a record, as sources with transaction metadata send it (Debezium's provide.transaction.metadata).</summary>
/// <param name="Id">Top-level transaction id; PostgreSQL uses it again after four billion others.</param>
/// <param name="Order">Place among the transaction's records of the same table, from 1 (data_collection_order).</param>
public readonly record struct TransactionMark(uint Id, long Order);
