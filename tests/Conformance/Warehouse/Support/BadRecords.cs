using System.Text;
using HospitalStreaming.Core.Merging;
using Shouldly;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>One bad record of every kind that the warehouse must survive: what it is, its bytes, the reason it must get, and whether its key can be told.</summary>
internal static class BadRecords
{
    public sealed record Bad(string What, byte[]? Key, byte[]? Value, string Reason, bool HoldsKey);

    /// <summary>All kinds, each an update of a visit of its own, numbered from a key on.</summary>
    public static IReadOnlyList<Bad> All(long firstKey, long lsn)
    {
        var key = firstKey;
        return
        [
            Of("bad JSON", value => value[..^10], "bad_json", Next()),
            Of("an array for an object", _ => "[]"u8.ToArray(), "bad_json", Next()),
            Of("a NUL byte", value => Replace(value, "Flu", "F\0u"), "bad_json", Next()),
            Of("Latin-1 bytes", value => Replace(value, "Flu", "Gr\u00fc", Encoding.Latin1), "bad_utf8", Next()),
            Of("half a surrogate pair", value => Replace(value, "Flu", "\\ud800"), "bad_utf8", Next()),
            Of("a NUL character", value => Replace(value, "Flu", "\\u0000"), "wrong_type", Next()),
            Of("an unknown op", value => Replace(value, "\"op\":\"u\"", "\"op\":\"x\""), "unknown_op", Next()),
            Of("no op", value => Replace(value, "\"op\":\"u\"", "\"no\":\"u\""), "unknown_op", Next()),
            Of("no source", value => Replace(value, "\"source\":", "\"sauce\":"), "missing_source", Next()),
            Of("no row after", value => Replace(value, "\"after\":", "\"later\":"), "missing_field", Next()),
            Of("a text for a number", value => Replace(value, "\"patient_id\":1", "\"patient_id\":\"one\""), "wrong_type", Next()),
            Of("a number beyond its type", value => Replace(value, "\"patient_id\":1", "\"patient_id\":99999999999999999999"), "wrong_type", Next()),
            Of("a decimal comma", value => Replace(value, "12.50", "1,5"), "wrong_type", Next()),
            Of("not a number", value => Replace(value, "12.50", "NaN"), "wrong_type", Next()),
            Of("a decimal beyond all", value => Replace(value, "\"12.50\"", "1e400"), "wrong_type", Next()),
            Of("a decimal of ten places", value => Replace(value, "12.50", "0.0000000001"), "wrong_type", Next()),
            Of("a time beyond the calendar", value => Replace(value, "2026-02-01T10:30:00.000001Z", "20260-02-01T10:30:00Z"), "wrong_type", Next()),
            Of("a number for a time beyond the calendar", value => Replace(value, "\"2026-02-01T10:30:00.000001Z\"", "9223372036854775807"), "wrong_type", Next()),
            Of("a time in a text of its own", value => Replace(value, "2026-02-01T10:30:00.000001Z", "yesterday"), "wrong_type", Next()),
            Of("a depth bomb", value => Replace(value, "\"Flu\"", new string('[', 5_000) + new string(']', 5_000)), "bad_json", Next()),
            Of("too large a value", value => Replace(value, "Flu", new string('x', RecordReader.MaxValueBytes)), "too_large", Next()),
            Of("another row's key", value => Replace(value, "\"visit_id\":", "\"visit_id\":9"), "wrong_type", Next()),
            Keyless("no key", null, "null_key", Next()),
            Keyless("a key that is no JSON", "{visit"u8.ToArray(), "bad_json", Next()),
            Keyless("a key of another type", """{"visit_id":"one"}"""u8.ToArray(), "wrong_type", Next()),
            new("neither key nor row", null, "{broken"u8.ToArray(), "bad_json", false),
            new("a message", """{"visit_id":1}"""u8.ToArray(), Replace(Value(1), "\"op\":\"u\"", "\"op\":\"m\""), "unsupported_op", false),
            new("a truncate without a place", null, Replace(Replace(Value(1), "\"op\":\"u\"", "\"op\":\"t\""), "\"lsn\":", "\"sn\":"), "missing_field", false),
        ];

        long Next() => key++;

        Bad Of(string what, Func<byte[], byte[]> spoil, string reason, long id) =>
            new(what, Encoding.UTF8.GetBytes($$"""{"visit_id":{{id}}}"""), spoil(Value(id)), reason, true);

        Bad Keyless(string what, byte[]? bytes, string reason, long id) => new(what, bytes, Value(id), reason, true);

        byte[] Value(long id) => Encoding.UTF8.GetBytes(Messages.Visit("u", id, lsn).Value!);
    }

    private static byte[] Replace(byte[] value, string old, string by, Encoding? encoding = null)
    {
        var text = Encoding.UTF8.GetString(value);
        text.Contains(old, StringComparison.Ordinal).ShouldBeTrue(old);
        return (encoding ?? Encoding.UTF8).GetBytes(text.Replace(old, by, StringComparison.Ordinal));
    }
}
