using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>OffsetCommit (8), versions 2 to 9, by members and by consumers without a group's help. Stored before it is answered; retention times are ignored.</summary>
internal sealed class OffsetCommit(BrokerContext broker) : Api(ApiKey.OffsetCommit, 2, 9, flexibleFrom: 8)
{
    /// <summary>Kafka's offset.metadata.max.bytes.</summary>
    private const int MaxMetadata = 4096;

    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var (group, generation, memberId) = (r.String(), r.Int32(), r.String());
        var instanceId = r.Version >= 7 ? r.NullableString() : null;
        if (r.Version <= 4)
        {
            r.Int64();
        }
        var topics = r.Array(static (ref WireReader t) =>
        {
            var name = t.String();
            var partitions = t.Array(static (ref WireReader p) =>
            {
                var (index, offset) = (p.Int32(), p.Int64());
                var epoch = p.Version >= 6 ? p.Int32() : -1;
                var partition = (Index: index, Offset: new CommittedOffset(offset, epoch, p.NullableString()));
                p.Tags();
                return partition;
            });
            t.Tags();
            return (Name: name, Partitions: partitions);
        });

        var commits = new List<PartitionCommit>();
        var refused = new Dictionary<(string, int), ErrorCode>();
        foreach (var topic in topics)
        {
            var found = broker.Catalog.Find(topic.Name);
            foreach (var (index, offset) in topic.Partitions)
            {
                if (found?.Partition(index) is null)
                {
                    refused[(topic.Name, index)] = ErrorCode.UnknownTopicOrPartition;
                }
                else if (offset.Metadata?.Length > MaxMetadata)
                {
                    refused[(topic.Name, index)] = ErrorCode.OffsetMetadataTooLarge;
                }
                else
                {
                    commits.Add(new PartitionCommit(found.Id, index, offset));
                }
            }
        }
        var error = broker.Groups.Commit(group, memberId, instanceId, generation, commits);

        if (response.Version >= 3)
        {
            response.Int32(0);
        }
        response.Array(topics, (w, topic) =>
        {
            w.String(topic.Name);
            w.Array(topic.Partitions, (p, partition) =>
            {
                p.Int32(partition.Index);
                p.Error(error != ErrorCode.None ? error : refused.GetValueOrDefault((topic.Name, partition.Index)));
                p.Tags();
            });
            w.Tags();
        });
        response.Tags();
    }
}
