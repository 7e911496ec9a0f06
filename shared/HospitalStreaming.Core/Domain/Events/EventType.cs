namespace HospitalStreaming.Core.Domain.Events;

/// <summary>What an event says about its row.</summary>
public enum EventType
{
    /// <summary>The row is written whole.</summary>
    Upsert,

    /// <summary>The row is gone.</summary>
    Deleted,
}
