using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>The warehouse on BigQuery at one moment.</summary>
/// <param name="client">Says what columns tables have.</param>
/// <param name="sql">Runs queries.</param>
/// <param name="names">Data sets.</param>
/// <param name="asOf">The moment, as it stands behind each table's name; empty where the server has no time travel.</param>
internal sealed class BigQueryWarehouseView(BigQueryClient client, BigQuerySql sql, WarehouseNames names, string asOf) : IWarehouseView
{
    private const int LettersAtOnce = 500;

    private static readonly Dictionary<string, object?> None = [];

    public JsonSameness RawTexts => JsonSameness.Values;

    public Task<TableDescription> DescribeAsync(TableDescription table, CancellationToken cancellation) => HeldFields.DescribeAsync(client, names, table, cancellation);

    public async Task<IReadOnlyList<LoadPosition>> PositionsAsync(CancellationToken cancellation) =>
        [.. (await sql.QueryAsync($"SELECT {BigQueryLedger.PositionColumns} FROM `{names.Line}`.positions{asOf}", None, cancellation)).Rows.Select(BigQueryLedger.Position)];

    public async Task<TransactionReads> ReadsAsync(CancellationToken cancellation) => await new ReadsBook(sql, names).FindAsync(asOf, cancellation) ?? TransactionReads.PerTable;

    public async IAsyncEnumerable<LoadedObject> LoadedObjectsAsync(string topic, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var objects = $"SELECT stream_epoch, `partition`, start_offset, next_offset, `rows`, sha256 FROM `{names.Line}`.loaded_objects{asOf} WHERE topic = @topic";
        await foreach (var row in sql.StreamAsync(objects, new Dictionary<string, object?> { ["topic"] = topic }, cancellation))
        {
            yield return new LoadedObject(
                new LakeStream(topic, (string)row[0]!, (int)(long)row[1]!), (long)row[2]!, (long)row[3]!, (long)row[4]!, (string)row[5]!);
        }
    }

    public Task<IReadOnlyList<object?[]>> PrintAsync(TableDescription table, IReadOnlyList<object?[]> rows, CancellationToken cancellation) =>
        Task.FromResult(BigQueryPrint.OfRecords(table, rows));

    public IReadOnlyList<string> NotPrinted(TableDescription table) => BigQueryPrint.NotCompared(table);

    public async Task<IReadOnlyList<RawTally>> TalliesAsync(TableDescription table, CancellationToken cancellation)
    {
        var tallies = await sql.QueryAsync(
            $"SELECT stream_epoch, `partition`, COUNT(*), SUM(`offset`) FROM `{names.Raw}`.`{table.Name}`{asOf} GROUP BY 1, 2", None, cancellation);
        return [.. tallies.Rows.Select(row => new RawTally(
            new LakeStream(TopicNames.ChangesOf(table.Name), (string)row[0]!, (int)(long)row[1]!), (long)row[2]!, (long)row[3]!))];
    }

    public async IAsyncEnumerable<RawRow> RowsAsync(TableDescription table, LakeStream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var raw = new RawRows(names, table);
        var chain = new Dictionary<string, object?> { ["partition"] = (long)stream.Partition, ["epoch"] = stream.Epoch };
        await foreach (var row in sql.StreamAsync(raw.SelectChain(asOf), chain, cancellation))
        {
            yield return raw.ReadRow(row);
        }
    }

    public async IAsyncEnumerable<RawChange> RawAsync(
        TableDescription table, IReadOnlyCollection<RowKey>? keys, LetterDecisions decisions, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var booked = (await new BigQueryLedger(sql, names).LettersAsync(asOf, cancellation)).Where(letter => letter.Table == table.Name).ToDictionary(letter => letter.Place);
        var applied = Release.None(await PositionsAsync(cancellation));
        var letters = await LettersAsync(table, booked, decisions, applied, cancellation);
        await foreach (var change in letters.AmongAsync(ChangesAsync(table, keys, booked, applied, cancellation), keys))
        {
            yield return change;
        }
    }

