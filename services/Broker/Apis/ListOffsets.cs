using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>
/// ListOffsets (2), versions 1 to 10: earliest (-2, -4), latest (-1), newest by time (-3), by timestamp; tiered (-5) has none.
/// Difference from Kafka: by timestamp, a compressed batch is not opened; its first record's offset is answered, so a consumer may see some older
/// records of that batch, never miss one.
/// </summary>
internal sealed class ListOffsets(BrokerContext broker) : Api(ApiKey.ListOffsets, 1, 10, flexibleFrom: 6)
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long Newest = -3;
    private const long EarliestLocal = -4;

    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        r.Int32();
        if (r.Version >= 2)
        {
            r.Int8();
        }
        var topics = r.Array(static (ref WireReader t) =>
        {
            var name = t.String();
            var partitions = t.Array(static (ref WireReader p) =>
            {
                var index = p.Int32();
                var leaderEpoch = p.Version >= 4 ? p.Int32() : -1;
                var partition = (Index: index, LeaderEpoch: leaderEpoch, Timestamp: p.Int64());
                p.Tags();
                return partition;
            });
            t.Tags();
            return (Name: name, Partitions: partitions);
        });
        if (response.Version >= 2)
        {
            response.Int32(0);
        }
        response.Array(topics, (w, topic) =>
        {
            w.String(topic.Name);
            w.Array(topic.Partitions, (p, partition) =>
            {
                var (error, timestamp, offset) = Find(topic.Name, partition.Index, partition.LeaderEpoch, partition.Timestamp);
                p.Int32(partition.Index);
                p.Error(error);
                p.Int64(timestamp);
                p.Int64(offset);
                if (p.Version >= 4)
                {
                    p.Int32(offset >= 0 ? 0 : -1);
                }
                p.Tags();
            });
            w.Tags();
        });
        response.Tags();
    }

    private (ErrorCode Error, long TimestampMs, long Offset) Find(string topic, int partition, int leaderEpoch, long timestamp)
    {
        if (broker.Catalog.Find(topic)?.Partition(partition) is not { } log)
        {
            return (ErrorCode.UnknownTopicOrPartition, -1, -1);
        }
        if (leaderEpoch > 0)
        {
            return (ErrorCode.UnknownLeaderEpoch, -1, -1);
        }
        try
        {
            return timestamp switch
            {
                Latest => (ErrorCode.None, -1, log.HighWatermark),
                Earliest or EarliestLocal => (ErrorCode.None, -1, log.LogStartOffset),
                Newest => Found(log.FindNewest()),
                < 0 => Found(null),
                _ => Found(log.FindByTimestamp(timestamp)),
            };
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            return (log.ReadFailure(error).Error, -1, -1);
        }
    }

    private static (ErrorCode Error, long TimestampMs, long Offset) Found((long Offset, long TimestampMs)? found) =>
        (ErrorCode.None, found?.TimestampMs ?? -1, found?.Offset ?? -1);
}
