using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Warehouse.Verify;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>A source of which everything has arrived: the database itself, beside messages that were recorded of another one with the same rows.</summary>
internal sealed class SettledSource(TestDatabase database) : ILineSource, IChangeLog
{
    // Transactions of the recording are none of this server's.
    private static readonly TransactionView All = TransactionView.Parse("1000000:1000000:");

    public Task<string?> WaitStreamingAsync(TimeSpan atMost, CancellationToken cancellation) => Task.FromResult<string?>(null);

    public async Task<SourceSnapshot> ReadAsync(
        IReadOnlyList<TableDescription> tables, Func<SourceType, string, string?> compared, CancellationToken cancellation) =>
        await new PostgresLineSource(database.Source, "none").ReadAsync(tables, compared, cancellation) with { View = All, At = new Lsn(long.MaxValue) };

    public Task<string?> WaitCapturedAsync(Lsn position, TimeSpan atMost, CancellationToken cancellation) => Task.FromResult<string?>(null);

    public Task<IReadOnlyList<LogPosition>> EndsAsync(IReadOnlyList<string> topics, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<LogPosition>>([]);

    public IAsyncEnumerable<LakeRecord> ReadAsync(LogPosition upTo, CancellationToken cancellation) => throw new NotSupportedException();
}
