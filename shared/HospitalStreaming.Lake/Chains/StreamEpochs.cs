using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Chains;

/// <summary>
/// The lives of each topic, recorded create-only beside the objects (streams/TOPIC/NNNNNN.json), so that a re-created topic starts new chains and
/// every reader knows which chains there are and in which order they came.
/// </summary>
public static class StreamEpochs
{
    /// <summary>What stands for a topic id where the broker has none: such a topic's second life cannot be told from its first.</summary>
    public const string NoTopicId = "recorded";

    private const string Root = "streams/";

    /// <summary>Topics the lake has streams of, in ordinal order.</summary>
    public static async Task<IReadOnlyList<string>> TopicsAsync(ILake lake, CancellationToken cancellation)
    {
        var topics = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var path in lake.ListDocumentsAsync(Root, cancellation))
        {
            topics.Add(path[Root.Length..path.LastIndexOf('/')]);
        }

        return [.. topics];
    }

    /// <summary>The lives of a topic, oldest first; empty where the lake has not seen it.</summary>
    /// <exception cref="LakeDamageException">A record of a life is not readable.</exception>
    public static async Task<IReadOnlyList<StreamEpoch>> ReadAsync(ILake lake, string topic, CancellationToken cancellation)
    {
        var epochs = new List<StreamEpoch>();
        while (await lake.ReadDocumentAsync(PathOf(topic, epochs.Count + 1), cancellation) is { } content)
        {
            epochs.Add(Parse(content, PathOf(topic, epochs.Count + 1)));
        }

        return epochs;
    }

    /// <summary>
    /// The epoch of a topic's present life, recorded now if it is new. Any number of writers agree on it.
    /// </summary>
    /// <param name="lake">The lake.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="topicId">Kafka's topic id as hexadecimal digits, or <see cref="NoTopicId"/>.</param>
    /// <param name="partitions">Number of partitions.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LakeException">The partition count of a living topic has changed: keys moved, so their order is lost.</exception>
    public static async Task<StreamEpoch> EnsureAsync(ILake lake, string topic, string topicId, int partitions, CancellationToken cancellation)
    {
        while (true)
        {
            var known = await ReadAsync(lake, topic, cancellation);
            if (known.Count > 0 && known[^1].TopicId == topicId)
            {
                return known[^1].Partitions == partitions
                    ? known[^1]
                    : throw new LakeException(
                        $"topic {topic} has {partitions} partitions, the lake knows it with {known[^1].Partitions}: partitions are never changed in place; re-create the topic and re-snapshot");
            }

            if (known.FirstOrDefault(life => life.TopicId == topicId) is { } former)
            {
                throw new LakeException(
                    $"the broker shows topic {topic} in its life {former.Sequence}, the lake has seen life {known[^1].Sequence}: this is an old or restored broker; point the sink at the right one");
            }

            var epoch = NameOf(topicId, known);
            var next = new StreamEpoch(known.Count + 1, epoch, topicId, partitions);
            if (await lake.CreateDocumentAsync(PathOf(topic, next.Sequence), Write(next), cancellation))
            {
                return next;
            }
        }
    }

    private static string NameOf(string topicId, IReadOnlyList<StreamEpoch> known)
    {
        if (topicId == NoTopicId)
        {
            return string.Create(CultureInfo.InvariantCulture, $"r{known.Count + 1:D7}");
        }

        // Eight digits tell a topic's lives apart, unless two ids happen to begin alike.
        var epoch = topicId[..8];
        return known.Any(life => life.Epoch == epoch) ? topicId : epoch;
    }

    private static string PathOf(string topic, int sequence) => string.Create(CultureInfo.InvariantCulture, $"{Root}{topic}/{sequence:D6}.json");

    private static byte[] Write(StreamEpoch life) => JsonSerializer.SerializeToUtf8Bytes(
        new Dictionary<string, object> { ["epoch"] = life.Epoch, ["topic_id"] = life.TopicId, ["partitions"] = life.Partitions, ["sequence"] = life.Sequence });

    private static StreamEpoch Parse(byte[] content, string path)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            var root = json.RootElement;
            var life = new StreamEpoch(
                root.GetProperty("sequence").GetInt32(),
                root.GetProperty("epoch").GetString()!,
                root.GetProperty("topic_id").GetString()!,
                root.GetProperty("partitions").GetInt32());
            return life is { Sequence: > 0, Partitions: > 0, TopicId.Length: > 0 } && LakeStream.IsEpoch(life.Epoch)
                ? life
                : throw new FormatException("values out of range");
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LakeDamageException($"document {path} does not describe a stream epoch; restore it from a backup", failure);
        }
    }
}