    private async Task<LettersApart> LettersAsync(
        TableDescription table, Dictionary<LetterPlace, BookedLetter> booked, LetterDecisions decisions, Release applied, CancellationToken cancellation)
    {
        var (apart, raw, decoder) = (new LettersApart(), new RawRows(names, table), new RecordReader(table));
        foreach (var some in booked.Keys.Chunk(LettersAtOnce))
        {
            await foreach (var row in sql.StreamAsync(raw.SelectPlaces(some, asOf), None, cancellation))
            {
                var letter = booked[raw.PlaceOf(row)];
                var decision = letter.Settled
                    ? decisions.Find(letter.Place) ?? throw new FormatException($"the decision about {letter.Place.Stream} offset {letter.Place.Offset} took effect and is missing in the lake")
                    : null;
                apart.Add(RawRows.OrderOf(row), decoder, decision, raw.Read(row), RawRows.SourceEpoch(row), applied.Waits(letter.Place));
            }
        }

        return apart;
    }

    private async IAsyncEnumerable<(RawPlace Place, RawChange Change)> ChangesAsync(
        TableDescription table,
        IReadOnlyCollection<RowKey>? keys,
        Dictionary<LetterPlace, BookedLetter> booked,
        Release applied,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var raw = new RawRows(names, table);
        var chosen = keys is null ? None : new Dictionary<string, object?> { ["keys"] = BigQueryKey.Parameter(table, keys) };
        await foreach (var row in sql.StreamAsync(raw.SelectKeys(keys is null ? null : sql.AmongKeys(table), asOf), chosen, cancellation))
        {
            var place = raw.PlaceOf(row);
            if (booked.ContainsKey(place))
            {
                continue;
            }

            var record = raw.Read(row);
            if ((record.Poison is null ? record.Change?.Key : record.HeldKey) is { } key)
            {
                yield return (RawRows.OrderOf(row), new RawChange(key, record.Poison is null ? record.Change : null, record.TransactionId, record.Lsn) { Waits = applied.Waits(place) });
            }
        }
    }

    public async Task<TableTruncations> TruncationsAsync(TableDescription table, CancellationToken cancellation)
    {
        var (ledger, raw) = (new BigQueryLedger(sql, names), new RawRows(names, table));
        var apart = (await ledger.LettersAsync(asOf, cancellation)).Where(letter => letter.Table == table.Name).Select(letter => letter.Place).ToHashSet();
        var (truncations, applied) = (new List<RawTruncation>(), Release.None(await PositionsAsync(cancellation)));
        await foreach (var row in sql.StreamAsync(raw.SelectTruncates(asOf), None, cancellation))
        {
            var place = raw.PlaceOf(row);
            if (!apart.Contains(place) && raw.Read(row) is { Truncation: { } truncation } record)
            {
                truncations.Add(new RawTruncation(truncation, record.TransactionId) { Waits = applied.Waits(place) });
            }
        }

        return new TableTruncations(truncations, (await ledger.TruncationsAsync(asOf, cancellation)).GetValueOrDefault(table.Name));
    }

    public Task<IReadOnlyList<BookedLetter>> LettersAsync(CancellationToken cancellation) => new BigQueryLedger(sql, names).LettersAsync(asOf, cancellation);

    public async IAsyncEnumerable<CurrentRow> CurrentAsync(TableDescription table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var rows = $"SELECT _deleted, _lsn, _source_epoch, `{BigQueryKey.ColumnOf(table)}` AS k, {BigQueryPrint.Select(table)} FROM `{names.Current}`.`{table.Name}`{asOf}";
        await foreach (var row in sql.StreamAsync(rows, None, cancellation))
        {
            Lsn? lsn = row[1] is long position ? new Lsn((ulong)position) : null;
            yield return new CurrentRow(
                BigQueryKey.Read(row[3]), (bool)row[0]!, new KeyState(lsn, (int)(long)row[2]!), BigQueryPrint.OfCurrent(table, row[4..]));
        }
    }
}
