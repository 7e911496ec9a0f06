using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Sql;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// The statements that put a warehouse made beside another in its place, for one transaction: guard, fence, raw, current, books, signals, and a mark that
/// it took effect.
/// </summary>
/// <param name="made">Data sets of the one that was made.</param>
/// <param name="place">Data sets of the one in place.</param>
internal sealed class SwapScript(WarehouseNames made, WarehouseNames place)
{
    /// <summary>What the guard says when the one in place has been loaded further.</summary>
    internal const string Behind = "hospital_behind";

    /// <summary>Name of the fence of what was made that says that it is in place.</summary>
    internal const string Swapped = "swapped";

    /// <summary>Most tables that one transaction may change: https://cloud.google.com/bigquery/docs/transactions#limitations.</summary>
    internal const int MostTables = 100;

    // Heads go on counting, as the claims of the one in place do; jobs were counted against its own tables.
    private static readonly string[] Kept = [SignalTables.Current, SignalTables.Marts, Fences, BigQueryLayout.Heads, BigQueryLayout.Jobs];

    private const string Fences = "fences";

    private static IEnumerable<(string Name, IEnumerable<string> Columns)> Books => BigQueryLayout.Line.Where(book => !Kept.Contains(book.Name))
        .Select(book => (book.Name, book.Fields.Select(NameOf)));

    /// <summary>How many tables a swap changes.</summary>
    internal static int Changes(IReadOnlyList<TableDescription> tables) => tables.Count + tables.Count(table => table.HasKey) + BigQueryLayout.Line.Count;

    /// <summary>All of it.</summary>
    /// <param name="tables">Captured tables, as what was made has them.</param>
    /// <param name="fence">Token of the loader of what was made.</param>
    /// <param name="nonce">Names this try, and is the new fence of the one in place.</param>
    internal IEnumerable<string> Statements(IReadOnlyList<TableDescription> tables, string fence, string nonce) =>
    [
        // Written first: BigQuery then lets no load of the one in place commit beside it.
        $"DELETE FROM `{place.Line}`.{Fences} WHERE name = '{LoadScript.Fence}'",
        $"INSERT INTO `{place.Line}`.{Fences} (name, token, used_at) VALUES ('{LoadScript.Fence}', {SqlText.Name(nonce)}, CURRENT_TIMESTAMP())",
        .. tables.Select(table => table.Name).Append(TopicNames.Transactions).SelectMany(head => Heads(head, fence, nonce)),
        .. tables.SelectMany(table => Replace(made.Raw, place.Raw, table.Name, BigQueryLayout.RawFields(table).Select(NameOf))),
        .. tables.Where(table => table.HasKey).SelectMany(table => Replace(
            made.Current, place.Current, table.Name, table.Columns.Select(column => column.Name).Concat(BigQueryLayout.MetaOf(table).Select(meta => meta.Name)))),
        .. Books.SelectMany(book => Replace(made.Line, place.Line, book.Name, book.Columns)),
        .. SignalScript.Statements(place, tables.Select(table => SignalNames.CurrentOf(table.Name)).Prepend(SignalNames.Current)),
        $"INSERT INTO `{made.Line}`.{Fences} (name, token, used_at) VALUES ('{Swapped}', {SqlText.Name(nonce)}, CURRENT_TIMESTAMP())",
    ];

    /// <summary>How many positions of the one in place are not reached by what was made.</summary>
    internal string Unreached => $"""
        SELECT COUNT(*) FROM `{place.Line}`.positions AS p
        LEFT JOIN `{made.Line}`.positions AS m ON m.topic = p.topic AND m.`partition` = p.`partition` AND m.stream_epoch = p.stream_epoch
        WHERE m.next_offset IS NULL OR m.next_offset < p.next_offset
        """;

    // A head passes over the one claim that a loader may have written and not applied, and no raw row or step of the gate that was made has a higher number.
    private IEnumerable<string> Heads(string head, string fence, string nonce)
    {
        var name = SqlText.Name(head);
        yield return $"""
            INSERT INTO `{place.Line}`.{BigQueryLayout.Heads} (table_name, seq, nonce)
            SELECT {name}, 1 + GREATEST(
              (SELECT COALESCE(MAX(seq), 0) FROM `{place.Line}`.{BigQueryLayout.Heads} WHERE table_name = {name}),
              (SELECT COALESCE(MAX(seq), 0) FROM `{made.Line}`.{BigQueryLayout.Heads} WHERE table_name = {name})),
              CASE
                WHEN (SELECT COUNT(*) FROM `{made.Line}`.{Fences} WHERE name = '{LoadScript.Fence}' AND token = {SqlText.Name(fence)}) <> 1 THEN ERROR('{LoadScript.Fenced}')
                WHEN ({Unreached}) > 0 THEN ERROR('{Behind}')
                ELSE {SqlText.Name(nonce)}
              END
            """;
        yield return $"DELETE FROM `{place.Line}`.{BigQueryLayout.Heads} WHERE table_name = {name} AND nonce <> {SqlText.Name(nonce)}";
    }

    private static string NameOf(JToken column) => (string)column["name"]!;

    private static IEnumerable<string> Replace(string from, string into, string table, IEnumerable<string> names)
    {
        var columns = SqlText.Columns(names);
        yield return $"TRUNCATE TABLE `{into}`.`{table}`";
        yield return $"INSERT INTO `{into}`.`{table}` ({columns}) SELECT {columns} FROM `{from}`.`{table}`";
    }
}
