using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>
/// Metadata (3), versions 0 to 13, with topic ids. One broker, which leads every partition with epoch 0.
/// Differences from Kafka: no authorised operations (unknown, as without an authoriser asked for); topics are created only where the broker is set to.
/// </summary>
internal sealed class Metadata(BrokerContext broker) : Api(ApiKey.Metadata, 0, 13, flexibleFrom: 9)
{
    internal const int UnknownOperations = int.MinValue;

    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var asked = r.NullableArray(static (ref WireReader t) =>
        {
            var id = t.Version >= 10 ? t.Uuid() : Guid.Empty;
            var name = t.NullableString();
            t.Tags();
            return (Id: id, Name: name);
        });
        var mayCreate = r.Version < 4 || r.Bool();
        var answers = asked is null || (r.Version == 0 && asked.Length == 0)
            ? broker.Catalog.Topics.Select(t => new Answer(ErrorCode.None, t.Name, t.Id, t)).ToList()
            : [.. asked.Select(a => Find(a.Id, a.Name, mayCreate))];

        if (response.Version >= 3)
        {
            response.Int32(0);
        }
        response.Count(1);
        WriteBroker(response, broker, withRack: response.Version >= 1);
        if (response.Version >= 2)
        {
            response.String(broker.ClusterId);
        }
        if (response.Version >= 1)
        {
            response.Int32(BrokerContext.NodeId);
        }
        response.Array(answers, WriteTopic);
        if (response.Version is >= 8 and <= 10)
        {
            response.Int32(UnknownOperations);
        }
        if (response.Version >= 13)
        {
            response.Error(ErrorCode.None);
        }
        response.Tags();
    }

    internal static void WriteBroker(WireWriter response, BrokerContext broker, bool withRack)
    {
        response.Int32(BrokerContext.NodeId);
        response.String(broker.Host);
        response.Int32(broker.Port);
        if (withRack)
        {
            response.String(null);
        }
        response.Tags();
    }

    private static void WriteTopic(WireWriter w, Answer answer)
    {
        w.Error(answer.Error);
        w.String(answer.Name ?? (w.Version >= 12 ? null : ""));
        if (w.Version >= 10)
        {
            w.Uuid(answer.Id);
        }
        if (w.Version >= 1)
        {
            w.Bool(false);
        }
        var partitions = answer.Topic?.Partitions.Length ?? 0;
        w.Count(partitions);
        for (var i = 0; i < partitions; i++)
        {
            w.Error(ErrorCode.None);
            w.Int32(i);
            w.Int32(BrokerContext.NodeId);
            if (w.Version >= 7)
            {
                w.Int32(0);
            }
            int[] replicas = [BrokerContext.NodeId];
            w.Array(replicas, static (a, id) => a.Int32(id));
            w.Array(replicas, static (a, id) => a.Int32(id));
            if (w.Version >= 5)
            {
                w.Count(0);
            }
            w.Tags();
        }
        if (w.Version >= 8)
        {
            w.Int32(UnknownOperations);
        }
        w.Tags();
    }

    private Answer Find(Guid id, string? name, bool mayCreate)
    {
        if (name is null)
        {
            var byId = broker.Catalog.Find(id);
            return new Answer(byId is null ? ErrorCode.UnknownTopicId : ErrorCode.None, byId?.Name, id, byId);
        }
        var topic = broker.Catalog.Find(name);
        if (topic is null && mayCreate && broker.Options.AutoCreateTopics)
        {
            try
            {
                topic = broker.Catalog.Create(name, broker.Options.DefaultPartitions, [], validateOnly: false);
            }
            catch (CatalogException error)
            {
                // Another request may have created it in between.
                topic = broker.Catalog.Find(name);
                if (topic is null)
                {
                    return new Answer(error.Error, name, Guid.Empty, null);
                }
            }
        }
        if (topic is not null)
        {
            return new Answer(ErrorCode.None, name, topic.Id, topic);
        }
        return new Answer(TopicName.IsValid(name) ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopic, name, Guid.Empty, null);
    }

    private sealed record Answer(ErrorCode Error, string? Name, Guid Id, Topic? Topic);
}
