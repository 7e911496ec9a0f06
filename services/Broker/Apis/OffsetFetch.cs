using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>OffsetFetch (9), versions 1 to 9; from 8 on for several groups at once. Every offset is stable, as there are no transactions.</summary>
internal sealed class OffsetFetch(BrokerContext broker) : Api(ApiKey.OffsetFetch, 1, 9, flexibleFrom: 6)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        if (response.Version >= 3)
        {
            response.Int32(0);
        }
        if (r.Version >= 8)
        {
            var groups = r.Array(static (ref WireReader g) =>
            {
                var group = g.String();
                if (g.Version >= 9)
                {
                    g.NullableString();
                    g.Int32();
                }
                var topics = Topics(ref g);
                g.Tags();
                return (Name: group, Topics: topics);
            });
            response.Array(groups, (w, group) =>
            {
                w.String(group.Name);
                WriteTopics(w, group.Name, group.Topics);
                w.Error(ErrorCode.None);
                w.Tags();
            });
        }
        else
        {
            var group = r.String();
            WriteTopics(response, group, Topics(ref r));
            if (response.Version >= 2)
            {
                response.Error(ErrorCode.None);
            }
        }
        response.Tags();
    }

    private static List<(string Name, int[] Partitions)>? Topics(ref WireReader r) => r.NullableArray(static (ref WireReader t) =>
    {
        var topic = (t.String(), t.Array(static (ref WireReader p) => p.Int32()));
        t.Tags();
        return topic;
    })?.ToList();

    private void WriteTopics(WireWriter response, string group, List<(string Name, int[] Partitions)>? topics)
    {
        topics ??= [.. broker.Groups.Offsets.All(group)
            .GroupBy(c => c.TopicId)
            .Select(t => (Topic: broker.Catalog.Find(t.Key), Partitions: t.Select(c => c.Partition).ToArray()))
            .Where(t => t.Topic is not null)
            .Select(t => (t.Topic!.Name, t.Partitions))];
        response.Array(topics, (w, topic) =>
        {
            w.String(topic.Name);
            var id = broker.Catalog.Find(topic.Name)?.Id;
            w.Array(topic.Partitions, (p, partition) =>
            {
                var found = (id is { } known ? broker.Groups.Offsets.Find(group, known, partition) : null) ?? new CommittedOffset(-1, -1, "");
                p.Int32(partition);
                p.Int64(found.Offset);
                if (p.Version >= 5)
                {
                    p.Int32(found.LeaderEpoch);
                }
                p.String(found.Metadata ?? "");
                p.Error(ErrorCode.None);
                p.Tags();
            });
            w.Tags();
        });
    }
}
