using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>What AlterConfigs and IncrementalAlterConfigs share: the target must be a topic, and all of its change happens or none.</summary>
internal static class TopicConfigChange
{
    /// <summary>Makes new settings out of the old; a returned message refuses the change.</summary>
    public delegate string? Change(Dictionary<string, string> settings);

    public static (ErrorCode Error, string? Message) Apply(BrokerContext broker, ConfigResource type, string name, bool validateOnly, bool keepOld, Change change)
    {
        if (type != ConfigResource.Topic)
        {
            return (ErrorCode.InvalidRequest, "only a topic's settings can be changed; the broker's are set where it is started");
        }
        if (broker.Catalog.Find(name) is not { } topic)
        {
            return (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }
        var settings = keepOld ? new Dictionary<string, string>(topic.Config.Explicit, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        if (change(settings) is { } problem)
        {
            return (ErrorCode.InvalidConfig, problem);
        }
        try
        {
            broker.Catalog.Configure(topic, settings, validateOnly);
            return (ErrorCode.None, null);
        }
        catch (CatalogException refused)
        {
            return (refused.Error, refused.Message);
        }
    }

    public static void WriteResult(WireWriter w, ConfigResource type, string name, (ErrorCode Error, string? Message) result)
    {
        w.Error(result.Error);
        w.String(result.Message);
        w.Int8((sbyte)type);
        w.String(name);
        w.Tags();
    }
}
