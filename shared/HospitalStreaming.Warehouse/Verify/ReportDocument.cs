using System.Text.Json;
using HospitalStreaming.Core.Auditing;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>Verify's report as one JSON document. Tables, columns, keys, counts and digests, as the printed report names them; never a row's values.</summary>
public static class ReportDocument
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>Writes it whole or not at all: beside the place first, then in it.</summary>
    /// <param name="path">File to write; one that is there is replaced.</param>
    /// <param name="report">The report.</param>
    /// <param name="at">When it was made.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, VerifyReport report, DateTimeOffset at)
    {
        var part = path + ".part";
        using (var file = new FileStream(part, FileMode.Create, FileAccess.Write))
        {
            using (var json = new Utf8JsonWriter(file, Indented))
            {
                Write(json, report, at);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(part, path, overwrite: true);
    }

    private static void Write(Utf8JsonWriter json, VerifyReport report, DateTimeOffset at)
    {
        json.WriteStartObject();
        json.WriteString("at", at);
        json.WriteNumber("took_seconds", Math.Round(report.Took.TotalSeconds, 3));
        json.WriteString("outcome", report.ExitCode switch { 0 => "ok", 1 => "differs", _ => "not all checked" });
        json.WriteString("reads", report.Reads.ToString());
        json.WriteString("source_at", report.SourceAt?.ToString());
        json.WriteStartArray("checks");
        foreach (var check in report.Checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("outcome", !check.IsClean ? "differs" : check.NotChecked is null ? "ok" : "not checked");
            Texts(json, "counted", check.Counted);
            Texts(json, "findings", check.Findings);
            json.WriteString("not_checked", check.NotChecked);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("positions");
        foreach (var position in report.Positions)
        {
            json.WriteStartObject();
            json.WriteString("topic", position.Stream.Topic);
            json.WriteNumber("partition", position.Stream.Partition);
            json.WriteString("stream_epoch", position.Stream.Epoch);
            json.WriteNumber("in_raw", position.Next);
            json.WriteNumber("in_current", position.Applied);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("tables");
        foreach (var table in report.Tables)
        {
            Write(json, table);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TableFigures table)
    {
        json.WriteStartObject();
        json.WriteString("table", table.Table);
        Tally(json, "source", table.Source);
        Tally(json, "current", table.Current);
        json.WriteNumber("waiting", table.Waiting);
        json.WriteStartArray("days");
        foreach (var (day, window) in table.Windows.OrderBy(window => window.Key))
        {
            json.WriteStartObject();
            json.WriteString("day", day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            Tally(json, "topic", window.Topic);
            Tally(json, "lake", window.Lake);
            Tally(json, "lake_rows", window.LakeRows);
            Tally(json, "raw", window.Raw);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void Tally(Utf8JsonWriter json, string name, RecordTally? tally)
    {
        if (tally is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("count", tally.Count);
        json.WriteString("digest", tally.DigestText);
        json.WriteEndObject();
    }
}
