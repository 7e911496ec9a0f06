using System.Collections.Immutable;
using System.Text.RegularExpressions;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Hosting.Settings;
using Npgsql;

namespace HospitalStreaming.Capture.Settings;

/// <summary>Turns options into settings, or names everything wrong with them.</summary>
internal static partial class CaptureSettingsReader
{
    /// <summary>Reads the options.</summary>
    /// <param name="options">Raw options.</param>
    /// <param name="fallbackConnection">Connection string of section Postgres.</param>
    /// <param name="problems">Every problem; the settings are null when there is one.</param>
    public static CaptureSettings? Read(CaptureOptions options, string fallbackConnection, List<SettingProblem> problems)
    {
        var before = problems.Count;
        var connection = Connection(options, fallbackConnection, problems);
        Check(SlotName().IsMatch(options.SlotName), "SlotName", "use 1 to 63 of a-z, 0-9 and _");
        Check(PublicationName().IsMatch(options.PublicationName), "PublicationName", "use 1 to 63 letters, digits and _");
        Check(TopicPrefix().IsMatch(options.TopicPrefix), "TopicPrefix", "use letters, digits, dots, dashes and _");
        var tables = options.TableIncludeList.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Check(tables.Length > 0 && tables.All(table => QualifiedName().IsMatch(table)), "TableIncludeList", "give schema.table names joined by commas");
        var decimals = Choice(options.DecimalHandlingMode, "DecimalHandlingMode", ("string", DecimalHandlingMode.String), ("precise", DecimalHandlingMode.Precise), ("double", DecimalHandlingMode.Double));
        var times = Choice(options.TimePrecisionMode, "TimePrecisionMode", ("adaptive", TimePrecisionMode.Adaptive), ("adaptive_time_microseconds", TimePrecisionMode.AdaptiveTimeMicroseconds), ("connect", TimePrecisionMode.Connect), ("isostring", TimePrecisionMode.IsoString));
        var binary = Choice(options.BinaryHandlingMode, "BinaryHandlingMode", ("bytes", BinaryHandlingMode.Bytes), ("base64", BinaryHandlingMode.Base64), ("base64-url-safe", BinaryHandlingMode.Base64UrlSafe), ("hex", BinaryHandlingMode.Hex));
        var intervals = Choice(options.IntervalHandlingMode, "IntervalHandlingMode", ("numeric", IntervalHandlingMode.Numeric), ("string", IntervalHandlingMode.String));
        var hstore = Choice(options.HstoreHandlingMode, "HstoreHandlingMode", ("json", HstoreHandlingMode.Json), ("map", HstoreHandlingMode.Map));
        var snapshot = Choice(options.SnapshotMode, "SnapshotMode", ("initial", true), ("no_data", false));
        var skipped = options.SkippedOperations == "none"
            ? []
            : options.SkippedOperations.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Check(skipped.All(operation => operation is "c" or "u" or "d" or "t"), "SkippedOperations", "use any of c, u, d, t joined by commas, or none");
        Check(options.HeartbeatIntervalMs is 0 or (>= 100 and <= 3_600_000), "HeartbeatIntervalMs", "use 0, or 100 to 3600000");
        Check(options.StatusUpdateIntervalMs is >= 50 and <= 30_000, "StatusUpdateIntervalMs", "use 50 to 30000: below half of wal_sender_timeout");
        Check(options.OffsetFlushIntervalMs is >= 50 and <= 600_000, "OffsetFlushIntervalMs", "use 50 to 600000");
        Check(options.MaxInFlightBytes is >= 1024 * 1024 and <= 24 * 1024 * 1024, "MaxInFlightBytes", "use 1048576 to 25165824: the producer's queue holds 32 MiB");
        Check(options.WalBudgetBytes >= 64L * 1024 * 1024, "WalBudgetBytes", "use 67108864 (four segments) or more");
        return problems.Count > before ? null : new CaptureSettings
        {
            ConnectionString = connection,
            SlotName = options.SlotName,
            PublicationName = options.PublicationName,
            TopicPrefix = options.TopicPrefix,
            Tables = tables.ToImmutableSortedSet(StringComparer.Ordinal),
            SnapshotOrder = [.. tables.Distinct(StringComparer.Ordinal)],
            Modes = new ValueModes { Decimals = decimals, Times = times, Binary = binary, Intervals = intervals, Hstore = hstore },
            TombstonesOnDelete = options.TombstonesOnDelete,
            TransactionMetadata = options.TransactionMetadata,
            SkippedOperations = [.. skipped.Select(operation => operation[0])],
            SnapshotData = snapshot,
            HeartbeatInterval = TimeSpan.FromMilliseconds(options.HeartbeatIntervalMs),
            StatusInterval = TimeSpan.FromMilliseconds(options.StatusUpdateIntervalMs),
            FlushInterval = TimeSpan.FromMilliseconds(options.OffsetFlushIntervalMs),
            MaxInFlightBytes = options.MaxInFlightBytes,
            WalBudgetBytes = options.WalBudgetBytes,
        };

        void Check(bool good, string key, string fix)
        {
            if (!good)
            {
                problems.Add(new SettingProblem(CaptureOptions.Section + ":" + key, fix));
            }
        }

        T? Choice<T>(string value, string key, params (string Name, T Value)[] choices)
        {
            foreach (var choice in choices)
            {
                if (string.Equals(choice.Name, value, StringComparison.OrdinalIgnoreCase))
                {
                    return choice.Value;
                }
            }

            problems.Add(new SettingProblem(CaptureOptions.Section + ":" + key, "use " + string.Join(", ", choices.Select(choice => choice.Name))));
            return default;
        }
    }

    private static string Connection(CaptureOptions options, string fallbackConnection, List<SettingProblem> problems)
    {
        var text = string.IsNullOrWhiteSpace(options.ConnectionString) ? fallbackConnection : options.ConnectionString;
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(builder.Host) || string.IsNullOrEmpty(builder.Database))
            {
                problems.Add(new SettingProblem("Capture:ConnectionString", "give Host and Database, e.g. Host=…;Database=hospital;Username=hospital_capture;Password=…"));
            }

            return text;
        }
        catch (ArgumentException)
        {
            problems.Add(new SettingProblem("Capture:ConnectionString", "give an Npgsql connection string: Host=…;Database=hospital;Username=hospital_capture;Password=…"));
            return string.Empty;
        }
    }

    [GeneratedRegex("^[a-z0-9_]{1,63}$")]
    private static partial Regex SlotName();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
    private static partial Regex PublicationName();

    [GeneratedRegex("^[A-Za-z0-9._-]{1,150}$")]
    private static partial Regex TopicPrefix();

    [GeneratedRegex(@"^[^.,\s]+\.[^.,\s]+$")]
    private static partial Regex QualifiedName();
}
