using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>OffsetForLeaderEpoch (23), versions 2 to 4. The leader's epoch is always 0 here, so it ends where the log does; later epochs are unknown.</summary>
internal sealed class OffsetForLeaderEpoch(BrokerContext broker) : Api(ApiKey.OffsetForLeaderEpoch, 2, 4, flexibleFrom: 4)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        if (r.Version >= 3)
        {
            r.Int32();
        }
        var topics = r.Array(static (ref WireReader t) =>
        {
            var name = t.String();
            var partitions = t.Array(static (ref WireReader p) =>
            {
                var partition = (Index: p.Int32(), CurrentEpoch: p.Int32(), Epoch: p.Int32());
                p.Tags();
                return partition;
            });
            t.Tags();
            return (Name: name, Partitions: partitions);
        });
        response.Int32(0);
        response.Array(topics, (w, topic) =>
        {
            w.String(topic.Name);
            w.Array(topic.Partitions, (p, partition) =>
            {
                var log = broker.Catalog.Find(topic.Name)?.Partition(partition.Index);
                var isKnown = log is not null && partition.CurrentEpoch <= 0 && partition.Epoch == 0;
                p.Error(log is null ? ErrorCode.UnknownTopicOrPartition : partition.CurrentEpoch > 0 ? ErrorCode.UnknownLeaderEpoch : ErrorCode.None);
                p.Int32(partition.Index);
                p.Int32(isKnown ? 0 : -1);
                p.Int64(isKnown ? log!.HighWatermark : -1);
                p.Tags();
            });
            w.Tags();
        });
        response.Tags();
    }
}
