using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>One moment of a warehouse. Everything read through it belongs together; large tables are streamed.</summary>
public interface IWarehouseView
{
    /// <summary>What the warehouse keeps of raw's JSON.</summary>
    JsonSameness RawTexts { get; }

    /// <summary>The table by the columns that current has, which may be more than are described, or one of them a text by decision. Of the described ones none is missing.</summary>
    Task<TableDescription> DescribeAsync(TableDescription table, CancellationToken cancellation) => Task.FromResult(table);

    /// <summary>
    /// Rows as records say them, in the form in which <see cref="CurrentAsync"/> gives them: what is not to be compared is null in both.
    /// </summary>
    Task<IReadOnlyList<object?[]>> PrintAsync(TableDescription table, IReadOnlyList<object?[]> rows, CancellationToken cancellation);

    /// <summary>Columns whose values this warehouse does not give in a form that compares.</summary>
    IReadOnlyList<string> NotPrinted(TableDescription table) => [];

    /// <summary>How far every chain is loaded.</summary>
    Task<IReadOnlyList<LoadPosition>> PositionsAsync(CancellationToken cancellation);

    /// <summary>How readers of current see transactions.</summary>
    Task<TransactionReads> ReadsAsync(CancellationToken cancellation) => Task.FromResult(TransactionReads.PerTable);

    /// <summary>Objects loaded, as they were when they were loaded.</summary>
    IAsyncEnumerable<LoadedObject> LoadedObjectsAsync(string topic, CancellationToken cancellation);

    /// <summary>What raw holds of each chain of a table.</summary>
    Task<IReadOnlyList<RawTally>> TalliesAsync(TableDescription table, CancellationToken cancellation);

    /// <summary>Raw's rows of one chain as they stand, all of them, by offset.</summary>
    /// <exception cref="FormatException">A raw row cannot be read: it was altered.</exception>
    IAsyncEnumerable<RawRow> RowsAsync(TableDescription table, LakeStream stream, CancellationToken cancellation);

    /// <summary>Raw rows that have a key, key by key, each key's in log order.</summary>
    /// <param name="table">Table.</param>
    /// <param name="keys">Only these keys; null for all.</param>
    /// <param name="decisions">Decisions about records that were set aside; those that the warehouse has taken into account show in their place.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="FormatException">A raw row cannot be read: it was altered.</exception>
    IAsyncEnumerable<RawChange> RawAsync(TableDescription table, IReadOnlyCollection<RowKey>? keys, LetterDecisions decisions, CancellationToken cancellation);

    /// <summary>Truncates of a table.</summary>
    Task<TableTruncations> TruncationsAsync(TableDescription table, CancellationToken cancellation);

    /// <summary>Records that were set aside or decided about, of every table.</summary>
    Task<IReadOnlyList<BookedLetter>> LettersAsync(CancellationToken cancellation);

    /// <summary>Rows of current, tombstones among them.</summary>
    IAsyncEnumerable<CurrentRow> CurrentAsync(TableDescription table, CancellationToken cancellation);
}
