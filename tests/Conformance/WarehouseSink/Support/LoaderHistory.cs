using System.Globalization;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Sql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>
/// A seeded history of two tables in a lake: rows written, deleted, written again, and some changes delivered a second time. It knows what a warehouse
/// must have in the end: each record once in raw, each key's last change in current.
/// </summary>
internal sealed class LoaderHistory(ILake lake, Random random)
{
    private const int Partitions = 3;
    private const int Keys = 12;
    private const int MostRecords = 4;
    private const string Gone = "gone";
    private static readonly string[] Tables = ["visits", "doctors"];
    private readonly LakeFill _fill = new(lake, Partitions);
    private readonly SortedDictionary<(string Table, long Id), string> _last = [];
    private readonly Dictionary<(string Table, long Id), List<(string Key, string? Value)>> _sent = [];

    /// <summary>Records in the lake.</summary>
    public long Records { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Adds objects of one to four records.</summary>
    public async Task<IReadOnlyList<LakeObject>> AddAsync(int objects)
    {
        var added = new List<LakeObject>();
        for (var i = 0; i < objects; i++)
        {
            var (table, partition) = (Tables[random.Next(4) == 0 ? 1 : 0], random.Next(Partitions));
            var records = Enumerable.Range(0, 1 + random.Next(MostRecords)).Select(_ => Next(table, (random.Next(Keys / Partitions) * Partitions) + partition)).ToArray();
            added.Add(await _fill.TableAsync(table, partition, records));
        }

        return added;
    }

    /// <summary>Whether a loader has noted every record as loaded.</summary>
    public async Task<bool> IsLoadedAsync(IWarehouseSql sql, WarehouseNames names) =>
        (await QueryAsync(sql, $"SELECT CAST(COALESCE(SUM(next_offset), 0) AS {(sql.Dialect == SqlDialect.Postgres ? "bigint" : "INT64")}) FROM {names.Line}.positions")) is [[long loaded]] && loaded == Records;

    /// <summary>Compares raw and current with what they must be.</summary>
    public async Task<LoaderOutcome> CompareAsync(IWarehouseSql sql, WarehouseNames names)
    {
        var quote = sql.Dialect == SqlDialect.Postgres ? '"' : '`';
        var (found, doubled, rows) = (0L, 0L, new SortedDictionary<(string Table, long Id), string>());
        foreach (var (table, key, text) in new[] { ("visits", "visit_id", "diagnosis"), ("doctors", "doctor_id", "name") })
        {
            var places = await QueryAsync(sql, $"SELECT {quote}partition{quote}, {quote}offset{quote}, COUNT(*) FROM {names.Raw}.{table} GROUP BY 1, 2");
            (found, doubled) = (found + places.Count, doubled + places.Sum(place => (long)place[2]! - 1));
            foreach (var row in await QueryAsync(sql, $"SELECT {key}, CASE WHEN _deleted THEN '{Gone}' ELSE {text} END FROM {names.Current}.{table}"))
            {
                doubled += rows.TryAdd((table, Convert.ToInt64(row[0], CultureInfo.InvariantCulture)), (string)row[1]!) ? 0 : 1;
            }
        }

        // A change that raw has and current has not is lost to its readers.
        var missed = _last.Except(rows).ToList();
        return new LoaderOutcome(Records, Records - found + missed.Count, doubled, [.. missed.Concat(rows.Except(_last)).Select(row => row.ToString())]);
    }

    private static async Task<IReadOnlyList<IReadOnlyList<object?>>> QueryAsync(IWarehouseSql sql, string text) =>
        (await sql.QueryAsync(text, new Dictionary<string, object?>(), Token)).Rows;

    private (string Key, string? Value) Next(string table, long id)
    {
        var lsn = 1_000 + Records++;
        var sent = _sent.TryGetValue((table, id), out var known) ? known : _sent[(table, id)] = [];
        if (sent.Count > 0 && random.Next(8) == 0)
        {
            // Delivered again: it must not win over what came after it.
            return sent[random.Next(sent.Count)];
        }

        var (gone, text) = (random.Next(4) == 0, string.Create(CultureInfo.InvariantCulture, $"change {lsn}"));
        var op = gone ? "d" : "u";
        _last[(table, id)] = gone ? Gone : text;
        sent.Add(table == "visits" ? Messages.Visit(op, id, lsn, diagnosis: $"\"{text}\"") : Messages.Doctor(op, id, lsn, text));
        return sent[^1];
    }
}
