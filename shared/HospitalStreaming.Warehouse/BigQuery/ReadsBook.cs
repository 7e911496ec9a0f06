using System.Globalization;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Transactions;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>How readers see transactions, for whoever asks: one row. None means whole per table.</summary>
internal sealed class ReadsBook(BigQuerySql sql, WarehouseNames names)
{
    private string Table => $"`{names.Line}`.{BigQueryLayout.Reads}";

    /// <summary>What the row says; null where there is none.</summary>
    /// <param name="asOf">What follows the table's name where a moment is asked for, else empty.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<TransactionReads?> FindAsync(string asOf, CancellationToken cancellation)
    {
        var rows = await sql.QueryAsync(
            $"SELECT whole, given_up, tx_id, topic, present, expected, since FROM {Table}{asOf}", new Dictionary<string, object?>(), cancellation);
        if (rows.Rows is not [var row])
        {
            return null;
        }

        var since = row[6] as DateTimeOffset?;
        var wait = row[2] is long id ? new TransactionWait((uint)id, (string?)row[3], (long)row[4]!, (long)row[5]!, since!.Value.ToUnixTimeMilliseconds()) : null;
        return new TransactionReads((bool)row[0]!, wait, since, (long)row[1]!);
    }

    /// <summary>Statements that write it. The load since which it waits is a moment here.</summary>
    internal IEnumerable<string> Statements(TransactionReads reads)
    {
        var wait = reads.WaitsFor;
        yield return $"DELETE FROM {Table} WHERE true";
        yield return string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO {Table} (whole, given_up, tx_id, topic, present, expected, since)
            VALUES ({reads.Whole}, {reads.GivenUp}, {SqlText.Number(wait?.Id)}, {(wait?.Topic is { } topic ? SqlText.Name(topic) : "NULL")},
              {SqlText.Number(wait?.Present)}, {SqlText.Number(wait?.Expected)}, {(wait is null ? "NULL" : $"TIMESTAMP_MILLIS({SqlText.Number(wait.Load)})")})
            """);
    }
}
