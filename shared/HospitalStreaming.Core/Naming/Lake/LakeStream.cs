using System.Globalization;

namespace HospitalStreaming.Core.Naming.Lake;

/// <summary>
/// One chain of lake objects: a partition of a topic in one of the topic's lives. The epoch is bound to Kafka's topic id, so that a topic deleted
/// and created again (offsets from 0) never meets the objects of its former life.
/// </summary>
public sealed record LakeStream : IComparable<LakeStream>
{
    /// <summary>Creates it.</summary>
    /// <param name="topic">Kafka topic: letters, digits, dot, underscore, hyphen; up to 249.</param>
    /// <param name="epoch">Stream epoch: lower-case letters and digits, up to 32.</param>
    /// <param name="partition">Partition, from 0.</param>
    /// <exception cref="ArgumentException">A part has another form.</exception>
    public LakeStream(string topic, string epoch, int partition)
    {
        if (!IsTopic(topic))
        {
            throw new ArgumentException("a topic has 1 to 249 letters, digits, dots, underscores and hyphens, and is not . or ..", nameof(topic));
        }

        if (!IsEpoch(epoch))
        {
            throw new ArgumentException("a stream epoch has 1 to 32 lower-case letters and digits", nameof(epoch));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        (Topic, Epoch, Partition) = (topic, epoch, partition);
    }

    /// <summary>Kafka topic.</summary>
    public string Topic { get; }

    /// <summary>Stream epoch.</summary>
    public string Epoch { get; }

    /// <summary>Partition, from 0.</summary>
    public int Partition { get; }

    /// <inheritdoc/>
    public int CompareTo(LakeStream? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = string.CompareOrdinal(Topic, other.Topic);
        order = order != 0 ? order : string.CompareOrdinal(Epoch, other.Epoch);
        return order != 0 ? order : Partition.CompareTo(other.Partition);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}[{Partition}] epoch {Epoch}");

    /// <summary>Whether Kafka would take it as a topic name.</summary>
    public static bool IsTopic(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= 249 && text is not "." and not ".."
        && !text.ContainsAnyExcept(TopicCharacters);

    /// <summary>Whether it can be a stream epoch.</summary>
    public static bool IsEpoch(ReadOnlySpan<char> text) => text.Length is >= 1 and <= 32 && !text.ContainsAnyExcept(EpochCharacters);

    private static readonly System.Buffers.SearchValues<char> TopicCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    private static readonly System.Buffers.SearchValues<char> EpochCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");
}
