using System.Globalization;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>
/// DescribeConfigs (32), versions 1 to 4: the topic settings served, and the broker's defaults for them under Kafka's names. Difference from Kafka:
/// what this broker has no such setting for is not listed; synonyms are not given.
/// </summary>
internal sealed class DescribeConfigs(BrokerContext broker) : Api(ApiKey.DescribeConfigs, 1, 4, flexibleFrom: 4)
{
    private const sbyte SetForTopic = 1;
    private const sbyte SetAtStart = 4;
    private const sbyte Default = 5;

    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var resources = r.Array(static (ref WireReader e) =>
        {
            var (type, name) = (e.Int8(), e.String());
            var keys = e.NullableArray(static (ref WireReader k) => k.String());
            e.Tags();
            return (Type: (ConfigResource)type, Name: name, Keys: keys);
        });
        response.Int32(0);
        response.Array(resources, (w, resource) =>
        {
            var (error, message, entries) = Describe(resource.Type, resource.Name);
            w.Error(error);
            w.String(message);
            w.Int8((sbyte)resource.Type);
            w.String(resource.Name);
            w.Array(entries.Where(e => resource.Keys is null || resource.Keys.Contains(e.Name, StringComparer.Ordinal)).ToList(), WriteEntry);
            w.Tags();
        });
        response.Tags();
    }

    /// <summary>A topic setting's value in force and where it comes from.</summary>
    internal static (string Value, sbyte Source) ValueOf(TopicSetting setting, TopicConfig config, BrokerOptions options) =>
        config.Explicit.TryGetValue(setting.Name, out var value) ? (value, SetForTopic) : (setting.Default(options), Default);

    private static void WriteEntry(WireWriter w, Entry entry)
    {
        w.String(entry.Name);
        w.String(entry.Value);
        w.Bool(entry.Source == SetAtStart);
        w.Int8(entry.Source);
        w.Bool(false);
        w.Count(0);
        if (w.Version >= 3)
        {
            w.Int8((sbyte)entry.Type);
            w.String(null);
        }
        w.Tags();
    }

    private (ErrorCode Error, string? Message, List<Entry> Entries) Describe(ConfigResource type, string name)
    {
        switch (type)
        {
            case ConfigResource.Topic when broker.Catalog.Find(name) is { } topic:
                return (ErrorCode.None, null, [.. TopicSettings.All.Select(s =>
                {
                    var (value, source) = ValueOf(s, topic.Config, broker.Options);
                    return new Entry(s.Name, value, source, s.Type);
                })]);
            case ConfigResource.Topic:
                return (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.", []);
            case ConfigResource.Broker when name.Length == 0 || name == BrokerContext.NodeId.ToString(CultureInfo.InvariantCulture):
                return (ErrorCode.None, null, [.. BrokerEntries()]);
            default:
                return (ErrorCode.InvalidRequest, "only topics and this broker have settings", []);
        }
    }

    private IEnumerable<Entry> BrokerEntries()
    {
        var options = broker.Options;
        yield return new Entry("auto.create.topics.enable", options.AutoCreateTopics ? "true" : "false", SetAtStart, TopicSettingType.Text);
        yield return new Entry("num.partitions", Text(options.DefaultPartitions), SetAtStart, TopicSettingType.Int);
        yield return new Entry("default.replication.factor", "1", SetAtStart, TopicSettingType.Int);
        yield return new Entry("message.max.bytes", Text(options.MaxMessageBytes), SetAtStart, TopicSettingType.Int);
        yield return new Entry("log.retention.ms", options.Retention is { } kept ? Text((long)kept.TotalMilliseconds) : "-1", SetAtStart, TopicSettingType.Long);
        yield return new Entry("log.retention.bytes", Text(options.RetentionBytes ?? -1), SetAtStart, TopicSettingType.Long);
        yield return new Entry("log.segment.bytes", Text(options.SegmentBytes), SetAtStart, TopicSettingType.Int);
        yield return new Entry("socket.request.max.bytes", Text(options.MaxRequestBytes), SetAtStart, TopicSettingType.Int);
        yield return new Entry("fetch.max.bytes", Text(options.MaxFetchBytes), SetAtStart, TopicSettingType.Int);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record Entry(string Name, string Value, sbyte Source, TopicSettingType Type);
}
