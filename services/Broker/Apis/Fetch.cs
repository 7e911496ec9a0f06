using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>
/// Fetch (1), versions 4 to 17. Waits until the minimum is there or the time is up, woken by appends. Whole batches only, from one segment a
/// partition; one batch goes out even where it is larger than asked.
/// Differences from Kafka: no fetch sessions (id 0 is answered, so clients send whole requests); isolation levels are equal, as there are no
/// transactions; a response is capped by MaxFetchBytes.
/// </summary>
internal sealed class Fetch(BrokerContext broker) : Api(ApiKey.Fetch, 4, 17, flexibleFrom: 12)
{
    public override async ValueTask HandleAsync(ApiRequest request, WireWriter response, CancellationToken stopping)
    {
        var wanted = Decode(request);
        if (wanted.SessionId != 0 && wanted.SessionEpoch > 0)
        {
            WriteHead(response, ErrorCode.FetchSessionIdNotFound);
            response.Count(0);
            response.Tags();
            return;
        }
        var plans = Plan(wanted);
        if (!IsEnough(plans, wanted) && wanted.MaxWaitMs > 0)
        {
            plans = await WaitAsync(wanted, stopping);
        }
        Write(response, wanted, plans);
    }

    private static FetchRequest Decode(ApiRequest request)
    {
        var r = request.Read();
        if (r.Version <= 14)
        {
            r.Int32();
        }
        var (maxWaitMs, minBytes, maxBytes) = (r.Int32(), r.Int32(), r.Int32());
        r.Int8();
        var sessionId = r.Version >= 7 ? r.Int32() : 0;
        var sessionEpoch = r.Version >= 7 ? r.Int32() : -1;
        var topics = r.Array(static (ref WireReader t) =>
        {
            var name = t.Version <= 12 ? t.String() : null;
            var id = t.Version >= 13 ? t.Uuid() : Guid.Empty;
            var partitions = t.Array(static (ref WireReader p) =>
            {
                var index = p.Int32();
                var leaderEpoch = p.Version >= 9 ? p.Int32() : -1;
                var offset = p.Int64();
                if (p.Version >= 12)
                {
                    p.Int32();
                }
                if (p.Version >= 5)
                {
                    p.Int64();
                }
                var partition = new PartitionWanted(index, leaderEpoch, offset, p.Int32());
                p.Tags();
                return partition;
            });
            t.Tags();
            return new TopicWanted(name, id, partitions);
        });
        return new FetchRequest(maxWaitMs, minBytes, maxBytes, sessionId, sessionEpoch, topics);
    }

    private static bool IsEnough(List<ReadPlan> plans, FetchRequest wanted) =>
        plans.Sum(p => (long)p.Length) >= wanted.MinBytes || plans.Any(p => p.Error != ErrorCode.None) || plans.Count == 0 && wanted.Topics.Length == 0;

    private static void WriteHead(WireWriter response, ErrorCode error)
    {
        response.Int32(0);
        if (response.Version >= 7)
        {
            response.Error(error);
            response.Int32(0);
        }
    }

    private PartitionLog? LogOf(TopicWanted topic, int partition) =>
        (topic.Name is null ? broker.Catalog.Find(topic.Id) : broker.Catalog.Find(topic.Name))?.Partition(partition);

