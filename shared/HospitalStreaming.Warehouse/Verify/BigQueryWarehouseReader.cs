using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>
/// One moment of the warehouse on BigQuery by time travel: every query asks for the tables as of one timestamp, which BigQuery keeps for a week.
/// The emulator has none; there the work is done again when a load took effect meanwhile.
/// </summary>
public sealed class BigQueryWarehouseReader(BigQueryClient client, WarehouseNames names) : IWarehouseReader
{
    private const int Tries = 5;

    private readonly BigQuerySql _sql = new(client, names);

    /// <inheritdoc/>
    public TimeSpan LookEvery { get; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public string? Compared(SourceType type, string text) => BigQueryPrint.Compared(type, text);

    /// <inheritdoc/>
    public async Task<T> InSnapshotAsync<T>(Func<IWarehouseView, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        if (client.Settings.Emulator is null)
        {
            var now = (await _sql.QueryAsync("SELECT CAST(UNIX_MICROS(CURRENT_TIMESTAMP()) AS STRING)", new Dictionary<string, object?>(), cancellation)).Rows[0][0];
            return await work(new BigQueryWarehouseView(client, _sql, names, $" FOR SYSTEM_TIME AS OF TIMESTAMP_MICROS({now})"), cancellation);
        }

        var ledger = new BigQueryLedger(_sql, names);
        for (var tried = 1; ; tried++)
        {
            var before = await ledger.HeadsAsync(cancellation);
            var result = await work(new BigQueryWarehouseView(client, _sql, names, string.Empty), cancellation);
            var after = await ledger.HeadsAsync(cancellation);
            if (before.Count == after.Count && before.All(head => after.GetValueOrDefault(head.Key) == head.Value))
            {
                return result;
            }

            if (tried == Tries)
            {
                throw new WarehouseSqlException("busy", $"loads took effect during each of {Tries} readings, and an emulator has no time travel: pause the warehouse sink");
            }
        }
    }
}
