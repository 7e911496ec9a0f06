using System.Globalization;
using System.Text;

namespace HospitalStreaming.Bench.Warehouse;

/// <summary>
/// Changes of visits and bills in log order, as Debezium 3.3 writes them, of 570 bytes: first every row's insert, then updates of rows picked at random,
/// one change in fifty a delete, after which the row is inserted again. The same seed gives the same changes.
/// </summary>
internal sealed class ChangeMessages(long keys)
{
    internal const int ValueBytes = 570;
    private const int Seed = 20_260_301;
    private const long FirstLsn = 30_000_000;
    private const int RowsInTransaction = 10;
    private const int ChangesToOneDelete = 50;

    private readonly Random _random = new(Seed);
    private readonly HashSet<long> _deleted = [];
    private long _changes;

    /// <summary>The next change: its table, key number and message.</summary>
    /// <param name="table">Table to name instead of the row's own; null for that.</param>
    internal (bool IsVisit, long Row, byte[] Key, byte[] Value) Next(string? table)
    {
        var change = _changes++;
        var row = change < keys ? change : _random.NextInt64(keys);
        var op = change < keys || _deleted.Remove(row) ? "c" : _random.Next(ChangesToOneDelete) == 0 ? "d" : "u";
        if (op == "d")
        {
            _deleted.Add(row);
        }

        // Two visits to a bill.
        var visit = row % 3 != 2;
        return (visit, row, Encoding.ASCII.GetBytes(Key(visit, row)), Value(visit, row, op, change, table ?? (visit ? "visits" : "billing_payments")));
    }

    private static string Key(bool visit, long row) => string.Create(CultureInfo.InvariantCulture, $"{{\"{(visit ? "visit_id" : "billing_id")}\":{row}}}");

    private static byte[] Value(bool visit, long row, string op, long change, string table)
    {
        var (before, after) = op == "d" ? ("{\"" + (visit ? "visit_id" : "billing_id") + string.Create(CultureInfo.InvariantCulture, $"\":{row}}}"), "null") : ("null", "{0}");
        var lsn = FirstLsn + (change * 200);
        var rest = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"before\":{before},\"after\":{after},\"source\":{{\"version\":\"3.3.1.Final\",\"connector\":\"postgresql\",\"name\":\"postgres-source\",\"ts_ms\":1772352000123,\"snapshot\":\"false\",\"db\":\"hospital\",\"sequence\":\"[null,\\\"{lsn}\\\"]\",\"ts_us\":1772352000123456,\"schema\":\"public\",\"table\":\"{table}\",\"txId\":{700 + (change / RowsInTransaction)},\"lsn\":{lsn},\"xmin\":null}},\"op\":\"{op}\",\"ts_ms\":1772352000456}}");
        if (op == "d")
        {
            return Encoding.ASCII.GetBytes(rest);
        }

        var whole = visit ? Visit(row, change) : Bill(row, change);
        var room = ValueBytes - (rest.Length - "{0}".Length) - (whole.Length - "{0}".Length);
        return Encoding.ASCII.GetBytes(rest.Replace("{0}", whole.Replace("{0}", new string('n', Math.Max(0, room)), StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private static string Visit(long row, long change) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"visit_id\":{row},\"patient_id\":{row % 5_000},\"doctor_id\":{row % 200},\"visit_date\":\"2026-02-01T10:30:00.000001Z\",\"diagnosis\":\"J06.9 {{0}}\",\"total_cost\":\"{change % 10_000}.50\",\"hospital_id\":\"general-1\",\"updated_at\":\"2026-03-01T08:00:00.123456Z\"}}");

    private static string Bill(long row, long change) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"billing_id\":{row},\"patient_id\":{row % 5_000},\"visit_id\":{row - 1},\"billing_date\":20513,\"total_amount\":\"{change % 10_000}.50\",\"payment_status\":\"Paid\",\"hospital_id\":\"general-1{{0}}\",\"updated_at\":\"2026-03-01T08:00:00.123456Z\"}}");
}