    private List<ReadPlan> Plan(FetchRequest wanted)
    {
        var plans = new List<ReadPlan>();
        var left = Math.Min(wanted.MaxBytes, broker.Options.MaxFetchBytes);
        var isEmpty = true;
        foreach (var topic in wanted.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                var plan = PlanOne(topic, partition, Math.Min(left, partition.MaxBytes), isEmpty);
                left = Math.Max(0, left - plan.Length);
                isEmpty &= plan.Length == 0;
                plans.Add(plan);
            }
        }
        return plans;
    }

    private ReadPlan PlanOne(TopicWanted topic, PartitionWanted partition, int maxBytes, bool atLeastOne)
    {
        if (LogOf(topic, partition.Index) is not { } log)
        {
            return ReadPlan.Failed(topic.Name is null && broker.Catalog.Find(topic.Id) is null
                ? ErrorCode.UnknownTopicId
                : ErrorCode.UnknownTopicOrPartition);
        }
        return partition.LeaderEpoch > 0
            ? ReadPlan.Failed(ErrorCode.UnknownLeaderEpoch)
            : log.PlanRead(partition.Offset, Math.Max(maxBytes, 0), atLeastOne);
    }

    private async ValueTask<List<ReadPlan>> WaitAsync(FetchRequest wanted, CancellationToken stopping)
    {
        var time = broker.Environment.Time;
        var started = time.GetTimestamp();
        var limit = TimeSpan.FromMilliseconds(wanted.MaxWaitMs);
        var logs = wanted.Topics.SelectMany(t => t.Partitions.Select(p => LogOf(t, p.Index))).OfType<PartitionLog>().ToList();
        while (true)
        {
            var waiter = new FetchWaiter();
            foreach (var log in logs)
            {
                log.Grown.Register(waiter);
            }
            try
            {
                var plans = Plan(wanted);
                var left = limit - time.GetElapsedTime(started);
                if (IsEnough(plans, wanted) || left <= TimeSpan.Zero)
                {
                    return plans;
                }
                await using var timer = time.CreateTimer(static w => ((FetchWaiter)w!).TrySetResult(), waiter, left, Timeout.InfiniteTimeSpan);
                await using var stop = stopping.Register(static w => ((FetchWaiter)w!).TrySetCanceled(), waiter);
                await waiter.Task;
            }
            finally
            {
                foreach (var log in logs)
                {
                    log.Grown.Unregister(waiter);
                }
            }
        }
    }

    private void Write(WireWriter response, FetchRequest wanted, List<ReadPlan> plans)
    {
        WriteHead(response, ErrorCode.None);
        response.Count(wanted.Topics.Length);
        var next = 0;
        foreach (var topic in wanted.Topics)
        {
            if (topic.Name is null)
            {
                response.Uuid(topic.Id);
            }
            else
            {
                response.String(topic.Name);
            }
            response.Count(topic.Partitions.Length);
            foreach (var partition in topic.Partitions)
            {
                var plan = plans[next++];
                var mark = response.Mark();
                try
                {
                    WritePartition(response, partition.Index, plan);
                    broker.Metrics.RecordsOut.Add(plan.Length > 0 ? plan.NextOffset - partition.Offset : 0);
                    broker.Metrics.BytesOut.Add(plan.Length);
                }
                catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
                {
                    response.Reset(mark);
                    WritePartition(response, partition.Index, LogOf(topic, partition.Index)?.ReadFailure(error) ?? ReadPlan.Failed(ErrorCode.UnknownTopicOrPartition));
                }
            }
            response.Tags();
        }
        response.Tags();
    }

    private static void WritePartition(WireWriter response, int index, ReadPlan plan)
    {
        response.Int32(index);
        response.Error(plan.Error);
        response.Int64(plan.HighWatermark);
        response.Int64(plan.HighWatermark);
        if (response.Version >= 5)
        {
            response.Int64(plan.LogStartOffset);
        }
        response.Count(-1);
        if (response.Version >= 11)
        {
            response.Int32(-1);
        }
        response.BytesLength(plan.Length);
        plan.CopyTo(response);
        response.Tags();
    }

    private sealed record FetchRequest(int MaxWaitMs, int MinBytes, int MaxBytes, int SessionId, int SessionEpoch, TopicWanted[] Topics);

    private sealed record TopicWanted(string? Name, Guid Id, PartitionWanted[] Partitions);

    private readonly record struct PartitionWanted(int Index, int LeaderEpoch, long Offset, int MaxBytes);
}
