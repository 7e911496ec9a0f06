using HospitalStreaming.Core.Batching;

namespace HospitalStreaming.Kafka.DeadLetters;

/// <summary>A record that cannot go on.</summary>
/// <param name="Stage">Role that set it aside.</param>
/// <param name="Position">Where it came from.</param>
/// <param name="Reason">Short code, e.g. bad_json.</param>
/// <param name="Detail">Plain words: what is wrong and where; never a value of the row.</param>
/// <param name="Key">Original key bytes.</param>
/// <param name="Value">Original value bytes.</param>
public sealed record DeadLetter(string Stage, LogPosition Position, string Reason, string Detail, byte[]? Key, byte[]? Value)
{
    /// <summary>Identity, so that a repeated dead letter is recognised: stage:topic:partition:offset.</summary>
    public string Id => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Stage}:{Position.Topic}:{Position.Partition}:{Position.Offset}");
}
