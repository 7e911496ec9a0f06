using System.Globalization;
using HospitalStreaming.Dashboard.Tiles;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Dashboard.Live;

/// <summary>Reads the marts' version, the models' build times and the canary in one statement, so that they belong together.</summary>
internal sealed class MartsReader(IWarehouseSql sql, TileNames names)
{
    private readonly string _query = Query(sql.Dialect, names);

    /// <summary>The state of now; null where nothing was published yet.</summary>
    public async Task<MartsState?> ReadAsync(CancellationToken cancellation)
    {
        var answer = await sql.QueryAsync(_query, new Dictionary<string, object?> { ["name"] = SignalNames.Marts }, cancellation);
        long? version = null;
        DateTimeOffset? asOf = null;
        DateTimeOffset? beatAt = null;
        var models = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in answer.Rows)
        {
            var at = row[2] as DateTimeOffset?;
            switch ((string)row[0]!)
            {
                case "signal":
                    version = long.Parse((string)row[1]!, CultureInfo.InvariantCulture);
                    asOf = at;
                    break;
                case "model":
                    models[(string)row[1]!] = (at?.UtcTicks ?? 0).ToString("x", CultureInfo.InvariantCulture);
                    break;
                default:
                    beatAt = beatAt > at ? beatAt : at;
                    break;
            }
        }

        return version is { } known ? new MartsState(known, asOf, models, beatAt) : null;
    }

    private static string Query(SqlDialect dialect, TileNames names)
    {
        var text = dialect == SqlDialect.Postgres ? "text" : "string";
        return $"""
            select 'signal' as kind, cast(version as {text}) as name, changed_at as happened_at from {names.Line}.signals where name = @name
            union all
            select 'model' as kind, model as name, built_at as happened_at from {names.Line}.model_state
            union all
            select 'canary' as kind, cast(canary_id as {text}) as name, beat_at as happened_at from {names.Marts}.line_canary
            """;
    }
}
