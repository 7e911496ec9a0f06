using System.Text.Json;

namespace HospitalStreaming.Core.Changes;

/// <summary>
/// One record of a change topic, read. The JSON elements refer to the parsed document, stay valid as long as they are held, and every text in
/// them can be read: half surrogates were rejected before. Whoever reads many records disposes of each, once nothing holds its elements any more:
/// the documents' memory then serves the next. Others leave it to the collector.
/// </summary>
public sealed record ChangeEnvelope : IDisposable
{
    /// <summary>What it is.</summary>
    public ChangeKind Kind { get; init; }

    /// <summary>Why it was rejected; null otherwise.</summary>
    public ChangeRejection? Rejection { get; init; }

    /// <summary>The key object, or null where the table has no key.</summary>
    public JsonElement? Key { get; init; }

    /// <summary>What happened to the row.</summary>
    public ChangeOperation Operation { get; init; }

    /// <summary>The row before, or null. With default replica identity a delete carries the key columns only, the others null.</summary>
    public JsonElement? Before { get; init; }

    /// <summary>The row after, or null.</summary>
    public JsonElement? After { get; init; }

    /// <summary>Where it came from; empty where the record carries none.</summary>
    public ChangeSource Source { get; init; } = new();

    /// <summary>When the connector handled it; null where not given.</summary>
    public DateTimeOffset? ProcessedAt { get; init; }

    /// <summary>Whether a snapshot read it, first or incremental.</summary>
    public bool FromSnapshot => Operation == ChangeOperation.Read;

    internal JsonDocument? KeyDocument { get; init; }

    internal JsonDocument? ValueDocument { get; init; }

    /// <summary>Gives the documents' memory back. No element of this envelope may be used after it.</summary>
    public void Dispose()
    {
        KeyDocument?.Dispose();
        ValueDocument?.Dispose();
    }
}
