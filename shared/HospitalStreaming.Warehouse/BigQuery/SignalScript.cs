using HospitalStreaming.Core.Naming;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Statements that tell readers of current that it has changed.</summary>
internal static class SignalScript
{
    internal static IEnumerable<string> Statements(WarehouseNames names, IEnumerable<string> signals)
    {
        var table = $"`{names.Line}`.{SignalTables.Current}";
        foreach (var signal in signals.Select(SqlText.Name))
        {
            yield return $"""
                INSERT INTO {table} (name, version, changed_at)
                SELECT {signal}, 0, CURRENT_TIMESTAMP() FROM (SELECT COUNT(*) AS n FROM {table} WHERE name = {signal}) WHERE n = 0
                """;
            yield return $"UPDATE {table} SET version = version + 1, changed_at = CURRENT_TIMESTAMP() WHERE name = {signal}";
        }
    }
}
