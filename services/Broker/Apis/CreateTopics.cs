using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>
/// CreateTopics (19), versions 2 to 7. Differences from Kafka: replication factor is 1 (or -1, the default); settings that would not be acted on are
/// refused (see <see cref="TopicSettings"/>); the topic is usable when this is answered.
/// </summary>
internal sealed class CreateTopics(BrokerContext broker) : Api(ApiKey.CreateTopics, 2, 7, flexibleFrom: 5)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var topics = r.Array(static (ref WireReader t) =>
        {
            var (name, partitions, replicas) = (t.String(), t.Int32(), t.Int16());
            var assignments = t.Array(static (ref WireReader a) =>
            {
                var assignment = (Partition: a.Int32(), Brokers: a.Array(static (ref WireReader b) => b.Int32()));
                a.Tags();
                return assignment;
            });
            var settings = t.Array(static (ref WireReader c) =>
            {
                var setting = KeyValuePair.Create(c.String(), c.NullableString());
                c.Tags();
                return setting;
            });
            t.Tags();
            return new Wanted(name, partitions, replicas, assignments, settings);
        });
        r.Int32();
        var validateOnly = r.Bool();
        var repeated = topics.GroupBy(t => t.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        response.Int32(0);
        response.Array(topics, (w, wanted) => Write(w, wanted, repeated.Contains(wanted.Name), validateOnly));
        response.Tags();
    }

    private void Write(WireWriter w, Wanted wanted, bool isRepeated, bool validateOnly)
    {
        var (error, message, topic) = (ErrorCode.None, (string?)null, (Topic?)null);
        var partitions = Partitions(wanted);
        try
        {
            topic = isRepeated
                ? throw new CatalogException(ErrorCode.InvalidRequest, "Duplicate topic name.")
                : Create(wanted, partitions, validateOnly);
        }
        catch (CatalogException refused)
        {
            (error, message) = (refused.Error, refused.Message);
        }
        w.String(wanted.Name);
        if (w.Version >= 7)
        {
            w.Uuid(topic?.Id ?? Guid.Empty);
        }
        w.Error(error);
        w.String(message);
        if (w.Version >= 5)
        {
            w.Int32(topic is null ? -1 : partitions);
            w.Int16((short)(topic is null ? -1 : 1));
            if (topic is null)
            {
                w.Count(-1);
            }
            else
            {
                w.Array(TopicSettings.All, (c, setting) =>
                {
                    var value = DescribeConfigs.ValueOf(setting, topic.Config, broker.Options);
                    c.String(setting.Name);
                    c.String(value.Value);
                    c.Bool(false);
                    c.Int8(value.Source);
                    c.Bool(false);
                    c.Tags();
                });
            }
        }
        w.Tags();
    }

    private int Partitions(Wanted wanted)
    {
        if (wanted.Assignments.Length > 0)
        {
            return wanted.Assignments.Length;
        }
        return wanted.Partitions == -1 ? broker.Options.DefaultPartitions : wanted.Partitions;
    }

    private Topic Create(Wanted wanted, int partitions, bool validateOnly)
    {
        if (wanted.Assignments.Length > 0)
        {
            if (wanted.Partitions != -1 || wanted.Replicas != -1)
            {
                throw new CatalogException(ErrorCode.InvalidRequest, "with an assignment, partitions and replication factor must be -1");
            }
            if (!wanted.Assignments.Select(a => a.Partition).Order().SequenceEqual(Enumerable.Range(0, partitions))
                || wanted.Assignments.Any(a => a.Brokers is not [BrokerContext.NodeId]))
            {
                throw new CatalogException(ErrorCode.InvalidReplicaAssignment, $"partitions must be 0, 1, … each on broker {BrokerContext.NodeId}");
            }
        }
        else if (wanted.Replicas is not (1 or -1))
        {
            throw new CatalogException(
                ErrorCode.InvalidReplicationFactor,
                wanted.Replicas < 1 ? "Replication factor must be larger than 0." : $"Replication factor: {wanted.Replicas} larger than available brokers: 1.");
        }
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in wanted.Settings)
        {
            settings[name] = value ?? throw new CatalogException(ErrorCode.InvalidConfig, $"topic setting {name} has no value");
        }
        return broker.Catalog.Create(wanted.Name, partitions, settings, validateOnly);
    }

    private sealed record Wanted(
        string Name, int Partitions, short Replicas, (int Partition, int[] Brokers)[] Assignments, KeyValuePair<string, string?>[] Settings);
}
