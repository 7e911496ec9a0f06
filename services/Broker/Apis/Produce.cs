using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>
/// Produce (0), versions 3 to 13; 0 to 2 are advertised too, as Kafka 4 does, because librdkafka looks for them, and are answered with
/// UNSUPPORTED_FOR_MESSAGE_FORMAT. Appends one batch a partition, as sent, whatever its compression.
/// Differences from Kafka: acks=all and acks=1 are the same (one node); records inside a batch are not opened, so single bad records are
/// never reported; timestamps may lie in the future; transactional requests are refused.
/// </summary>
internal sealed class Produce(BrokerContext broker) : Api(ApiKey.Produce, 0, 13, flexibleFrom: 9)
{
    private const short OldestReal = 3;

    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var reader = request.Read();
        var transactionalId = request.Version >= OldestReal ? reader.NullableString() : null;
        var acks = reader.Int16();
        reader.Int32();
        var topics = reader.Array(static (ref WireReader r) =>
        {
            var name = r.Version <= 12 ? r.String() : null;
            var id = r.Version >= 13 ? r.Uuid() : Guid.Empty;
            var partitions = r.Array(static (ref WireReader p) =>
            {
                var index = p.Int32();
                var (start, length) = p.NullableBytes();
                p.Tags();
                return new PartitionData(index, start, length);
            });
            r.Tags();
            return new TopicData(name, id, partitions);
        });
        reader.Tags();

        var failed = false;
        response.Count(topics.Length);
        foreach (var data in topics)
        {
            var topic = data.Name is null ? broker.Catalog.Find(data.Id) : broker.Catalog.Find(data.Name);
            if (data.Name is null)
            {
                response.Uuid(data.Id);
            }
            else
            {
                response.String(data.Name);
            }
            response.Count(data.Partitions.Length);
            foreach (var partition in data.Partitions)
            {
                var result = Refusal(request, transactionalId, acks) ?? Append(topic, data, partition, request.Body.Span);
                failed |= result.Error != ErrorCode.None;
                Write(response, partition.Index, result, topic?.Partition(partition.Index)?.LogStartOffset ?? -1);
            }
            response.Tags();
        }
        if (response.Version >= 1)
        {
            response.Int32(0);
        }
        response.Tags();
        request.NoResponse = acks == 0;
        request.CloseConnection = acks == 0 && failed;
    }

    private static AppendResult? Refusal(ApiRequest request, string? transactionalId, short acks)
    {
        if (request.Version < OldestReal)
        {
            return AppendResult.Refused(ErrorCode.UnsupportedForMessageFormat, null);
        }
        if (transactionalId is not null)
        {
            return AppendResult.Refused(ErrorCode.TransactionalIdAuthorizationFailed, FindCoordinator.NoTransactions);
        }
        return acks is < -1 or > 1 ? AppendResult.Refused(ErrorCode.InvalidRequiredAcks, "acks must be 0, 1 or all") : null;
    }

    private static void Write(WireWriter response, int index, AppendResult result, long logStartOffset)
    {
        response.Int32(index);
        response.Error(result.Error);
        response.Int64(result.BaseOffset);
        if (response.Version >= 2)
        {
            response.Int64(result.AppendTimeMs);
        }
        if (response.Version >= 5)
        {
            response.Int64(result.Error == ErrorCode.None ? logStartOffset : -1);
        }
        if (response.Version >= 8)
        {
            response.Count(0);
            response.String(result.Detail);
        }
        response.Tags();
    }

    private AppendResult Append(Topic? topic, TopicData data, PartitionData partition, Span<byte> body)
    {
        if (topic?.Partition(partition.Index) is not { } log)
        {
            return AppendResult.Refused(topic is null && data.Name is null ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition, null);
        }
        var records = body.Slice(partition.Start, Math.Max(partition.Length, 0));
        var (error, detail) = BatchCheck.Check(records, topic.Config.MaxMessageBytes, out var header);
        if (error != ErrorCode.None)
        {
            return AppendResult.Refused(error, detail);
        }
        var result = log.Append(records, header);
        if (result.Error == ErrorCode.None)
        {
            broker.Metrics.RecordsIn.Add(header.RecordCount);
            broker.Metrics.BytesIn.Add(records.Length);
        }
        else if (result.Error == ErrorCode.KafkaStorageError)
        {
            broker.Metrics.StorageErrors.Add(1);
        }
        return result;
    }

    private readonly record struct PartitionData(int Index, int Start, int Length);

    private sealed record TopicData(string? Name, Guid Id, PartitionData[] Partitions);
}
