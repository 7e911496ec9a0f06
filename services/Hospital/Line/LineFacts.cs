using HospitalStreaming.Core.Batching;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Hospital.Line;

/// <summary>What one sample found out about the line, from the places where it is durable: broker, database, warehouse. Null where a place did not answer.</summary>
internal sealed record LineFacts
{
    /// <summary>Ends of the topics, by topic.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<LogPosition>>? Ends { get; init; }

    /// <summary>Next offsets that landed in PostgreSQL, by topic and partition.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long>? Landed { get; init; }

    /// <summary>Events waiting in landing for the row they refer to.</summary>
    public long? Pending { get; init; }

    /// <summary>Rows of each captured table, as the database's statistics have them.</summary>
    public IReadOnlyDictionary<string, long>? Rows { get; init; }

    /// <summary>Size of the hospital's database, bytes.</summary>
    public long? DatabaseBytes { get; init; }

    /// <summary>Log written and not yet confirmed by the capture slot, bytes; null where there is no slot.</summary>
    public long? SlotLagBytes { get; init; }

    /// <summary>Log kept on disk for the slot, bytes.</summary>
    public long? WalKeptBytes { get; init; }

    /// <summary>Offsets whose lake objects are durable and committed, by topic and partition.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long>? InLake { get; init; }

    /// <summary>Where the warehouse stands.</summary>
    public LoadStatus? Warehouse { get; init; }

    /// <summary>Versions of the signals current and marts, and how the models stand.</summary>
    public ModelFacts? Models { get; init; }

    /// <summary>Dead letters, by the stage that wrote them.</summary>
    public IReadOnlyDictionary<string, long> DeadLetters { get; init; } = new Dictionary<string, long>();
}
