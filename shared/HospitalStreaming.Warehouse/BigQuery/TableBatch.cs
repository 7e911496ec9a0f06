using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>One table's part of a load: what its objects hold, and where it stands.</summary>
/// <param name="Table">Table.</param>
/// <param name="Claim">Its claim.</param>
/// <param name="Batch">Changes and poison read from the objects.</param>
/// <param name="Epochs">Source epochs of its records.</param>
internal sealed record TableBatch(TableDescription Table, ClaimDocument Claim, Batch Batch, EpochRuns Epochs)
{
    /// <summary>What of the load, and of what waited before it, current gets.</summary>
    internal required Release Release { get; set; }

    /// <summary>Rows of older source epochs are swept up to this one; null where nothing is to sweep.</summary>
    internal int? SweepBelow { get; set; }

    /// <summary>Changes of earlier loads that need not wait any more, in log order.</summary>
    internal List<RowChange> Waited { get; } = [];

    /// <summary>The latest truncate among them; null where there was none.</summary>
    internal Truncation? WaitedTruncation { get; set; }

    /// <summary>Keys among them that only their history can tell from held ones.</summary>
    internal HashSet<RowKey> Remade { get; } = [];

    /// <summary>Changes of this load that current gets.</summary>
    internal List<RowChange> Read => Batch.ChangesBefore(Release.EndOf);

    /// <summary>Stream epochs of which some line must be rewritten before BigQuery takes it.</summary>
    internal IReadOnlySet<string> Rewritten { get; init; } = new HashSet<string>();

    /// <summary>The latest truncate of the table, with this load's; null where there was none.</summary>
    internal Truncation? Truncation { get; private set; }

    /// <summary>Whether it is this load that brings it.</summary>
    internal bool Empties { get; private set; }

    /// <summary>Final rows, complete: no kept value is left in them.</summary>
    internal IReadOnlyDictionary<RowKey, FinalRow> Rows { get; set; } = new Dictionary<RowKey, FinalRow>();

    /// <summary>Keys that moved or whose pending move is settled by this load, with what they still wait for.</summary>
    internal Dictionary<RowKey, PendingMove?> Moves { get; } = [];

    /// <summary>The table its rows are staged in; null where there are none.</summary>
    internal string? Stage { get; set; }

    /// <summary>Takes the latest truncate loaded before into account.</summary>
    internal void Emptied(Truncation? before) => (Truncation, Empties) =
        Core.Merging.Truncation.Later(before, Core.Merging.Truncation.Later(WaitedTruncation, Batch.TruncationBefore(Release.EndOf))) is { } latest && latest != before ? (latest, true) : (before, false);

    internal TableKey Key => field ??= new TableKey(Table);
}
