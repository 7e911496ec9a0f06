using System.Collections.Immutable;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Naming;

namespace HospitalStreaming.Capture.Settings;

/// <summary>The options, checked and typed.</summary>
internal sealed record CaptureSettings
{
    public required string ConnectionString { get; init; }

    public required string SlotName { get; init; }

    public required string PublicationName { get; init; }

    public required string TopicPrefix { get; init; }

    /// <summary>schema.table.</summary>
    public required ImmutableSortedSet<string> Tables { get; init; }

    /// <summary>The same as table.include.list gives them: Debezium's order of snapshots.</summary>
    public required ImmutableArray<string> SnapshotOrder { get; init; }

    public required ValueModes Modes { get; init; }

    public required bool TombstonesOnDelete { get; init; }

    public required bool TransactionMetadata { get; init; }

    public required ImmutableHashSet<char> SkippedOperations { get; init; }

    public required bool SnapshotData { get; init; }

    public required TimeSpan HeartbeatInterval { get; init; }

    public required TimeSpan StatusInterval { get; init; }

    public required TimeSpan FlushInterval { get; init; }

    public required int MaxInFlightBytes { get; init; }

    public required long WalBudgetBytes { get; init; }

    /// <summary>Topic of a table.</summary>
    public string TopicOf(string schema, string table) => $"{TopicPrefix}.{schema}.{table}";

    /// <summary>Topic of BEGIN and END.</summary>
    public string TransactionTopic => TopicNames.TransactionsOf(TopicPrefix);
}
