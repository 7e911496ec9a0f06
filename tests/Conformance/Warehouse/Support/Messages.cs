using System.Globalization;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>Messages of the change topics, in the envelope's own form.</summary>
internal static class Messages
{
    public const string Kept = "\"__debezium_unavailable_value\"";

    public static (string Key, string? Value) Visit(
        string op, long id, long lsn, string? diagnosis = "\"Flu\"", string cost = "12.50", long patient = 1, long txId = 700) =>
        Row("visits", "visit_id", op, id, lsn, txId, string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"visit_id":{{id}},"patient_id":{{patient}},"doctor_id":2,"visit_date":"2026-02-01T10:30:00.000001Z","diagnosis":{{diagnosis ?? "null"}},"total_cost":"{{cost}}","hospital_id":"h1","updated_at":"2026-02-01T10:30:00.5Z"}"""));

    public static (string Key, string? Value) Doctor(string op, long id, long lsn, string name = "Dr A", long txId = 700) =>
        Row("doctors", "doctor_id", op, id, lsn, txId, string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"doctor_id":{{id}},"name":"{{name}}","specialization":null,"experience_years":7,"contact_info":null,"hospital_id":"h1","updated_at":null}"""));

    public static (string Key, string? Value) Bill(string op, long id, long lsn, long txId = 700) =>
        Row("billing_payments", "billing_id", op, id, lsn, txId, string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"billing_id":{{id}},"patient_id":1,"visit_id":1,"billing_date":20513,"total_amount":"9.00","payment_status":"Paid","hospital_id":"h1","updated_at":null}"""));

    /// <summary>A TRUNCATE of visits; the key says nothing.</summary>
    public static (string Key, string? Value) VisitsTruncate(long lsn) =>
        (VisitTombstone(1).Key, Visit("u", 0, lsn).Value!.Replace("\"op\":\"u\"", "\"op\":\"t\"", StringComparison.Ordinal));

    public static (string Key, string? Value) VisitTombstone(long id) => ($$"""{"visit_id":{{id}}}""", null);

    private static (string Key, string? Value) Row(string table, string key, string op, long id, long lsn, long txId, string row)
    {
        var source = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"version":"3.3.1.Final","connector":"postgresql","name":"postgres-source","ts_ms":1772352000123,"snapshot":"{{(op == "r" ? "true" : "false")}}","db":"hospital","sequence":"[null,\"{{lsn}}\"]","ts_us":1772352000123456,"ts_ns":1772352000123456000,"schema":"public","table":"{{table}}","txId":{{txId}},"lsn":{{lsn}},"xmin":null}""");
        var before = op == "d" ? row : "null";
        var after = op == "d" ? "null" : row;
        return (
            string.Create(CultureInfo.InvariantCulture, $$"""{"{{key}}":{{id}}}"""),
            $$"""{"before":{{before}},"after":{{after}},"source":{{source}},"transaction":null,"op":"{{op}}","ts_ms":1772352000200,"ts_us":1772352000200000,"ts_ns":1772352000200000000}""");
    }
}
