using System.Globalization;

namespace HospitalStreaming.Broker.Storage;

/// <summary>
/// The topic settings served. A setting of Kafka's that this broker does not act on is refused by name rather than accepted and ignored,
/// except where the only value taken is the one that holds anyway (compression.type=producer, cleanup.policy=delete, min.insync.replicas=1).
/// </summary>
internal static class TopicSettings
{
    public static readonly IReadOnlyList<TopicSetting> All =
    [
        new("cleanup.policy", TopicSettingType.List, _ => "delete", OnlyValue("delete", "compaction is not served")),
        new("compression.type", TopicSettingType.Text, _ => "producer", OnlyValue("producer", "batches are stored as sent")),
        new("max.message.bytes", TopicSettingType.Int, o => Text(o.MaxMessageBytes), Number(0, int.MaxValue)),
        new("message.timestamp.type", TopicSettingType.Text, _ => "CreateTime",
            value => value is "CreateTime" or "LogAppendTime" ? null : "must be CreateTime or LogAppendTime"),
        new("min.insync.replicas", TopicSettingType.Int, _ => "1", OnlyValue("1", "there is one broker")),
        new("retention.bytes", TopicSettingType.Long, o => Text(o.RetentionBytes ?? -1), Number(-1, long.MaxValue)),
        new("retention.ms", TopicSettingType.Long, o => Text(o.Retention is { } r ? (long)r.TotalMilliseconds : -1), Number(-1, long.MaxValue)),
        new("segment.bytes", TopicSettingType.Int, o => Text(o.SegmentBytes), Number(BrokerOptions.MinSegmentBytes, 1 << 30)),
        new("segment.ms", TopicSettingType.Long, _ => Text((long)TimeSpan.FromDays(7).TotalMilliseconds), Number(1, long.MaxValue)),
    ];

    /// <summary>What is wrong with these, in words for the client; null where nothing is.</summary>
    public static string? Problem(IEnumerable<KeyValuePair<string, string>> values)
    {
        foreach (var (name, value) in values)
        {
            if (All.FirstOrDefault(s => s.Name == name) is not { } setting)
            {
                return $"topic setting {name} is not served; served are {string.Join(", ", All.Select(s => s.Name))}";
            }
            if (setting.Problem(value) is { } problem)
            {
                return $"invalid value {value} for {name}: {problem}";
            }
        }
        return null;
    }

    /// <summary>The settings in force; the values were checked by <see cref="Problem"/>.</summary>
    public static TopicConfig InForce(IReadOnlyDictionary<string, string> values, BrokerOptions options)
    {
        var retentionMs = Number("retention.ms");
        var retentionBytes = Number("retention.bytes");
        return new TopicConfig
        {
            Explicit = values,
            // Longer than a TimeSpan holds is for ever.
            Retention = retentionMs < 0 || retentionMs >= TimeSpan.MaxValue.TotalMilliseconds ? null : TimeSpan.FromMilliseconds(retentionMs),
            RetentionBytes = retentionBytes < 0 ? null : retentionBytes,
            SegmentBytes = (int)Number("segment.bytes"),
            SegmentMs = Number("segment.ms"),
            MaxMessageBytes = (int)Number("max.message.bytes"),
            UsesAppendTime = Value("message.timestamp.type") == "LogAppendTime",
        };

        string Value(string name) => values.TryGetValue(name, out var value) ? value : All.First(s => s.Name == name).Default(options);
        long Number(string name) => long.Parse(Value(name), CultureInfo.InvariantCulture);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static Func<string, string?> OnlyValue(string only, string why) => value => value == only ? null : $"must be {only}: {why}";

    private static Func<string, string?> Number(long least, long most) => value =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? null
            : $"must be a number from {Text(least)} to {Text(most)}";
}
