using HospitalStreaming.Core.Batching;
using HospitalStreaming.Kafka.Consuming;
using Npgsql;

namespace HospitalStreaming.Landing.Writing;

/// <summary>landing.offsets: the next record of each partition, moved in the same transaction as the rows. It alone says where reading starts.</summary>
internal static class OffsetBook
{
    /// <summary>Where each partition goes on; a partition seen for the first time begins at its first record.</summary>
    /// <exception cref="LandingRefusedException">The topic was made anew, or records were removed before they were read.</exception>
    public static async Task<Dictionary<(string Topic, int Partition), long>> BeginAsync(
        NpgsqlConnection connection, IReadOnlyList<PartitionStart> partitions, IReadOnlyDictionary<string, string> topicIds, CancellationToken cancellation)
    {
        await using (var insert = new NpgsqlCommand(
            "INSERT INTO landing.offsets (topic, partition, next_offset, topic_id) SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT DO NOTHING", connection)
        {
            Parameters =
            {
                new() { Value = partitions.Select(start => start.Topic).ToArray() },
                new() { Value = partitions.Select(start => start.Partition).ToArray() },
                new() { Value = partitions.Select(start => start.Low).ToArray() },
                new() { Value = partitions.Select(start => topicIds[start.Topic]).ToArray() },
            },
        })
        {
            await insert.ExecuteNonQueryAsync(cancellation);
        }

        var ours = partitions.ToDictionary(start => (start.Topic, start.Partition));
        var next = new Dictionary<(string Topic, int Partition), long>();
        await using var question = new NpgsqlCommand("SELECT topic, partition, next_offset, topic_id FROM landing.offsets", connection);
        await using var reader = await question.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var place = (reader.GetString(0), reader.GetInt32(1));
            if (ours.TryGetValue(place, out var start))
            {
                next[place] = Checked(start, reader.GetInt64(2), reader.GetString(3) == topicIds[start.Topic]);
            }
        }

        return next;
    }

    /// <summary>The offsets as they stand, held until the transaction ends.</summary>
    public static async Task<Dictionary<(string Topic, int Partition), long>> HoldAsync(
        NpgsqlConnection connection, IReadOnlyCollection<(string Topic, int Partition)> places, CancellationToken cancellation)
    {
        await using var question = new NpgsqlCommand(
            "SELECT o.topic, o.partition, o.next_offset FROM landing.offsets o JOIN unnest($1, $2) AS p(topic, partition) USING (topic, partition) ORDER BY 1, 2 FOR UPDATE OF o",
            connection)
        {
            Parameters = { new() { Value = places.Select(place => place.Topic).ToArray() }, new() { Value = places.Select(place => place.Partition).ToArray() } },
        };
        await using var reader = await question.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<(string Topic, int Partition), long>();
        while (await reader.ReadAsync(cancellation))
        {
            found[(reader.GetString(0), reader.GetInt32(1))] = reader.GetInt64(2);
        }

        return found;
    }

    /// <summary>Moves them on.</summary>
    public static async Task MoveAsync(NpgsqlConnection connection, IReadOnlyCollection<LogPosition> next, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE landing.offsets o SET next_offset = n.next_offset FROM unnest($1, $2, $3) AS n(topic, partition, next_offset) WHERE o.topic = n.topic AND o.partition = n.partition",
            connection)
        {
            Parameters =
            {
                new() { Value = next.Select(position => position.Topic).ToArray() },
                new() { Value = next.Select(position => position.Partition).ToArray() },
                new() { Value = next.Select(position => position.Offset).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static long Checked(PartitionStart start, long next, bool sameTopic)
    {
        var place = $"{start.Topic}[{start.Partition}]";
        var remedy = $"to go on from its first record, delete the row of {place} from landing.offsets in the hospital's database";
        return !sameTopic ? throw new LandingRefusedException($"{place} was deleted and made anew: {remedy}")
            : next > start.High ? throw new LandingRefusedException($"{place} ends at {start.High}, before the next record to land, {next}: it has lost records; {remedy}")
            : next < start.Low ? throw new LandingRefusedException($"{place} begins at {start.Low}, after the next record to land, {next}: records were removed unread; {remedy}")
            : next;
    }
}
