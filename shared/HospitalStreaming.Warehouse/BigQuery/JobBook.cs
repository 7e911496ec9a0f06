using System.Globalization;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Warehouse.Loading;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// The loader's count of load jobs, kept in the warehouse: what was submitted since the last load is booked with the next, in its transaction, and
/// jobs of a claim that a crash left open are found by their ids. Jobs that bring a table's lines and those that bring its rows are counted apart.
/// </summary>
internal sealed class JobBook(BigQuerySql sql, WarehouseNames names, TimeProvider clock, TimeSpan interval, LineMeters meters)
{
    /// <summary>BigQuery's word for a quota that is used up.</summary>
    internal const string QuotaExceeded = "quotaExceeded";

    private const string Loaded = "loaded";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly List<(string Counted, DateTimeOffset At)> _unbooked = [];
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private LoadMeter _meter = new(interval);

    /// <summary>Under what jobs that bring rows of current are counted.</summary>
    internal static string RowsOf(string table) => table + ".rows";

    /// <summary>Reads what loaders before this one submitted.</summary>
    internal async Task TakeOverAsync(CancellationToken cancellation)
    {
        var rows = await sql.QueryAsync(
            $"SELECT counted, submitted_at FROM `{names.Line}`.{BigQueryLayout.Jobs} ORDER BY submitted_at", new Dictionary<string, object?>(), cancellation);
        (_meter, var unbooked) = (new LoadMeter(interval), _unbooked.ToList());
        foreach (var (counted, at) in rows.Rows.Select(row => ((string)row[0]!, (DateTimeOffset)row[1]!)).Concat(unbooked).OrderBy(job => job.Item2))
        {
            _meter.Submitted(counted, at);
        }
    }

    /// <summary>Waits until the next job may be submitted, and counts it as submitted.</summary>
    internal async Task WaitAsync(string counted, CancellationToken cancellation)
    {
        while (_meter.Until(counted, clock.GetUtcNow()) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, clock, cancellation);
        }

        Note(counted, clock.GetUtcNow());
    }

    /// <summary>Counts a job that was there already: sent by a loader that died before it could book it.</summary>
    internal void Found(string counted, string id, JObject job)
    {
        if (_found.Add(id) && long.TryParse((string?)job.SelectToken("statistics.creationTime"), CultureInfo.InvariantCulture, out var created))
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(created);
            if (at > clock.GetUtcNow() - Day)
            {
                Note(counted, at);
            }
        }
    }

    /// <summary>Notes how a job ended: <paramref name="reason"/> of its error, null where it has none.</summary>
    internal void Ended(string counted, string? reason)
    {
        meters.LoadJob(TableOf(counted), reason ?? Loaded);
        if (reason is null)
        {
            _meter.Succeeded(counted);
        }
        else if (reason == QuotaExceeded)
        {
            _meter.QuotaExceeded(counted);
        }
        else
        {
            _meter.Failed(counted);
        }
    }

    /// <summary>Statements that book what is not booked yet, and drop what is older than a day.</summary>
    internal IEnumerable<string> Statements()
    {
        var book = $"`{names.Line}`.{BigQueryLayout.Jobs}";
        yield return string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {book} WHERE submitted_at <= {Moment(clock.GetUtcNow() - Day)}");
        if (_unbooked.Count > 0)
        {
            yield return $"INSERT INTO {book} (counted, submitted_at) VALUES {string.Join(", ", _unbooked.Select(job => $"({SqlText.Name(job.Counted)}, {Moment(job.At)})"))}";
        }
    }

    /// <summary>The statements took effect.</summary>
    internal void Booked() => _unbooked.Clear();

    /// <summary>Jobs of the last 24 hours by table: of lines or of rows, whichever are more.</summary>
    internal async Task<IReadOnlyDictionary<string, long>> CountsAsync(CancellationToken cancellation)
    {
        var rows = await sql.QueryAsync(
            $"SELECT counted, COUNT(*) AS jobs FROM `{names.Line}`.{BigQueryLayout.Jobs} WHERE submitted_at > {Moment(clock.GetUtcNow() - Day)} GROUP BY 1",
            new Dictionary<string, object?>(),
            cancellation);
        return rows.Rows.GroupBy(row => TableOf((string)row[0]!), StringComparer.Ordinal)
            .ToDictionary(table => table.Key, table => table.Max(row => (long)row[1]!), StringComparer.Ordinal);
    }

    private static string TableOf(string counted) => counted.Split('.')[0];

    private void Note(string counted, DateTimeOffset at)
    {
        _meter.Submitted(counted, at);
        _unbooked.Add((counted, at));
    }

    private static string Moment(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"TIMESTAMP_MILLIS({at.ToUnixTimeMilliseconds()})");
}
