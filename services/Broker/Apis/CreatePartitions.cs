using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>CreatePartitions (37), versions 0 to 3. Assignments may only name this broker.</summary>
internal sealed class CreatePartitions(BrokerContext broker) : Api(ApiKey.CreatePartitions, 0, 3, flexibleFrom: 2)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var topics = r.Array(static (ref WireReader t) =>
        {
            var (name, count) = (t.String(), t.Int32());
            var assignments = t.NullableArray(static (ref WireReader a) =>
            {
                var brokers = a.Array(static (ref WireReader b) => b.Int32());
                a.Tags();
                return brokers;
            });
            t.Tags();
            return (Name: name, Count: count, Assignments: assignments);
        });
        r.Int32();
        var validateOnly = r.Bool();
        response.Int32(0);
        response.Array(topics, (w, wanted) =>
        {
            var (error, message) = Grow(wanted.Name, wanted.Count, wanted.Assignments, validateOnly);
            w.String(wanted.Name);
            w.Error(error);
            w.String(message);
            w.Tags();
        });
        response.Tags();
    }

    private (ErrorCode Error, string? Message) Grow(string name, int count, int[][]? assignments, bool validateOnly)
    {
        if (broker.Catalog.Find(name) is not { } topic)
        {
            return (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }
        if (assignments is not null && (assignments.Length != count - topic.Partitions.Length || assignments.Any(a => a is not [BrokerContext.NodeId])))
        {
            return (ErrorCode.InvalidReplicaAssignment, $"one assignment for each new partition, each to broker {BrokerContext.NodeId}");
        }
        try
        {
            broker.Catalog.AddPartitions(topic, count, validateOnly);
            return (ErrorCode.None, null);
        }
        catch (CatalogException refused)
        {
            return (refused.Error, refused.Message);
        }
    }
}
