using System.Text.Json;
using System.Text.RegularExpressions;
using HospitalStreaming.Tests.Support.Recorded;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>Our messages for the recorded workload equal Debezium's, byte for byte but for what cannot be equal: times, positions, names.</summary>
[Collection(CaptureCollection.Name)]
public sealed partial class VectorTests(CaptureLab lab)
{
    private static readonly string[] Tables =
    [
        "doctors", "patients", "medicines", "visits", "billing_payments", "prescriptions", "all_types", "full_identity", "composite_key", "no_key", "toasted",
    ];

    [Theory]
    [InlineData("defaults", "precise", "adaptive", "numeric", "bytes", "true", "t", "false")]
    [InlineData("string-decimals", "string", "isostring", "string", "base64", "true", "none", "true")]
    [InlineData("double-connect", "double", "connect", "string", "hex", "false", "t", "false")]
    public async Task Our_messages_equal_Debeziums(string file, string decimals, string times, string intervals, string binary, string tombstones, string skipped, string transactions)
    {
        await using var database = await lab.DatabaseAsync("vectors");
        database.Settings["Capture:DecimalHandlingMode"] = decimals;
        database.Settings["Capture:TimePrecisionMode"] = times;
        database.Settings["Capture:IntervalHandlingMode"] = intervals;
        database.Settings["Capture:BinaryHandlingMode"] = binary;
        database.Settings["Capture:TombstonesOnDelete"] = tombstones;
        database.Settings["Capture:SkippedOperations"] = skipped;
        database.Settings["Capture:TransactionMetadata"] = transactions;
        await database.ExecuteAsync(Script("schema.sql"), Script("before.sql"));
        await database.PublishAsync([.. Tables.Order(StringComparer.Ordinal)]); // Recorded without an include list, which makes the order one of names.
        await using var capture = await database.Capture().StreamingAsync();
        foreach (var line in Script("changes.sql").Split('\n').Where(line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal)))
        {
            if (file != "defaults" || !line.Contains("'NaN')", StringComparison.Ordinal) || line.Contains("c_smallint", StringComparison.Ordinal))
            {
                await database.ExecuteAsync(line);
            }
        }

        var expected = Recorded(file);
        await capture.UntilAsync(() => capture.Facts.Events + capture.Facts.SnapshotRows >= expected.Count, $"{expected.Count} messages");
        await capture.StopAsync();
        var actual = ChangeLog.Read(database).Select(change => Line(
            change.Table, change.Partition, change.KeyText, change.ValueText, change.Headers.Select(header => header.Key + "=" + header.Value))).ToList();
        Ordered(actual).ShouldBe(Ordered(expected), customMessage: FirstDifference(Ordered(actual), Ordered(expected)));
    }

    // Messages without a key go to any partition, so only what each of them says can be compared, not their order.
    private static List<string> Ordered(List<string> lines) =>
        [.. lines.Where(line => !line.Contains("[*]", StringComparison.Ordinal)), .. lines.Where(line => line.Contains("[*]", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static string FirstDifference(List<string> actual, List<string> expected)
    {
        var at = Enumerable.Range(0, Math.Max(actual.Count, expected.Count)).FirstOrDefault(i => actual.ElementAtOrDefault(i) != expected.ElementAtOrDefault(i));
        return $"{actual.Count} messages against {expected.Count}; first difference at {at}:\nours     {actual.ElementAtOrDefault(at)}\nrecorded {expected.ElementAtOrDefault(at)}";
    }

    private static List<string> Recorded(string file) =>
    [
        .. File.ReadLines(Path.Combine(VectorFolder.Path, "debezium", file + ".jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(message => Tables.Contains(Table(message)))
            .Select(message =>
            {
                var headers = message.GetProperty("headers").EnumerateArray().Select(header => header.GetString()!).Chunk(2)
                    .Where(header => !header[0].StartsWith("__debezium.context", StringComparison.Ordinal)).Select(header => header[0] + "=" + header[1]);
                return Line(Table(message), message.GetProperty("partition").GetInt32(), message.GetProperty("key").GetString(), message.GetProperty("value").GetString(), headers);
            }),
    ];

    private static string Line(string table, int partition, string? key, string? value, IEnumerable<string> headers) =>
        $"{table}[{(key is null ? "*" : partition)}] {string.Join(';', headers)} {key ?? "null"} {(value is null ? "null" : Normal(value))}";

    private static string Normal(string value)
    {
        value = Transaction().Replace(value, "\"transaction\":{\"id\":0");
        return Varying().Replace(value, "\"$1\":0");
    }

    private static string Table(JsonElement message)
    {
        var topic = message.GetProperty("topic").GetString()!;
        return topic[(topic.LastIndexOf('.') + 1)..];
    }

    private static string Script(string name) => File.ReadAllText(Path.Combine(VectorFolder.Path, "debezium", name));

    [GeneratedRegex("\"transaction\":\\{\"id\":\"\\d+:\\d+\"")]
    private static partial Regex Transaction();

    [GeneratedRegex("\"(version|name|db|sequence|ts_ms|ts_us|ts_ns|txId|lsn)\":(\"(?:\\\\.|[^\"\\\\])*\"|\\d+)(?=[,}](?:\"(?:connector|ts_ms|snapshot|sequence|ts_us|ts_ns|schema|lsn|xmin)\"|$))")]
    private static partial Regex Varying();
}
